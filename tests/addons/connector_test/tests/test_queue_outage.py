# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that are retried while the far side does not answer."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import requests

from odoo.addons.connector.exception import NetworkRetryableError
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.engine.outcome import JobHistory, outcome_of
from odoo.addons.connector.queue.engine.retry import Policy
from odoo.addons.connector.queue.job import Job, job
from odoo.addons.connector.queue.store import Outage

from ..models.job import TRACE
from .test_queue_failure import ERRORS, FailureCase, stumble, stumble_by_pattern
from .worker_case import WatcherCase

NOON = datetime.fromisoformat("2026-01-31T12:00:00")
DAY_S = 86_400


@job(network_retry_s=60)
def stumble_for_a_minute(session, _model_name, name):
    """Raise an error; those of the network are retried for a minute."""
    stumble(session, name)


@job(network_retry_s=0)
def stumble_by_count(session, _model_name, name):
    """Raise an error; the retries after those of the network are counted."""
    stumble(session, name)


@job
def stumble_on(session, _model_name, _name):
    """Raise the error whose turn it is; the test says which."""
    raise ERRORS[session.env[TRACE].create({})]()


class TestOutageOutcome(FailureCase):
    """The clock is that of the test."""

    def outcome(self, seconds, failures=1, error=None, **policy):
        """Return the outcome so long after the far side began not to answer."""
        function = SimpleNamespace(retry_policy=Policy(**policy))
        claimed = SimpleNamespace(func=function, retry=0, max_retries=5)
        history = JobHistory(find_outage=lambda: Outage(failures, NOON))
        error = error or requests.ConnectionError("no answer")
        now = NOON + timedelta(seconds=seconds)
        return outcome_of(error, claimed, now, history=history)

    def test_job_is_retried_until_a_day_is_over(self):
        last, over = self.outcome(DAY_S - 1, 200), self.outcome(DAY_S, 201)

        self.assertEqual((last.outcome, last.state), ("unreachable", "pending"))
        self.assertLessEqual(last.delay_s, 1)
        self.assertEqual((over.outcome, over.state), ("failed", "failed"))
        self.assertEqual(
            over.message,
            "No answer since 2026-01-31 12:00 UTC, retried for 1 day, 0:00:00: "
            "no answer",
        )

    def test_five_tries_are_not_the_end(self):
        outcome = self.outcome(600, failures=50)

        self.assertEqual((outcome.state, outcome.retry), ("pending", 0))
        self.assertLessEqual(outcome.delay_s, 600)

    def test_hand_raised_error_is_treated_alike(self):
        for seconds, state in ((DAY_S - 1, "pending"), (DAY_S, "failed")):
            with self.subTest(seconds):
                error = NetworkRetryableError("no answer")
                self.assertEqual(self.outcome(seconds, error=error).state, state)

    def test_outcome_says_since_when_and_until_when(self):
        outcome = self.outcome(600)

        self.assertEqual(outcome.network_since, NOON)
        self.assertEqual(outcome.network_until, NOON + timedelta(days=1))

    def test_error_that_asks_not_to_be_counted_has_no_end(self):
        error = NetworkRetryableError("no answer", ignore_retry=True)

        self.assertEqual(self.outcome(9 * DAY_S, error=error).state, "pending")

    def test_function_has_its_own_budget(self):
        self.assertEqual(self.outcome(59, network_retry_s=60).state, "pending")
        self.assertEqual(self.outcome(60, network_retry_s=60).state, "failed")


