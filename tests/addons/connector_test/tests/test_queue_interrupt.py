# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the interruption of a job, and never of the next job."""

import logging
import random
import threading
import time
from functools import partial
from unittest import mock

from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.exception import JobTimeoutError
from odoo.addons.connector.queue.engine import interrupt
from odoo.addons.connector.queue.engine.interrupt import (
    JobInterrupted,
    Reason,
    RunningAttempt,
)
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE
from .queue_case import RUNNER_LOG, QueueRaceCase

JOBS = 600
JOB_S = 0.004  # at the most
DEADLINE_S = 30
WAYS = ("sql", "python", "careless", "savepoint")


@job
def work_a_little(session, _model_name, way, seconds):
    """Leave a trace and take some time, one way or another."""
    session.env[TRACE].create({"name": way})
    if way == "sql":
        session.cr.execute("SELECT pg_sleep(%s)", [seconds])
    elif way == "python":
        spin(seconds)
    elif way == "careless":
        swallow(partial(session.cr.execute, "SELECT pg_sleep(%s)", [seconds]))
        swallow(partial(spin, seconds))
    else:
        with session.cr.savepoint():
            session.cr.execute("SELECT pg_sleep(%s)", [seconds])


@job
def be_deaf(session, _model_name):
    """Leave a trace, and catch what comes while it is busy."""
    session.env[TRACE].create({"name": "deaf"})
    swallow(partial(spin, DEADLINE_S))


@job
def clear_cache(session, _model_name):
    """Change what all processes must hear of, and take time."""
    session.env.registry.clear_cache()
    spin(DEADLINE_S)


@job
def hold_log(session, _model_name):
    """Take the lock of a log handler as if interrupted before the try that follows."""
    logging.root.handlers[0].acquire()
    spin(DEADLINE_S)


