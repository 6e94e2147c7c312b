# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of errors that are no Exception, or that cannot be shown."""

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.exception import RetryableJobError
from odoo.addons.connector.queue.engine.retry import MAX_DELAY_S, RETRY_INTERVAL
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.settings import Settings

from ..models.job import TRACE, leave_trace
from .queue_case import RUNNER_LOG
from .test_queue_failure import FailureCase
from .worker_case import DEADLINE_S, WorkerCase

RETRY_LOG = "odoo.addons.connector.queue.engine.retry"


class Speechless(Exception):
    """What fails when it is asked for its text."""

    def __str__(self):
        raise ZeroDivisionError("no words")


class Wordless(Exception):
    """What gives no text."""

    def __str__(self):
        return None


class Exiting(Exception):
    """What would end the thread when it is asked for its text."""

    def __str__(self):
        raise SystemExit(1)


class Prickly(Exception):
    """What fails when somebody looks whether it is one of the network."""

    @property
    def response(self):
        """Fail."""
        raise ZeroDivisionError("do not look")


class Forgetful(RetryableJobError):
    """What did not call its base."""

    def __init__(self):
        pass


class NoLine(SyntaxError):
    """What no traceback can show."""

    @property
    def filename(self):
        """Fail."""
        raise ZeroDivisionError("no file")


def chained():
    """Return an error that others, which cannot be shown, led to."""
    error = ValueError("the last one")
    error.__cause__ = Speechless()
    error.__cause__.__context__ = NoLine("x")
    return error


STRANGE = {
    "cancelled task": (asyncio.CancelledError, "CancelledError"),
    "cancelled with a text": (lambda: asyncio.CancelledError("late"), "late"),
    "closed generator": (GeneratorExit, "GeneratorExit"),
    "any base": (lambda: BaseException("base"), "base"),
    "exit": (lambda: SystemExit("enough"), "enough"),
    "speechless": (Speechless, "Speechless, whose text cannot be shown"),
    "wordless": (Wordless, "Wordless, whose text cannot be shown"),
    "exiting": (Exiting, "Exiting, whose text cannot be shown"),
    "prickly": (lambda: Prickly("thorn"), "thorn"),
    "no traceback": (lambda: NoLine("lost"), "lost"),
    "chained": (chained, "the last one"),
    "end of iteration": (lambda: StopIteration("end"), "end"),
    "unusual interrupt": (KeyboardInterrupt, "KeyboardInterrupt"),
}
SECONDS = {  # what RetryableJobError is given, and what the job waits
    "nan": (float("nan"), RETRY_INTERVAL),
    "true": (True, RETRY_INTERVAL),
    "no time": (object(), RETRY_INTERVAL),
    "words": ("soon", RETRY_INTERVAL),
    "text": ("120", 120),
    "decimals": ("2.0", 2),
    "span": (timedelta(minutes=5), 300),
    "date": ("Fri, 31 Jan 2020 12:02:00 GMT", 0),
    "past": (-5, 0),
    "infinite": (float("inf"), MAX_DELAY_S),
    "in milliseconds": (1_769_000_000_000, MAX_DELAY_S),
    "beyond a float": (10**400, MAX_DELAY_S),
}


@job
def raise_strange(_session, _model_name, name):
    """Raise a strange error."""
    raise STRANGE[name][0]()


@job
def ask_for_seconds(_session, _model_name, name):
    """Ask to be run again after a strange time."""
    raise RetryableJobError("later", seconds=SECONDS[name][0])


@job
def forget(_session, _model_name):
    """Raise an error that lacks what its class has."""
    raise Forgetful


class TestStrangeError(FailureCase):
    def test_job_fails_with_its_reason(self):
        for name, (_error, reason) in STRANGE.items():
            with self.subTest(name), no_main_thread():
                job = self.run_job(name, raise_strange)
                self.assertEqual((job.state, job.attempt), ("failed", 1))
                self.assertIn(reason, job.result)
                self.assertIn("in raise_strange", job.exc_info)

    def test_next_job_runs(self):
        for name in STRANGE:
            raise_strange.delay(self.session, TRACE, name)
        leave_trace.delay(self.session, TRACE, "next")

        with no_main_thread():
            self.run_jobs()

        self.assertEqual(self.trace_names(), ["next"])

    def test_traceback_of_what_is_no_exception_is_in_the_log(self):
        for name in ("cancelled task", "any base"):
            raise_strange.delay(self.session, TRACE, name)
            with self.subTest(name), self.assertLogs(RUNNER_LOG, "ERROR") as logs:
                type(self).run_jobs.__wrapped__(self)
                self.assertIn("in raise_strange", logs.output[0])

    @mute_logger(RETRY_LOG)
    def test_strange_time_is_read_or_is_the_declared_one(self):
        for name, (_seconds, expected) in SECONDS.items():
            with self.subTest(name):
                job = self.run_job(name, ask_for_seconds)
                self.assertEqual((job.state, job.result), ("pending", "later"))
                self.assertAlmostEqual(self.wait_s(job), expected, delta=5)
                self.assertLess(job.read(["eta"])[0]["eta"].year, 9999)

    def test_time_that_cannot_be_read_is_told(self):
        with self.assertLogs(RETRY_LOG, "WARNING") as logs:
            self.run_job("nan", ask_for_seconds)

        self.assertIn("seconds of RetryableJobError is nan", logs.output[0])

    def test_retry_that_did_not_call_its_base_is_one(self):
        uuid = forget.delay(self.session, TRACE)

        self.run_jobs()

        job = self.job(uuid)
        self.assertEqual((job.state, job.retry), ("pending", 1))

    def test_interrupt_by_the_keyboard_ends_who_runs_jobs(self):
        """In a shell and in tests, ^C ends the loop over all jobs; the one that ran is
        told of, and no other begins.
        """
        job = self.job(raise_strange.delay(self.session, TRACE, "unusual interrupt"))
        leave_trace.delay(self.session, TRACE)

        with suppress(KeyboardInterrupt):  # assertRaises would take all of it back
            self.run_jobs()
            self.fail("the loop goes on")

        self.env.invalidate_all()
        self.assertEqual(job.state, "failed")
        self.assertEqual(self.trace_names(), [])


class TestStrangeErrorInWorker(WorkerCase):
    def test_worker_goes_on(self):
        """Each of these ended the thread; the job was tried again as one that had
        killed its worker, five times.
        """
        session = self.open_session()
        for name in STRANGE:
            raise_strange.delay(session, TRACE, name)
        for name in SECONDS:
            ask_for_seconds.delay(session, TRACE, name, max_retries=1)
        leave_trace.delay(session, TRACE)
        session.commit()
        watcher = SimpleNamespace(process_type="test", settings=Settings())
        self.enterContext(mute_logger(RUNNER_LOG, RETRY_LOG))
        worker = Worker(get_db_name(), watcher)
        self.addCleanup(worker.join, DEADLINE_S)
        self.addCleanup(worker.stop)

        worker.start()

        expected = ["failed"] * (len(STRANGE) + len(SECONDS)) + ["done"]
        self.wait_for(lambda: self.states() == expected, "not all have ended")
        self.assertTrue(worker.is_alive())
        starts = self.query("SELECT DISTINCT attempt, deaths FROM connector_queue_job")
        self.assertEqual(starts, [(1, 0)])


def no_main_thread():
    """Let the jobs run as in a worker, whose thread is no main one."""
    return mock.patch.object(threading, "main_thread", return_value=None)
