# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that raise."""

from datetime import datetime, timezone

import psycopg2.errors
import requests

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError

from odoo.addons.connector.exception import (
    FailedJobError,
    NetworkRetryableError,
    NothingToDoJob,
    RetryableJobError,
)
from odoo.addons.connector.queue.engine.retry import (
    CONFLICT_CAP_S,
    MAX_CONFLICTS,
    RETRY_INTERVAL,
)
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE
from .queue_case import RUNNER_LOG, QueueCase

ERRORS = {
    "retry": lambda: RetryableJobError("later"),
    "retry in 5 minutes": lambda: RetryableJobError("later", seconds=300),
    "retry for ever": lambda: RetryableJobError("later", ignore_retry=True),
    "no answer": lambda: requests.ConnectionError("no answer"),
    "no answer either": lambda: NetworkRetryableError("no answer"),
    "nothing to do": lambda: NothingToDoJob("It is there already."),
    "nothing at all": lambda: NothingToDoJob(""),
    "serialization": lambda: psycopg2.errors.SerializationFailure("again"),
    "deadlock": lambda: psycopg2.errors.DeadlockDetected("again"),
    "lock": lambda: psycopg2.errors.LockNotAvailable("again"),
    "concurrency": lambda: ConcurrencyError("again"),
    "final": lambda: FailedJobError("no way"),
    "user": lambda: UserError("The order has no lines."),
    "unknown": lambda: ZeroDivisionError("division by zero"),
    "silent": lambda: ValueError(),
}


def stumble(session, name):
    """Leave a trace, then raise one of the errors."""
    session.env[TRACE].create({"name": name})
    raise ERRORS[name]()


@job
def stumble_by_default(session, _model_name, name):
    """Raise an error."""
    stumble(session, name)


@job(retry_pattern={1: 10, 3: 60})
def stumble_by_pattern(session, _model_name, name):
    """Raise an error that is tried again by a pattern."""
    stumble(session, name)


@job(retry_on=(ZeroDivisionError,))
def stumble_and_retry(session, _model_name, name):
    """Raise an error that is declared as worth another try."""
    stumble(session, name)


@job
def stumble_in_turn(session, _model_name):
    """Raise the error whose turn it is; the test says which."""
    raise ERRORS[session.env[TRACE].create({})]()


class FailureCase(QueueCase):
    def run_job(self, error, function=stumble_by_default, tries=1, **options):
        """Delay a job, run it so many times and return its record."""
        job = self.job(function.delay(self.session, TRACE, error, **options))
        for _try in range(tries):
            self.make_due(job)
            self.run_jobs()
        return job

    def wait_s(self, job) -> float:
        """Return after how many seconds the job runs again."""
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        return (job.eta - now).total_seconds()


class TestFailure(FailureCase):
    def test_job_that_raises_fails_with_message_and_traceback(self):
        job = self.run_job("unknown")

        self.assertEqual((job.state, job.result), ("failed", "division by zero"))
        self.assertIn("in stumble\n    raise ERRORS[name]()", job.exc_info)
        self.assertIn("ZeroDivisionError: division by zero", job.exc_info)
        self.assertTrue(job.date_done)

    def test_error_without_a_message_is_told_by_its_name(self):
        self.assertEqual(self.run_job("silent").result, "ValueError")

    def test_failure_is_logged_once_as_an_error(self):
        uuid = stumble_by_default.delay(self.session, TRACE, "user")

        with self.assertLogs(RUNNER_LOG, "ERROR") as logs:
            type(self).run_jobs.__wrapped__(self)

        self.assertEqual(
            [record.getMessage() for record in logs.records],
            [f"job {uuid} failed: The order has no lines."],
        )

    def test_failed_job_does_not_run_again(self):
        job = self.run_job("unknown", tries=2)

        self.assertEqual((job.attempt, job.state), (1, "failed"))

    def test_effects_of_an_attempt_that_raised_are_undone(self):
        for error in ("unknown", "retry", "nothing to do", "serialization"):
            with self.subTest(error=error):
                self.run_job(error)
                self.assertEqual(self.trace_names(), [])

    def test_failure_of_one_job_leaves_the_next_alone(self):
        jobs = [self.job(stumble_by_default.delay(self.session, TRACE, "user"))]
        jobs += [self.job(self.traces.create({}).delayed().copy_as("next"))]

        self.run_jobs()

        self.assertEqual([job.state for job in jobs], ["failed", "done"])

    def test_final_error_fails_the_job_whatever_the_policy(self):
        job = self.run_job("final", stumble_by_pattern)

        self.assertEqual((job.state, job.result, job.retry), ("failed", "no way", 0))

    def test_nothing_to_do_ends_the_job_as_done_with_its_message(self):
        job = self.run_job("nothing to do")

        self.assertEqual((job.state, job.result), ("done", "It is there already."))
        self.assertFalse(job.exc_info)
        self.assertTrue(job.date_done)

    def test_nothing_to_do_without_a_message_gets_one(self):
        self.assertEqual(self.run_job("nothing at all").result, "Nothing to do.")

    def test_each_attempt_keeps_how_it_ended(self):
        job = self.run_job("retry", tries=2, max_retries=2)

        self.assertEqual(
            job.attempt_ids.mapped(lambda a: (a.attempt, a.state, a.message)),
            [
                (1, "retried", "later"),
                (2, "failed", "Max. retries (2) reached: later"),
            ],
        )
        self.assertFalse(job.attempt_ids[0].exc_info)
        self.assertIn("RetryableJobError: later", job.attempt_ids[1].exc_info)