def spin(seconds):
    """Be busy in Python."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(10))


def swallow(call):
    """Do what job code must not do: catch whatever comes."""
    try:
        call()
    except BaseException:  # noqa: BLE001 that is what is tested
        return


class InterruptCase(QueueRaceCase):
    def setUp(self):
        super().setUp()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        transaction = partial(own_transaction, connection)
        self.runner = Runner(self.open_bookkeeping(), 1, transaction)
        self.runner._mean_s = 0.001

    def delay(self, function, list_of_args, **options):
        """Delay jobs and commit."""
        session = self.open_session()
        function.delay_many(session, TRACE, list_of_args, **options)
        session.commit()

    @mute_logger(RUNNER_LOG, "odoo.sql_db")
    def run_all(self):
        """Run every job that is ready."""
        while jobs := self.runner.claim():
            for claimed in jobs:
                self.runner.run_job(claimed)


class TestLateInterrupt(InterruptCase):
    """Interruptions come at random moments, many of them too late.

    Another thread takes the job that runs, waits a moment, and interrupts what it
    took, whether that still runs or not. So some interruptions meet the very end of a
    job, and some come when the next one has begun on the same session and thread.
    """

    def test_interruption_never_hits_another_job(self):
        chance = random.Random(19)
        args = [(chance.choice(WAYS), chance.uniform(0, JOB_S)) for _one in range(JOBS)]
        self.delay(work_a_little, args)
        hit, missed = set(), set()
        ending = threading.Event()
        shared = chance, ending, hit, missed
        thread = threading.Thread(target=self.interrupt_some, args=shared)
        self.addCleanup(thread.join)
        self.addCleanup(ending.set)
        thread.start()

        self.run_all()

        ending.set()
        thread.join()
        rows = self.query(
            "SELECT job.id, job.state, job.result, job.attempt, count(trace.id)"
            " FROM connector_queue_job AS job"
            " LEFT JOIN connector_test_trace AS trace ON trace.job_uuid = job.uuid"
            " GROUP BY job.id ORDER BY job.id"
        )
        expected = [
            (job_id, "failed", "late", 1, 0)
            if job_id in hit
            else (job_id, "done", None, 1, 1)
            for job_id, *_columns in rows
        ]
        self.assertEqual(rows, expected)
        self.assertGreater(len(hit), JOBS / 20)
        self.assertGreater(len(missed), JOBS / 20)

    def interrupt_some(self, chance, ending, hit, missed):
        """Interrupt about half of the jobs, or try to."""
        while not ending.is_set():
            attempt = self.runner.attempt
            ending.wait(chance.uniform(0, JOB_S))
            swallow(partial(self.interrupt, attempt, hit, missed))

    def interrupt(self, attempt, hit, missed):
        """Interrupt a job, and note whether that came in time."""
        is_hit = attempt.interrupt(Reason(JobTimeoutError("late")))
        (hit if is_hit else missed).add(attempt.job.id)


class TestInterrupt(InterruptCase):
    def interrupt_soon(self, where=""):
        """Interrupt the job that runs next, as soon as it does, or is somewhere."""

        def interrupt():
            deadline = time.monotonic() + DEADLINE_S
            while time.monotonic() < deadline:
                attempt = self.runner.attempt
                is_there = attempt and f"in {where}" in attempt.where()
                if is_there and attempt.interrupt(Reason(JobTimeoutError("late"))):
                    return

        thread = threading.Thread(target=interrupt)
        thread.start()
        self.addCleanup(thread.join)

    def outcome(self):
        """Return what became of the only job."""
        return self.query("SELECT state, result FROM connector_queue_job")

    def test_job_that_catches_everything_does_not_end_well(self):
        self.delay(be_deaf, [()])
        self.interrupt_soon("spin")

        self.run_all()

        self.assertEqual(self.outcome(), [("failed", "late")])
        self.assertEqual(self.query("SELECT name FROM connector_test_trace"), [])

    def test_session_of_an_interrupted_job_is_thrown_away(self):
        self.delay(work_a_little, [("sql", DEADLINE_S), ("python", 0)])
        first, second = self.runner.claim()
        pids = []
        opened = RunningAttempt.perform

        def perform(attempt, call, connection):
            pids.append(connection.get_backend_pid())
            return opened(attempt, call, connection)

        self.patch(RunningAttempt, "perform", perform)
        self.interrupt_soon()

        with mute_logger(RUNNER_LOG, "odoo.sql_db"):
            self.runner.run_job(first)
            self.runner.run_job(second)

        self.assertEqual(len(set(pids)), 2)

    def test_log_handlers_are_free_after_an_interrupted_job(self):
        self.delay(hold_log, [()])
        self.interrupt_soon("spin")

        self.run_all()

        free = []
        thread = threading.Thread(target=lambda: free.append(self.take_log_lock()))
        thread.start()
        thread.join()
        self.assertEqual(free, [True])

    def take_log_lock(self):
        """Tell whether a thread can log."""
        lock = logging.root.handlers[0].lock
        if is_free := lock.acquire(timeout=1):
            lock.release()
        return is_free

    def test_registry_changes_of_an_interrupted_job_are_undone(self):
        self.delay(clear_cache, [()])
        self.interrupt_soon("spin")

        with mock.patch.object(Registry, "signal_changes") as signal:
            self.run_all()

        self.assertFalse(Registry(get_db_name()).cache_invalidated)
        signal.assert_not_called()

    def test_system_exit_of_a_job_ends_the_job_only(self):
        self.delay(leave, [()])

        self.run_all()

        self.assertEqual(self.outcome(), [("failed", "enough")])


@job
def leave(session, _model_name):
    """Call for the end of the process."""
    raise SystemExit("enough")


class TestRunningAttempt(QueueRaceCase):
    """In the thread of the test, which interrupts itself."""

    def test_ended_call_cannot_be_interrupted(self):
        attempt = RunningAttempt(None)
        attempt.perform(lambda: None, self.open_bookkeeping().connection)

        self.assertFalse(attempt.interrupt(Reason(ValueError())))
        attempt.end()

        self.assertIsNone(attempt.reason)

    def test_interruption_in_the_last_moment_does_not_come_later(self):
        """The call returns when the other thread has begun, and not sent it yet."""
        attempt = RunningAttempt(None)
        connection = self.open_bookkeeping().connection
        send, has_begun = interrupt._set_async_exc, threading.Event()

        def send_late(thread_id, what):
            has_begun.set()
            if what is not interrupt.NONE:  # that is taken back at once
                threading.Event().wait(0.1)
            send(thread_id, what)

        self.patch(interrupt, "_set_async_exc", send_late)
        thread = threading.Thread(
            target=attempt.interrupt, args=(Reason(ValueError("late")),)
        )
        self.addCleanup(thread.join)

        def call():
            thread.start()
            has_begun.wait(DEADLINE_S)

        with self.assertRaises(JobInterrupted):
            attempt.perform(call, connection)
        attempt.end()

        spin(0.3)
        self.assertTrue(connection.closed)

    def test_given_up_attempt_is_not_over(self):
        attempt = RunningAttempt(None)

        self.assertTrue(attempt.give_up(Reason(ValueError())))
        attempt.end()

        self.assertFalse(attempt.give_up(Reason(ValueError())))
