# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of triggers with all that comes after them, up to what the shop has."""

from odoo.addons.connector.api import ExportOn, run_jobs
from odoo.addons.connector.flows.exporting.trigger import forget_triggers

from ..models.flow import CONTACT
from .export_case import ExportCase


class TestExportFlow(ExportCase):
    def setUp(self):
        super().setUp()
        model_class = self.env.registry[CONTACT]
        declared = ExportOn(
            create=True,
            write=["name"],
            unlink=True,
            domain=[("ref", "=like", "T-%")],
        )
        self.patch(model_class, "_export_on", declared)
        self.patch(model_class, "_export_run_above", 3)
        forget_triggers(self.env.registry)
        self.addCleanup(forget_triggers, self.env.registry)

    def make_partners(self, count):
        return self.env["res.partner"].create(
            [{"name": f"Ada {n}", "ref": f"T-{n}"} for n in range(count)]
        )

    def names_there(self):
        return sorted(one["name"] for one in self.shop.records.values())

    def commit(self):
        """Do what a commit does, and run the jobs."""
        self.env.cr.flush()
        run_jobs(self.env)

    def test_new_changed_and_deleted_record(self):
        partner = self.make_partners(1)
        self.commit()
        self.assertEqual(self.names_there(), ["Ada 0"])

        partner.name = "Ada L."
        self.commit()
        self.assertEqual(self.names_there(), ["Ada L."])

        partner.unlink()
        self.commit()
        self.assertEqual(self.names_there(), [])

    def test_visitor_of_a_website_causes_an_export(self):
        """Else the order of a visitor is refused, or never there (promise 14)."""
        partner = self.make_partners(1)
        self.commit()

        visitor = self.env.ref("base.public_user")
        partner.with_user(visitor).sudo().name = "Ada L."
        self.commit()

        self.assertEqual(self.names_there(), ["Ada L."])

    def test_export_of_a_record_makes_no_other_export(self):
        self.make_partners(1)
        self.commit()

        self.commit()

        self.assertEqual(len(self.shop.requests), 1)

    def test_many_records_go_out_by_a_run(self):
        partners = self.make_partners(5)
        self.commit()
        self.assertEqual(self.names_there(), [f"Ada {n}" for n in range(5)])

        partners.write({"name": "Bob"})
        self.commit()

        self.assertEqual(self.names_there(), ["Bob"] * 5)
        bindings = self.env[CONTACT].search([("odoo_id", "in", partners.ids)])
        self.assertEqual(set(bindings.mapped("sync_state")), {"synced"})
        jobs = self.env["connector.queue.job"].search(
            [("func_name", "like", "%export_record")]
        )
        self.assertFalse(jobs)
