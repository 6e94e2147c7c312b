# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of changes to a stored job."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase


class ChangeCase(QueueCase):
    def delay(self, **options):
        """Return the record of a job that waits."""
        return self.job(leave_trace.delay(self.session, TRACE, **options))

    def take(self, jobs) -> None:
        """Let a worker have jobs."""
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = 'enqueued', worker_id = 7"
            " WHERE id = ANY(%s)",
            [jobs.ids],
        )
        jobs.invalidate_recordset()

    def in_an_hour(self):
        """Return a time to come, as Odoo has them."""
        return fields.Datetime.now() + timedelta(hours=1)


class TestChange(ChangeCase):
    def test_what_a_job_does_is_never_changed(self):
        job = self.delay()
        for vals in (
            {"payload": [[], []]},
            {"user_id": 1},
            {"func_name": "os.system"},
            {"state": "done"},
            {"priority": 1, "model_name": "res.users"},
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "Cannot change"):
                job.write(vals)

    def test_urgency_of_a_waiting_job_is_changed(self):
        first, second = self.delay(), self.delay()

        second.write({"priority": 1, "max_retries": 2})

        self.assertEqual((second.priority, second.max_retries), (1, 2))
        self.assertEqual((first.priority, first.max_retries), (10, 5))

    def test_job_waits_for_the_eta_it_is_given(self):
        job = self.delay()

        job.eta = self.in_an_hour()

        self.assertEqual(self.run_jobs(), 0)
        job.write({"eta": False})
        self.assertEqual(self.run_jobs(), 1)

    def test_eta_that_has_passed_holds_nothing(self):
        job = self.delay(eta=3600)

        job.eta = self.in_an_hour() - timedelta(hours=2)

        self.assertEqual(self.run_jobs(), 1)

    def test_job_that_has_started_is_left_alone(self):
        job = self.delay()
        self.take(job)

        with self.assertRaisesRegex(UserError, "state is enqueued. Select only jobs"):
            job.write({"priority": 1})

        self.assertEqual(job.priority, 10)

    def test_job_that_has_ended_is_left_alone(self):
        job = self.delay()
        self.run_jobs()

        with self.assertRaisesRegex(UserError, "state is done"):
            job.write({"priority": 1})


class TestClassicMethods(ChangeCase):
    def test_state_is_changed_by_its_name(self):
        job = self.delay()

        job._change_job_state("done", result="By hand.")
        self.assertEqual((job.state, job.result), ("done", "By hand."))

        job = self.delay()
        job.button_cancel()
        job._change_job_state("pending")
        self.assertEqual(job.state, "pending")

    def test_jobs_that_cannot_be_moved_are_left_alone(self):
        """One job that a worker had kept all the others from being set to done."""
        jobs = self.delay() + self.delay() + self.delay()
        self.take(jobs[0])
        jobs[1].button_cancel()

        jobs._change_job_state("done", result="By hand.")
        self.assertEqual(jobs.mapped("state"), ["enqueued", "done", "done"])

        failed = self.delay()
        failed.button_cancel()
        (jobs + failed)._change_job_state("pending")
        self.assertEqual(
            (jobs + failed).mapped("state")[1:], ["done"] * 2 + ["pending"]
        )
        jobs._change_job_state("pending")

    def test_other_states_are_refused(self):
        with self.assertRaisesRegex(ValueError, "to 'failed': expected 'done' or 'pen"):
            self.delay()._change_job_state("failed")

    def test_stuck_jobs_are_left_to_the_cron(self):
        cron = self.env.ref("connector.queue_cron_run")
        before = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])

        self.env[JOB].requeue_stuck_jobs()

        after = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(after - before), 1)

    def test_minutes_of_stuck_jobs_must_not_both_be_0(self):
        with self.assertRaisesRegex(ValidationError, "are both 0"):
            self.env[JOB].requeue_stuck_jobs(0, 0)

    def test_failed_jobs_need_somebody(self):
        self.assertEqual(
            self.env[JOB]._needaction_domain_get(), [("state", "=", "failed")]
        )

    def test_old_assignment_wakes_the_workers(self):
        workers = self.env["connector.queue.worker"]
        for call in (workers.assign_jobs, workers.enqueue_jobs):
            with self.subTest(call.__name__):
                self.env.cr.postcommit.clear()
                call()
                self.assertIn("connector.queue.wake", self.env.cr.postcommit.data)

    def test_old_cron_does_no_harm(self):
        job = self.delay()

        self.assertTrue(self.env["connector.queue.worker"].assign_then_enqueue(50))

        self.assertEqual(job.state, "pending")
