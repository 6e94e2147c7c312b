# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of rejected records: dead letters with reason and payload (promise 7)."""

from datetime import timedelta

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.connector.api import RecordImporter, run_jobs
from odoo.addons.connector_test.models.flow import CONTACT

from .queue_case import RUNNER_LOG
from .stream_case import StreamCase


class RejectedCase(StreamCase):
    def rejected(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["connector.rejected"].search(domain)

    def reject(self, count=3, **values):
        """Import contacts, the second of which is bad."""
        self.records = self.changed(count)
        self.records[1].update({"bad": "this", **values})
        return self.run_stream()


class TestDeadLetter(RejectedCase):
    def test_rejected_record_is_kept_with_reason_and_payload(self):
        run = self.reject(town="Bern")

        row = self.rejected()
        self.assertEqual((row.external_id, row.model), ("C2", CONTACT))
        self.assertEqual((row.reason, row.kind), ("this is bad.", "rejected"))
        self.assertIn('"town": "Bern"', row.payload)
        self.assertEqual((row.stream_id, row.run_id), (self.stream, run))
        self.assertEqual(row.backend_id, self.backend_record)

    def test_payload_has_no_secrets_and_is_bounded(self):
        self.reject(api_token="swordfish", note="x" * 200_000)

        payload = self.rejected().payload
        self.assertNotIn("swordfish", payload)
        self.assertLess(len(payload), 65_000)

    def test_record_that_is_rejected_again_is_one_row_and_one_checkpoint(self):
        self.reject()
        first = self.rejected()

        self.records[1]["bad"] = "that"
        self.run_stream("full")

        self.assertEqual(self.rejected(), first)
        self.assertEqual((first.reason, first.seen_count), ("that is bad.", 2))
        self.assertEqual(len(self.checkpoints()), 1)

    def test_later_import_closes_it_and_its_checkpoint(self):
        self.reject()
        del self.records[1]["bad"]

        self.run_stream("full")

        self.assertTrue(self.rejected().closed_at)
        self.assertFalse(self.checkpoints())

    def test_import_of_the_one_record_closes_it(self):
        self.reject()
        del self.records[1]["bad"]

        self.backend_record.import_record(CONTACT, "C2")

        self.assertTrue(self.rejected().closed_at)

    def test_failed_import_of_one_record_is_noted_on_its_binding(self):
        """The job is rolled back; the note of it is not."""
        self.records = self.changed(1)
        self.run_stream()
        self.records[0].update({"bad": "this", "name": "New"})
        uuid = self.backend_record.delay_import_record(CONTACT, "C1")

        with mute_logger(RUNNER_LOG):
            run_jobs(self.env)

        job = self.env["connector.queue.job"].search([("uuid", "=", uuid)])
        binding = self.binding("C1")
        self.assertEqual((job.state, binding.sync_state), ("failed", "error"))
        self.assertEqual(binding.sync_reason, "this is bad.")
        self.assertEqual(binding.name, "Contact 1")

    def test_one_that_is_closed_does_not_keep_a_new_one_from_being_kept(self):
        self.reject()
        del self.records[1]["bad"]
        self.run_stream("full")
        self.records[1]["bad"] = "other"

        self.run_stream("full")

        self.assertEqual(len(self.rejected()), 2)
        self.assertEqual(self.rejected(closed_at=False).reason, "other is bad.")

    def test_skipped_record_is_kept_with_the_reason_and_written_once(self):
        @self.backend
        class SkippingImporter(RecordImporter):
            _model_name = CONTACT

            def _must_skip(self):
                return "It is closed." if self.remote_record.get("closed") else None

        self.records = self.changed(3)
        self.records[2]["closed"] = True
        self.run_stream()
        run = self.run_stream()

        row = self.rejected()
        self.assertEqual((row.external_id, row.kind), ("C3", "skipped"))
        self.assertEqual((row.reason, row.seen_count), ("It is closed.", 1))
        self.assertEqual(run.reasons, "1 × It is closed.")
        self.assertFalse(self.checkpoints())

    def test_old_ones_are_deleted_after_the_days_of_the_setting(self):
        self.reject()
        settings = self.env["ir.config_parameter"].sudo()
        settings.set_param("connector.rejected_days", "7")
        row = self.rejected()
        row.last_at = fields.Datetime.now() - timedelta(days=6)
        self.env["connector.rejected"]._gc_rejected()
        self.assertTrue(row.exists())

        row.last_at = fields.Datetime.now() - timedelta(days=8)
        self.env["connector.rejected"]._gc_rejected()

        self.assertFalse(row.exists())


class TestRetryRejected(RejectedCase):
    def test_one_is_retried_alone(self):
        self.reject(count=5)
        del self.records[1]["bad"]
        self.mapped.clear()

        self.rejected().action_retry()
        run_jobs(self.env)

        self.assertEqual(self.mapped, ["C2"])
        self.assertTrue(self.binding("C2"))
        self.assertTrue(self.rejected().closed_at)

    def test_one_that_is_still_bad_says_why_now(self):
        self.reject()
        self.records[1]["bad"] = "still"

        self.rejected().action_retry()
        run_jobs(self.env)

        self.assertEqual(self.rejected(closed_at=False).reason, "still is bad.")

    def test_all_of_a_stream_are_retried_in_a_run_of_their_own(self):
        self.records = self.changed(60)
        for record in self.records[30:40]:
            record["bad"] = "this"
        self.run_stream()
        cursor = self.stream.cursor
        for record in self.records[30:35]:
            del record["bad"]

        self.stream.action_retry_rejected()
        run_jobs(self.env)

        run = self.stream.run_ids[0]
        self.assertEqual((run.kind, run.state), ("chosen", "done"))
        self.assertEqual((run.created_count, run.rejected_count), (5, 5))
        self.assertEqual((self.stream.cursor, self.stream.state), (cursor, "idle"))
        self.assertEqual(self.stream.rejected_count, 5)

    def test_one_that_is_gone_there_is_closed(self):
        self.reject()
        del self.records[1]

        self.rejected().action_retry()
        run_jobs(self.env)

        self.assertTrue(self.rejected().closed_at)
        self.assertFalse(self.checkpoints())