class TestRetry(FailureCase):
    def test_retryable_error_puts_the_job_back(self):
        job = self.run_job("retry")

        self.assertEqual((job.state, job.result), ("pending", "later"))
        self.assertEqual((job.attempt, job.retry), (1, 1))
        self.assertFalse(job.worker_id)
        self.assertAlmostEqual(self.wait_s(job), RETRY_INTERVAL, delta=5)

    def test_job_that_was_put_back_waits_for_its_time(self):
        job = self.run_job("retry")

        self.assertEqual(self.run_jobs(), 0)

        self.make_due(job)
        self.assertEqual(self.run_jobs(), 1)

    def test_seconds_of_the_error_go_before_the_policy(self):
        job = self.run_job("retry in 5 minutes", stumble_by_pattern)

        self.assertAlmostEqual(self.wait_s(job), 300, delta=5)

    def test_pattern_gives_the_delay_of_the_count_that_was_reached(self):
        for tries, seconds in ((1, 10), (2, 10), (3, 60), (4, 60)):
            with self.subTest(tries=tries):
                job = self.run_job("retry", stumble_by_pattern, tries=tries)
                self.assertAlmostEqual(self.wait_s(job), seconds, delta=5)

    def test_job_fails_when_its_retries_are_used_up(self):
        job = self.run_job("retry", tries=3, max_retries=3)

        self.assertEqual((job.state, job.retry, job.attempt), ("failed", 3, 3))
        self.assertEqual(job.result, "Max. retries (3) reached: later")

    def test_job_without_limit_is_put_back_for_ever(self):
        job = self.run_job("retry", tries=12, max_retries=0)

        self.assertEqual((job.state, job.retry), ("pending", 12))

    def test_ignored_retry_does_not_count(self):
        job = self.run_job("retry for ever", tries=3, max_retries=2)

        self.assertEqual((job.state, job.retry, job.attempt), ("pending", 0, 3))

    def test_network_errors_are_tried_again_soon(self):
        for error in ("no answer", "no answer either"):
            with self.subTest(error=error):
                job = self.run_job(error)
                self.assertEqual((job.state, job.retry), ("pending", 0))
                self.assertLessEqual(self.wait_s(job), 10)

    def test_declared_error_is_tried_again(self):
        self.assertEqual(self.run_job("unknown").state, "failed")

        self.assertEqual(self.run_job("unknown", stumble_and_retry).state, "pending")

    def test_concurrency_errors_do_not_count(self):
        for error in ("serialization", "deadlock", "lock", "concurrency"):
            with self.subTest(error=error):
                job = self.run_job(error, tries=3, max_retries=2)
                self.assertEqual((job.state, job.retry), ("pending", 0))
                self.assertEqual(job.attempt, 3)
                self.assertLessEqual(self.wait_s(job), 1)

    def test_pauses_after_conflicts_grow_and_some_tens_in_a_row_fail_the_job(self):
        """A job that met itself was started a hundred times in a minute, for ever."""
        waits = []
        job = self.run_job("serialization", tries=0, max_retries=0)
        for _try in range(MAX_CONFLICTS - 1):
            self.make_due(job)
            self.run_jobs()
            waits.append(self.wait_s(job))
        self.assertEqual(
            (job.state, job.attempt, job.retry), ("pending", MAX_CONFLICTS - 1, 0)
        )
        self.assertLessEqual(max(waits[:3]), 1)
        self.assertGreater(min(waits[9:]), CONFLICT_CAP_S / 2 - 5)
        self.assertLessEqual(max(waits), CONFLICT_CAP_S)

        self.make_due(job)
        self.run_jobs()

        self.assertEqual(
            (job.state, job.attempt, job.retry), ("failed", MAX_CONFLICTS, 0)
        )
        self.assertIn(f"{MAX_CONFLICTS} conflicts in a row", job.result)
        self.assertIn("the last: again", job.result)
        self.assertIn("SerializationFailure: again", job.exc_info)

    def test_conflicts_are_counted_anew_after_anything_else(self):
        conflicts = ["serialization"] * (MAX_CONFLICTS - 1)
        errors = iter([*conflicts, "retry", *conflicts, "nothing to do"])
        self.patch(self.env.registry[TRACE], "create", lambda *_args: next(errors))
        job = self.job(stumble_in_turn.delay(self.session, TRACE, max_retries=0))

        for _try in range(2 * MAX_CONFLICTS):
            self.make_due(job)
            self.run_jobs()

        self.assertEqual(
            (job.state, job.attempt, job.retry), ("done", 2 * MAX_CONFLICTS, 1)
        )

    def test_requeue_gives_all_conflicts_back(self):
        job = self.run_job("lock", tries=MAX_CONFLICTS)

        job.requeue()
        self.run_jobs()

        self.assertEqual((job.state, job.attempt), ("pending", MAX_CONFLICTS + 1))
        self.assertLessEqual(self.wait_s(job), 1)

    def test_requeue_gives_all_retries_back_and_keeps_the_attempts(self):
        job = self.run_job("retry", tries=2, max_retries=2)

        job.requeue()

        self.assertEqual((job.state, job.retry, job.attempt), ("pending", 0, 2))
        self.assertFalse(job.eta)

    def test_method_whose_override_is_not_decorated_keeps_its_pattern(self):
        """The pattern was read from the override, which has none."""
        record = self.traces.create({"name": "a"})
        job = self.job(record.delayed().rename("later"))
        self.patch(type(record), "write", lambda *_args: stumble(self.session, "retry"))

        self.run_jobs()

        self.assertEqual(job.state, "pending")
        self.assertAlmostEqual(self.wait_s(job), 7, delta=5)


