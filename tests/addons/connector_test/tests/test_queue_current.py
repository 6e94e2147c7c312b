# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the running job: its progress, and requests to stop it."""

from odoo.addons.connector.exception import RetryableJobError
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.testing import run_jobs
from odoo.addons.connector.tests.common import UnitCase

from .queue_case import QueueCase, insert_row

HEARD = []


@job
def tell(session, model_name, done, total):
    """Say how far it is, and hear what it knows of itself."""
    current = current_job(session.env)
    current.progress(done, total, "half of it")
    HEARD.append((current.attempt, current.is_cancelled))


@job
def look(session, model_name):
    """Be asked to stop, and see it."""
    uuid = session.env.context["job_uuid"]
    session.env["connector.queue.job"].search([("uuid", "=", uuid)]).button_stop()
    HEARD.append(current_job(session.env).is_cancelled)


@job
def give_up(session, model_name):
    """Hear whether it is to stop, and give up."""
    HEARD.append(current_job(session.env).is_cancelled)
    raise RetryableJobError("half way")


@job
def sleep_longer(session, model_name, seconds, message):
    """Snooze."""
    current_job(session.env).snooze(seconds, message)


class TestCurrentJob(UnitCase):
    def setUp(self):
        super().setUp()
        HEARD.clear()

    def find(self, uuid):
        return self.env["connector.queue.job"].search([("uuid", "=", uuid)])

    def test_there_is_none_outside_of_jobs(self):
        self.assertIsNone(current_job(self.env))

    def test_progress_is_shown_in_percent(self):
        uuid = tell.delay(self.session, "res.partner", 5, 10)

        run_jobs(self.env)

        self.assertEqual(self.find(uuid).progress, 50)
        self.assertEqual(self.find(uuid).progress_message, "half of it")

    def test_job_knows_the_number_of_its_start(self):
        job = self.find(tell.delay(self.session, "res.partner", 1, 2))
        self.env.cr.execute(
            "UPDATE connector_queue_job SET attempt = 1 WHERE id = %s", [job.id]
        )

        run_jobs(self.env)

        self.assertEqual(HEARD, [(2, False)])

    def test_job_sees_that_it_is_to_stop(self):
        look.delay(self.session, "res.partner")

        run_jobs(self.env)

        self.assertEqual(HEARD, [True])

    def test_job_that_gives_up_because_it_is_to_stop_ends_as_cancelled(self):
        job = self.delay_and_stop(attempt=1)

        run_jobs(self.env)

        self.assertEqual((job.state, job.result), ("cancelled", "half way"))

    def test_wish_to_stop_says_nothing_to_a_later_attempt(self):
        job = self.delay_and_stop(attempt=1)
        run_jobs(self.env)
        job.requeue()

        run_jobs(self.env)

        self.assertEqual(HEARD, [True, False])
        self.assertEqual(job.state, "pending")

    def delay_and_stop(self, attempt):
        """Return a job that somebody asks to stop in one of its attempts."""
        job = self.find(give_up.delay(self.session, "res.partner"))
        insert_row(self.env, "connector.queue.cancel", job_id=job.id, attempt=attempt)
        return job


class TestSnooze(QueueCase):
    def snoozed(self, **values):
        """Return a job that snoozed."""
        uuid = sleep_longer.delay(self.session, "res.partner", **values)
        self.run_jobs()
        return self.job(uuid)

    def test_job_that_snoozes_runs_again_later(self):
        now = self.env.cr.now()

        job = self.snoozed(seconds=60, message="not yet")

        self.assertEqual((job.state, job.result), ("pending", "not yet"))
        self.assertAlmostEqual((job.eta - now).total_seconds(), 60, delta=30)

    def test_snooze_is_no_failed_try(self):
        job = self.snoozed(seconds=0, message="", max_retries=1)
        for _turn in range(3):
            self.make_due(job)
            self.run_jobs()

        columns = job.state, job.retry, job.attempt, job.result
        self.assertEqual(columns, ("pending", 0, 4, "Snoozed for 0 s."))

    def test_snooze_takes_a_number_of_seconds(self):
        for seconds in ("5", None, -1, float("nan"), True):
            with self.subTest(seconds=seconds):
                job = self.snoozed(seconds=seconds, message="")
                self.assertIn(f"the time is {seconds!r}", job.result)
