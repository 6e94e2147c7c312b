# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that cannot run as they were delayed."""

from odoo.addons.connector.exception import InvalidUsageError, NothingToDoJob
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.delay import codec
from odoo.addons.connector.queue.job import JOB_REGISTRY, OpenERPJobStorage, job

from ..models.job import TRACE, TestTrace, leave_trace
from .queue_case import QueueCase


class TestUnrunnable(QueueCase):
    """It fails at once with the reason, and stays."""

    def assertFails(self, uuid, *reasons):
        """Run the jobs; one has failed for these reasons."""
        self.run_jobs()
        job = self.job(uuid)
        self.assertEqual((job.state, job.retry), ("failed", 0))
        for reason in reasons:
            self.assertIn(reason, job.result)

    def change(self, uuid, **values):
        """Change the row of a job, as a script may that renames things."""
        job = self.job(uuid)
        job.flush_recordset()
        for column, value in values.items():
            self.env.cr.execute(
                f"UPDATE connector_queue_job SET {column} = %s WHERE id = %s",
                [value, job.id],
            )
        store.seal_jobs(self.env.cr, job.ids)
        job.invalidate_recordset()

    def test_function_that_is_gone(self):
        uuid = leave_trace.delay(self.session, TRACE)
        for name in ("odoo.addons.connector_test.models.job.gone", "no.module.here"):
            self.change(uuid, func_name=name, state="pending")
            with self.subTest(name=name):
                self.assertFails(uuid, f"Cannot run {name}: ", "Bring the function")

    def test_function_that_is_no_job_any_more(self):
        uuid = leave_trace.delay(self.session, TRACE)
        self.patch(leave_trace, "is_job", True)
        JOB_REGISTRY.discard(leave_trace)
        self.addCleanup(JOB_REGISTRY.add, leave_trace)

        self.assertFails(uuid, "it is a plain function, expected a job. Decorate it")
        self.assertEqual(self.trace_names(), [])

    def test_function_of_an_addon_that_is_not_installed(self):
        uuid = leave_trace.delay(self.session, TRACE)
        installed = set(self.registry._init_modules) - {"connector_test"}
        self.patch(self.registry, "_init_modules", installed)

        self.assertFails(uuid, "addon 'connector_test' is not installed. Install it")
        self.assertEqual(self.trace_names(), [])

    def test_method_that_is_no_job_any_more(self):
        uuid = self.traces.create({"name": "a"}).delayed().copy_as("b")
        self.patch(TestTrace.copy_as, "is_job", False)

        self.assertFails(uuid, f"model {TRACE!r} has no method 'copy_as' decorated")
        self.assertEqual(self.trace_names(), ["a"])

    def test_method_that_never_was_a_job(self):
        uuid = self.traces.create({"name": "a"}).delayed().copy_as("b")
        self.change(uuid, method_name="unlink")

        self.assertFails(uuid, f"model {TRACE!r} has no method 'unlink' decorated")
        self.assertEqual(self.trace_names(), ["a"])

    def test_model_that_is_gone(self):
        uuid = self.traces.create({"name": "a"}).delayed().copy_as("b")
        self.env.cr.execute(
            "UPDATE connector_queue_job"
            " SET payload = replace(payload::text, %s, 'no.model')::jsonb",
            [TRACE],
        )
        store.seal_jobs(self.env.cr, self.job(uuid).ids)

        self.assertFails(uuid, "model 'no.model' is not installed (any more)")

    def test_payload_that_cannot_be_read(self):
        uuid = leave_trace.delay(self.session, TRACE)
        for payload in ('"text"', "{}", '[[{"$gone": 1}], []]'):
            self.change(uuid, payload=payload, state="pending")
            with self.subTest(payload=payload):
                self.assertFails(uuid, "Cannot read the job's arguments: ")

    def test_record_that_does_not_exist_any_more_is_reported(self):
        record, other = self.traces.create([{"name": "a"}, {"name": "b"}])
        uuid = (record + other).delayed().rename("later")
        record.unlink()

        self.assertFails(
            uuid,
            f"Cannot run {TRACE}.rename: {record} does not exist any more.",
            "set the job to done",
        )
        self.assertEqual(self.trace_names(), ["b"])

    def test_job_that_takes_gone_records_for_done_runs_for_the_others(self):
        """It failed for ever, and no guard of its own was reached."""
        record, other = self.traces.create([{"name": "a"}, {"name": "b"}])
        job = self.job((record + other).delayed().export())
        record.unlink()

        self.run_jobs()

        self.assertEqual((job.state, self.trace_names()), ("done", ["b", "export b"]))

    def test_job_that_takes_gone_records_for_done_ends_when_none_is_left(self):
        record = self.traces.create({"name": "a"})
        job = self.job(record.delayed().export())
        record.unlink()

        self.run_jobs()

        self.assertEqual((job.state, self.trace_names()), ("done", []))
        self.assertEqual(
            job.result, f"Nothing to do: {record} does not exist any more."
        )

    def test_job_that_looks_itself_runs_for_gone_records(self):
        record, other = self.traces.create([{"name": "a"}, {"name": "b"}])
        job = self.job((record + other).delayed().report_gone())
        record.unlink()

        self.run_jobs()

        self.assertEqual((job.state, self.trace_names()), ("done", ["b", "1 of 2"]))

    def test_classic_job_does_as_its_method_says(self):
        record = self.traces.create({"name": "a"})
        uuid = record.delayed().export()
        record.unlink()

        with self.assertRaisesRegex(NothingToDoJob, "does not exist any more"):
            OpenERPJobStorage(self.session).load(uuid).perform(self.session)

    def test_what_to_do_with_gone_records_is_checked_where_it_is_declared(self):
        with self.assertRaisesRegex(InvalidUsageError, "'ignore', expected one of"):
            job(on_missing="ignore")
        with self.assertRaisesRegex(InvalidUsageError, "expected a method of a model"):
            job(on_missing="done")(lambda session, model_name: None)

    def test_job_of_a_newer_version_waits_for_it_with_the_reason(self):
        uuid = leave_trace.delay(self.session, TRACE, max_retries=1)
        self.change(uuid, payload_version=codec.VERSION + 1)

        counts = [self.run_jobs(), self.run_jobs()]

        job = self.job(uuid)
        self.assertEqual((counts, job.state, job.retry), ([1, 0], "pending", 0))
        self.assertIn(f"their format is {codec.VERSION + 1}, expected", job.result)
        self.change(uuid, payload_version=codec.VERSION)
        self.make_due(job)
        self.run_jobs()
        self.assertEqual(job.state, "done")
