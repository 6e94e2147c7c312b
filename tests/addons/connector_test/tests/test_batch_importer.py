# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the import of all records of a model."""

from odoo.addons.connector.api import run_jobs, trap_jobs
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase


class TestBatchImporter(FlowCase):
    def test_each_page_is_a_job_that_delays_the_next_one(self):
        self.records = self.contacts(250)

        self.backend_record.delayed().import_batch(CONTACT)
        run_jobs(self.env)

        jobs = self.env["connector.queue.job"].search([], order="id")
        self.assertEqual(jobs.mapped("state"), ["done"] * 3)
        self.assertEqual(len(self.env[CONTACT].search([])), 250)

    def test_inline_import_reads_all_pages_at_once(self):
        self.records = self.contacts(250)

        with trap_jobs() as trap:
            result = self.import_batch("inline")

        self.assertEqual(result.counts, {"created": 250})
        self.assertEqual(trap.calls(self.env), [])

    def test_record_mode_delays_a_job_for_each_record(self):
        self.records = self.contacts(3)

        self.import_batch("record")
        run_jobs(self.env)

        self.assertEqual(len(self.env[CONTACT].search([])), 3)

    def test_record_mode_delays_the_jobs_of_a_page_together(self):
        self.records = self.contacts(100)
        self.import_batch("record")
        before = self.env.cr.sql_log_count

        self.import_batch("record")

        self.assertLess(self.env.cr.sql_log_count - before, 10)
        jobs = self.env["connector.queue.job"].search([])
        self.assertEqual(len(jobs), 100)  # those delayed first are still to start

    def test_record_mode_rejects_only_what_has_no_id(self):
        self.records = [{"name": "Nobody"}, *self.contacts(2)]

        result = self.import_batch("record")

        self.assertEqual(result.counts, {"rejected": 1, "delayed": 2})
        self.assertEqual(list(result.rejected), ["#1"])
        self.assertIn("'id'", self.env["connector.checkpoint"].search([]).name)

    def test_rejected_record_is_a_checkpoint(self):
        self.records = self.contacts(3)
        self.records[1]["bad"] = "this"

        self.import_batch("inline")

        checkpoint = self.env["connector.checkpoint"].search([])
        self.assertIn("C2", checkpoint.name)
        self.assertIn("this is bad", checkpoint.name)

    def test_records_are_imported_as_the_user_of_the_flows(self):
        user = self.env["res.users"].create(
            {
                "name": "Importer",
                "login": "importer",
                "group_ids": [
                    (4, self.ref("base.group_partner_manager")),
                    (4, self.ref("base.group_user")),
                ],
            }
        )
        self.backend_record.flow_user_id = user
        self.records = self.contacts(1)

        self.backend_record.import_page(CONTACT)

        self.assertEqual(self.binding("C1").odoo_id.create_uid, user)
