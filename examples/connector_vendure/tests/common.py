# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests: a real shop, and a backend that asks it."""

import os
from datetime import timedelta

import requests

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import _super_send

from odoo.addons.connector.api import Binder, run_jobs

from .vendure import USER, Vendure

ALLOWED = "CONNECTOR_PRIVATE_NETWORKS"
MODELS = {
    "variant": "vendure.product.product",
    "customer": "vendure.res.partner",
    "order": "vendure.sale.order",
    "line": "vendure.sale.order.line",
    "delivery": "vendure.stock.picking",
}


@tagged("vendure", "post_install", "-at_install")
class VendureCase(TransactionCase):
    """A test with a Vendure shop that runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = Vendure()
        cls.addClassCleanup(cls.shop.stop)
        cls.shop.wait()

    def setUp(self):
        super().setUp()
        before = os.environ.get(ALLOWED)
        self.addCleanup(self._restore, before)
        os.environ[ALLOWED] = "127.0.0.1"
        # Odoo's own guard cannot read a timeout of two parts
        self.patch(requests.Session, "send", _super_send)
        self.env.flush_all()
        self.registry_enter_test_mode()
        self.backend = self.env["vendure.backend"].create(
            {
                "name": "Shop",
                "url": self.shop.url,
                "username": USER,
                "password": USER,
            }
        )
        self.env.company.currency_id = self.env.ref("base.USD")
        self.fill_tax("20")

    def _restore(self, before):
        os.environ.pop(ALLOWED)
        if before is not None:
            os.environ[ALLOWED] = before

    def fill_tax(self, rate):
        """Fill in which tax a rate of the shop is here."""
        company = self.env.company
        company.account_fiscal_country_id = self.env.ref("base.at")
        group = self.env["account.tax.group"].create(
            {"name": "VAT", "country_id": company.account_fiscal_country_id.id}
        )
        self.tax = self.env["account.tax"].create(
            {
                "name": f"{rate} %",
                "amount": float(rate),
                "type_tax_use": "sale",
                "tax_group_id": group.id,
                "country_id": company.account_fiscal_country_id.id,
            }
        )
        self.env["connector.value.map"].create(
            {
                "backend_id": self.backend.reference(),
                "map_name": "tax",
                "external_value": rate,
                "record_ref": f"account.tax,{self.tax.id}",
            }
        )

    def import_stream(self, name, full=False):
        """Import a stream to its end, and return its run."""
        run = self.backend.start_stream(name, full)
        run_jobs(self.env)
        self.assertEqual((run.state, run.message), ("done", False))
        self.env.invalidate_all()
        return run

    def age_stream(self, name):
        """Let the last success of a stream be some minutes ago."""
        reference = self.backend.reference()
        domain = [("name", "=", name), ("backend_id", "=", reference)]
        old = fields.Datetime.now() - timedelta(minutes=3)
        self.env["connector.stream"].search(domain)._set({"last_success_at": old})

    def rejected(self):
        """Return why records were not imported."""
        found = self.env["connector.rejected"].search([("kind", "=", "rejected")])
        return found.mapped("reason")

    def find(self, kind, external_id):
        """Return the binding of a record of the shop, empty where it is not here."""
        scope = self.backend.get_environment(MODELS[kind])
        return scope.get_connector_unit(Binder).to_internal(external_id)

    def commit(self):
        """Do what a commit does, run the jobs, and return what became of new ones."""
        jobs = self.env["connector.queue.job"]
        before = jobs.search([])
        self.env.cr.flush()
        run_jobs(self.env)
        for _turn in range(2):  # stock waits for the orders
            jobs.search([("state", "=", "pending")]).button_start_now()
            run_jobs(self.env)
        self.env.invalidate_all()
        return (jobs.search([]) - before).sorted("id").mapped("result")

    def set_stock(self, product, quantity):
        """Count a product here."""
        self.env["stock.quant"].with_context(inventory_mode=True).create(
            {
                "product_id": product.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "inventory_quantity": quantity,
            }
        ).action_apply_inventory()

    @property
    def warehouse(self):
        return self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
