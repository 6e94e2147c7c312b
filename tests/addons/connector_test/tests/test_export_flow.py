# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of triggers with all that comes after them, up to what the shop has."""

from ..models.flow import CONTACT
from .export_case import TriggeredExportCase


class TestExportFlow(TriggeredExportCase):
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

    def test_jobs_are_named_by_what_they_export(self):
        """Fifty jobs were all called "Export one record."."""
        partners = self.make_partners(2)
        self.commit()
        bindings = self.env[CONTACT].search([("odoo_id", "in", partners.ids)])

        partners[0].unlink()
        self.commit()

        exports = [f"Export Test Contact {id_}" for id_ in sorted(bindings.ids)]
        self.assertEqual(self.job_names("export_record"), exports)
        deletions = self.job_names("export_delete_record")
        self.assertEqual(deletions, ["Delete Test Contact R1 there"])

    def test_name_of_a_run_says_what_it_exports(self):
        self.make_partners(5)
        self.commit()

        first = self.job_names("export_run")[0]
        self.assertEqual(first, "Export all Test Contact that are due")