class TestOutage(FailureCase):
    def age(self, job, **span):
        """Let the outage of a job have begun earlier."""
        self.env.cr.execute(
            "UPDATE connector_queue_job SET network_since = network_since - %s"
            " WHERE id = %s",
            [timedelta(**span), job.id],
        )
        job.invalidate_recordset()

    def test_outage_of_minutes_fails_no_job(self):
        """Five tries of the network were over in two minutes."""
        for error in ("no answer", "no answer either"):
            with self.subTest(error):
                job = self.run_job(error, tries=9)
                self.assertEqual((job.state, job.attempt), ("pending", 9))
                self.assertEqual((job.retry, job.result), (0, "no answer"))
                self.assertEqual(set(job.attempt_ids.mapped("state")), {"unreachable"})

    def test_job_fails_when_its_time_is_over(self):
        job = self.run_job("no answer", tries=2)
        self.age(job, hours=24)
        self.make_due(job)

        self.run_jobs()

        self.assertEqual((job.state, job.attempt), ("failed", 3))
        self.assertIn("No answer since ", job.result)
        self.assertIn("ConnectionError: no answer", job.exc_info)

    def test_job_says_since_when_and_until_when(self):
        job = self.run_job("no answer", tries=1)
        first = job.network_since

        self.make_due(job)
        self.run_jobs()

        self.assertEqual(job.network_since, first)
        self.assertEqual(job.network_until - first, timedelta(days=1))

    def test_pauses_grow_up_to_ten_minutes(self):
        job = self.run_job("no answer", tries=0)
        waits = []
        for _try in range(20):
            self.make_due(job)
            self.run_jobs()
            waits.append(self.wait_s(job))

        self.assertLessEqual(waits[0], 10)
        self.assertGreater(max(waits), 60)
        self.assertLessEqual(max(waits), 600)

    def test_given_max_retries_is_the_end(self):
        job = self.run_job("no answer", tries=5, max_retries=5)

        self.assertEqual((job.state, job.retry), ("failed", 5))
        self.assertIn("Max. retries (5) reached", job.result)

    def test_max_retries_of_a_person_is_the_end(self):
        job = self.run_job("no answer", tries=0)
        job.write({"max_retries": 2})

        for _try in range(2):
            self.make_due(job)
            self.run_jobs()

        self.assertEqual((job.state, job.retry), ("failed", 2))

    def test_classic_job_is_counted_only_where_it_says_so(self):
        storage = OpenERPJobStorage(self.session)
        for options, state in (({}, "pending"), ({"max_retries": 5}, "failed")):
            with self.subTest(options):
                job = Job(stumble_for_a_minute, TRACE, ("no answer",), **options)
                storage.store(job)
                row = storage.db_record(job).sudo(False)
                for _try in range(5):
                    self.make_due(row)
                    self.run_jobs()
                self.assertEqual(row.state, state)

    def test_declared_pattern_is_counted(self):
        job = self.run_job("no answer", stumble_by_pattern, tries=5)

        self.assertEqual((job.state, job.retry), ("failed", 5))

    def test_function_may_have_its_retries_counted(self):
        job = self.run_job("no answer", stumble_by_count, tries=5)

        self.assertEqual((job.state, job.retry), ("failed", 5))

    def test_function_may_have_less_time(self):
        job = self.run_job("no answer", stumble_for_a_minute, tries=2)
        self.assertEqual(job.state, "pending")
        self.age(job, seconds=60)
        self.make_due(job)

        self.run_jobs()

        self.assertEqual(job.state, "failed")

    def test_other_retries_are_counted_as_before(self):
        """An outage uses none of them up."""
        errors = iter([*["no answer"] * 6, *["retry"] * 5])
        self.patch(self.env.registry[TRACE], "create", lambda *_args: next(errors))
        job = self.run_job("unknown", stumble_on, tries=6)
        self.assertEqual((job.state, job.retry), ("pending", 0))

        for _try in range(5):
            self.make_due(job)
            self.run_jobs()

        self.assertEqual((job.state, job.retry), ("failed", 5))

    def test_answer_ends_the_outage(self):
        errors = iter(["no answer", "retry", "no answer"])
        self.patch(self.env.registry[TRACE], "create", lambda *_args: next(errors))
        job = self.run_job("unknown", stumble_on, tries=1)
        self.age(job, hours=48)
        for _try in range(2):
            self.make_due(job)
            self.run_jobs()

        self.assertEqual(job.state, "pending")
        self.assertLess(job.date_started - job.network_since, timedelta(hours=1))

    def test_conflict_does_not_end_the_outage(self):
        errors = iter(["no answer", "serialization", "no answer"])
        self.patch(self.env.registry[TRACE], "create", lambda *_args: next(errors))
        job = self.run_job("unknown", stumble_on, tries=1)
        self.age(job, hours=24)
        for _try in range(2):
            self.make_due(job)
            self.run_jobs()

        self.assertEqual(job.state, "failed")

    def test_requeue_gives_all_the_time_back(self):
        job = self.run_job("no answer", tries=1)
        self.age(job, days=3)
        job.button_cancel()

        job.requeue()
        self.run_jobs()

        self.assertEqual((job.state, job.attempt), ("pending", 2))

    def test_replaced_job_has_all_its_time(self):
        options = {"identity_key": "x", "mode": "replace"}
        job = self.run_job("no answer", tries=1, identity_key="x")
        self.age(job, days=3)

        again = self.run_job("no answer", tries=1, **options)

        self.assertEqual((again, job.state), (job, "pending"))


class TestNetworkSetting(WatcherCase):
    def test_worker_takes_the_time_of_its_settings(self):
        worker = self.worker_of(self.start_watcher(network_retry_s=7))

        self.assertEqual(worker.runner.network_retry_s, 7)
