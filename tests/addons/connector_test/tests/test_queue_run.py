# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of a job that runs."""

from odoo.addons.connector.queue.job import job

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase


@job
def leave_trace_by_job(session, model_name, name):
    """Delay a job."""
    return leave_trace.delay(session, model_name, name, priority=1)


class TestRun(QueueCase):
    def delay(self, *args, **options):
        """Delay a job and return its record."""
        return self.job(leave_trace.delay(self.session, TRACE, *args, **options))

    def test_job_that_returns_is_done(self):
        job = self.delay("a")

        self.assertEqual(self.run_jobs(), 1)

        self.assertEqual((job.state, job.result), ("done", "a"))
        self.assertEqual((job.attempt, job.retry, job.exc_info), (1, 0, False))
        self.assertFalse(job.worker_id)
        self.assertTrue(job.date_enqueued <= job.date_started <= job.date_done)

    def test_done_job_does_not_run_again(self):
        self.delay()

        counts = [self.run_jobs(), self.run_jobs()]

        self.assertEqual(counts, [1, 0])

    def test_jobs_run_by_priority_then_in_their_order(self):
        for name, priority in (("c", 10), ("d", 10), ("a", 5), ("e", 20), ("b", 5)):
            self.delay(name, priority=priority)

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["a", "b", "c", "d", "e"])

    def test_job_may_delay_jobs(self):
        uuid = leave_trace_by_job.delay(self.session, TRACE, "child")

        count = self.run_jobs()

        child = self.job(self.job(uuid).result)
        self.assertEqual((count, child.state), (2, "done"))
        self.assertEqual(self.trace_names(), ["child"])

    def test_each_start_is_recorded_once(self):
        job = self.delay()

        self.run_jobs()

        (attempt,) = job.attempt_ids
        self.assertEqual((attempt.attempt, attempt.state), (1, "done"))
        self.assertTrue(attempt.date_started <= attempt.date_done)

    def test_method_without_records_runs_on_the_model(self):
        self.traces.delayed().count()

        self.assertEqual(self.run_jobs(), 1)

        self.assertEqual(self.jobs().state, "done")