class TestFailureOfMethod(FailureCase):
    """What ``_on_job_failed`` promises to the records of a job."""

    def setUp(self):
        super().setUp()
        self.told = []
        self.trace = self.traces.create({"name": "a"})
        self.patch(self.registry[TRACE], "_on_job_failed", self.hook())

    def hook(self, error=None):
        def note(records, method, args, kwargs, reason):
            self.told.append((records, method, args, kwargs, reason))
            records.name = "failed"
            if error:
                raise error

        return note

    def run_with(self, error):
        self.patch(self.registry[TRACE], "write", self.raising(error))
        return self.job(self.trace.delayed(max_retries=2).rename("b"))

    def raising(self, error):
        def write(records, vals):
            if vals.get("name") == "B":
                raise error
            return models.Model.write(records, vals)

        return write

    def test_records_are_told_of_the_failure_and_what_they_write_is_kept(self):
        job = self.run_with(UserError("No way."))

        self.run_jobs()

        self.assertEqual(self.told, [(self.trace, "rename", ("b",), {}, "No way.")])
        self.assertEqual((job.state, self.trace.name), ("failed", "failed"))

    def test_job_that_runs_again_has_not_failed(self):
        job = self.run_with(RetryableJobError("later"))

        self.run_jobs()
        self.assertEqual(self.told, [])
        self.make_due(job)
        self.run_jobs()

        self.assertEqual(len(self.told), 1)

    def test_error_of_the_hook_changes_nothing(self):
        self.patch(self.registry[TRACE], "_on_job_failed", self.hook(ValueError("?")))
        job = self.run_with(UserError("No way."))
        other = self.job(self.trace.delayed().copy_as("next"))

        self.run_jobs()

        self.assertEqual((job.state, job.result), ("failed", "No way."))
        self.assertEqual((self.trace.name, other.state), ("a", "done"))

    def test_records_that_are_gone_are_told_nothing(self):
        job = self.run_with(UserError("No way."))
        self.trace.unlink()

        self.run_jobs()

        self.assertEqual((job.state, self.told), ("failed", []))
