# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs delayed beyond the range of a datetime."""

from datetime import timedelta

import psycopg2.errors

from odoo.tools import mute_logger

from odoo.addons.connector.exception import InvalidUsageError, RetryableJobError
from odoo.addons.connector.queue.classic.job import Job
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.eta import LAST_ETA, MAX_DELAY_S
from odoo.addons.connector.queue.job import Backoff, job

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase

MILLISECONDS = 1_800_000_000_000  # of somebody who took them for seconds
FIELDS = {"name": {}, "state": {}, "eta": {}}


@job
def retry_in(_session, _model_name, seconds):
    """Ask for another try in so many seconds."""
    raise RetryableJobError("later", seconds=seconds)


@job
def snooze_for(session, _model_name, seconds):
    """Snooze so many seconds."""
    current_job(session.env).snooze(seconds)


@job(retry_pattern={1: MILLISECONDS})
def retry_by_pattern(_session, _model_name):
    """Raise an error that is tried again by a pattern."""
    raise RetryableJobError("later")


@job(backoff=Backoff(base_s=MILLISECONDS, cap_s=1e300, jitter=False))
def retry_by_backoff(_session, _model_name):
    """Raise an error that is tried again after a backoff."""
    raise RetryableJobError("later")


class TestLastEta(QueueCase):
    def read(self, job):
        """Return the eta as the list, the form and the groups of the list read it."""
        domain = [("id", "=", job.id)]
        listed = job.web_search_read(domain, FIELDS)["records"]
        self.assertEqual(job.web_read(FIELDS), listed)
        for span in ("day", "week", "month", "quarter", "year"):
            job.formatted_read_group(domain, [f"eta:{span}"], ["__count"])
        return job.eta

    def test_eta_of_a_retry_is_bounded(self):
        """Nobody could open the list of jobs any more."""
        cases = [
            (retry_in, MILLISECONDS),
            (retry_in, 1e300),
            (retry_in, float("inf")),
            (retry_in, 10**400),
            (snooze_for, MILLISECONDS),
            (snooze_for, 1e300),
            (retry_by_pattern,),
            (retry_by_backoff,),
        ]
        for function, *args in cases:
            with self.subTest(function.__name__, args=args):
                job = self.job(function.delay(self.session, TRACE, *args))
                self.run_jobs()
                self.assertEqual(job.state, "pending")
                seconds = (self.read(job) - job.date_started).total_seconds()
                self.assertAlmostEqual(seconds, MAX_DELAY_S, delta=5)

    def test_time_that_is_over_is_now(self):
        for seconds in (-1, -MILLISECONDS, -1e300, float("-inf")):
            with self.subTest(seconds):
                job = self.job(retry_in.delay(self.session, TRACE, seconds))
                self.run_jobs()
                self.assertEqual((job.state, job.attempt), ("pending", 1))
                waited = self.read(job) - job.date_started
                self.assertAlmostEqual(waited.total_seconds(), 0, delta=5)

    def test_eta_of_a_delay_is_bounded(self):
        for eta in (
            LAST_ETA + timedelta(days=365),
            LAST_ETA + timedelta(seconds=1),
            MILLISECONDS,
        ):
            with self.subTest(eta):
                with self.assertRaisesRegex(InvalidUsageError, "option 'eta' is"):
                    leave_trace.delay(self.session, TRACE, eta=eta)

        job = self.job(leave_trace.delay(self.session, TRACE, eta=LAST_ETA))
        self.assertEqual(self.read(job), LAST_ETA)

    def test_classic_job_is_bounded_as_well(self):
        job = Job(func=retry_by_pattern, model_name=TRACE)

        job.postpone(seconds=MILLISECONDS)
        spans = [job.eta]
        job.retry = 1
        job.postpone()
        spans.append(job.eta)

        for eta in spans:
            self.assertLess(eta, LAST_ETA)

    @mute_logger("odoo.sql_db")
    def test_no_later_eta_is_stored(self):
        job = self.job(leave_trace.delay(self.session, TRACE))
        for eta in ("9999-12-31 00:00:00", "infinity", "20000-01-01", "-infinity"):
            with self.subTest(eta):
                with self.assertRaises(psycopg2.errors.CheckViolation):
                    with self.env.cr.savepoint():
                        self.store(job, eta)

    def store(self, job, eta):
        """Store an eta, whatever it is."""
        self.env.cr.execute(
            "UPDATE connector_queue_job SET eta = %s WHERE id = %s", [eta, job.id]
        )
        job.invalidate_recordset()

    def test_row_with_a_later_eta_is_repaired_by_the_upgrade(self):
        job = self.job(leave_trace.delay(self.session, TRACE, eta=60))
        self.env.cr.execute(
            "ALTER TABLE connector_queue_job"
            " DROP CONSTRAINT connector_queue_job_eta_check"
        )
        late, early = (
            "9999-12-31 00:00:00, 56789-01-01, infinity",
            "-infinity, 0044-03-15 BC",
        )
        for etas, expected in ((late, LAST_ETA), (early, self.env.cr.now())):
            for eta in etas.split(", "):
                with self.subTest(eta):
                    self.store(job, eta)
                    self.env[JOB].init()
                    self.assertEqual(self.read(job), expected)

        self.env[JOB]._eta_check.apply_to_database(self.env[JOB])
        self.assertEqual(job.state, "pending")
