# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of watches: other models whose changes make exports due."""

from odoo.addons.connector.api import ExportOn, Watch

from ..models.order import ORDER
from ..models.ware import OFFER, STOCK
from .trigger_case import TriggerCase


class TestWatch(TriggerCase):
    def setUp(self):
        super().setUp()
        self.stock = self.add_stock()
        self.second = self.make_offer("O2", size="S")
        self.take()

    def test_new_watched_record_is_due(self):
        self.add_stock()

        self.assert_due(self.offer)

    def test_change_of_a_watched_record_is_due(self):
        self.stock.quantity = 5
        self.assert_due(self.offer)

        self.stock.place = "Cellar"
        self.assert_due()

    def test_deletion_of_a_watched_record_is_due(self):
        self.stock.unlink()

        self.assert_due(self.offer)

    def test_record_that_is_given_away_makes_both_due(self):
        self.stock.size_id = self.second.odoo_id

        self.assert_due(self.offer, self.second)

    def test_record_that_belongs_to_nothing_is_not_due(self):
        self.add_stock(size_id=False).quantity = 9

        self.assert_due()

    def test_deletion_that_is_rolled_back_is_not_due(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.stock.unlink()
            1 / 0  # noqa: B018

        self.assert_due()

    def test_path_may_lead_to_what_the_record_inherits(self):
        self.declare(
            OFFER, ExportOn(watch=[Watch(STOCK, "size_id.ware_id", fields=["place"])])
        )
        sibling = self.make_offer("O3", ware_id=self.ware.id)

        self.stock.place = "Cellar"
        self.assert_due(self.offer, sibling)

        self.size.ware_id = self.second.ware_id
        self.assert_due(self.offer, sibling, self.second)

    def test_all_fields_are_watched_where_none_is_named(self):
        self.declare(OFFER, ExportOn(watch=[Watch(STOCK, "size_id")]))

        self.stock.place = "Cellar"

        self.assert_due(self.offer)

    def test_stored_total_is_due_when_it_is_computed_late(self):
        self.declare(OFFER, ExportOn(write=["quantity"]))
        self.stock.quantity = 8
        self.assert_due(self.offer)

        self.add_stock(quantity=0)
        self.assert_due()

    def test_total_that_an_import_changes_goes_to_others_only(self):
        self.declare(OFFER, ExportOn(write=["quantity"]))
        other = self.make_backend()
        twin = self.bind(self.size, other, "X1")
        backend = self.backend_record.reference()

        self.stock.with_context(connector_no_export=backend).quantity = 8

        self.assert_due(twin)


class TestOwnLines(TriggerCase):
    """Lines that are made here have no binding yet, and belong to an exported order."""

    def setUp(self):
        super().setUp()
        self.declare(ORDER, ExportOn(write=["shop_line_ids"]))
        values = {"name": "1", "backend_id": self.backend_record.id}
        self.order, self.other = self.env[ORDER].create(
            [{**values, "external_id": number} for number in ("O1", "O2")]
        )
        self.take()

    def make_line(self, order):
        lines = self.env["connector.test.sale.line"]
        return lines.create({"sale_id": order.odoo_id.id, "name": "Tea"})

    def test_line_that_is_made_here_makes_its_order_due(self):
        """Only a line with a binding did, which nobody makes by hand."""
        self.make_line(self.order)

        self.assert_due(self.order)

    def test_line_that_is_moved_or_deleted_here_makes_its_orders_due(self):
        line = self.make_line(self.order)
        self.take()

        line.sale_id = self.other.odoo_id
        self.assert_due(self.order, self.other)

        line.unlink()
        self.assert_due(self.other)

    def test_what_is_in_a_line_is_watched_by_name_only(self):
        line = self.make_line(self.order)
        self.take()

        line.name = "Jam"

        self.assert_due()
