# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the fence between two workers with the same job."""

import threading
from functools import partial
from unittest import mock

import psycopg2.errors

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.interrupt import RunningAttempt
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE, leave_trace
from .queue_case import RUNNER_LOG, QueueRaceCase

CLAIMERS = 8
JOBS = 800


def interrupt():
    """Stand for what happens elsewhere while a job runs; tests patch it."""


@job
def leave_trace_and_wait(session, _model_name):
    """Leave a trace; something happens elsewhere before the end."""
    session.env[TRACE].create({"name": "work"})
    interrupt()


@job
def say_nothing(session, _model_name):
    """Have no word for the database; something happens elsewhere before the end."""
    interrupt()
    session.cr.postcommit.add(partial(done.append, "it is committed"))


done = []  # what jobs did after their commit


@job
def commit_in_the_middle(session, _model_name):
    """Leave a trace, commit, leave another one."""
    session.env[TRACE].create({"name": "first"})
    session.commit()
    session.env[TRACE].create({"name": "second"})
    interrupt()
    session.cr.commit()
    session.env[TRACE].create({"name": "third"})


class FenceCase(QueueRaceCase):
    """Worker 1 claims a job; worker 2 takes it away at one moment or another."""

    def claim(self, function, **options):
        """Delay a job, let worker 1 claim it, return the job."""
        session = self.open_session()
        self.uuid = function.delay(session, TRACE, **options)
        session.commit()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        transaction = partial(own_transaction, connection)
        self.runner = Runner(self.open_bookkeeping(), 1, transaction)
        (job,) = self.runner.claim()
        return job

    def take(self, assignment="worker_id = 2"):
        """Let recovery give the job to another worker or another attempt."""
        self.query(
            f"UPDATE connector_queue_job SET {assignment} WHERE uuid = %s", self.uuid
        )

    def take_in_the_middle(self, assignment="worker_id = 2"):
        """Take the job away while it runs."""
        take = partial(self.take, assignment)
        self.enterContext(mock.patch(f"{__name__}.interrupt", take))

    def trace_names(self):
        """Return the committed traces."""
        statement = "SELECT name FROM connector_test_trace ORDER BY id"
        return [name for (name,) in self.query(statement)]


class TestFence(FenceCase):
    def test_worker_that_holds_the_job_finishes_it(self):
        job = self.claim(leave_trace_and_wait)

        self.runner.run_job(job)

        self.assertEqual(self.row(self.uuid, "state, attempt"), ("done", 1))
        self.assertEqual(self.trace_names(), ["work"])

    @mute_logger(RUNNER_LOG)
    def test_worker_that_lost_the_job_leaves_nothing(self):
        for assignment in ("worker_id = 2", "attempt = 1"):
            with self.subTest(assignment=assignment):
                job = self.claim(leave_trace_and_wait)
                self.take(assignment)
                before = self.row(self.uuid, "job")
                self.runner.run_job(job)
                self.assertEqual(self.row(self.uuid, "job"), before)
                self.assertEqual(self.trace_names(), [])

    @mute_logger(RUNNER_LOG, "odoo.sql_db")
    def test_worker_that_loses_the_job_while_it_runs_leaves_nothing(self):
        for assignment in ("worker_id = 2", "attempt = 1"):
            with self.subTest(assignment=assignment):
                job = self.claim(leave_trace_and_wait)
                self.take_in_the_middle(assignment)
                self.runner.run_job(job)
                self.assertEqual(self.row(self.uuid, "state"), ("enqueued",))
                self.assertEqual(self.trace_names(), [])
                attempts = "SELECT count(*) FROM connector_queue_attempt"
                self.assertEqual(self.query(attempts), [(0,)])

    @mute_logger(RUNNER_LOG)
    def test_worker_that_loses_a_job_that_says_nothing_does_not_end_it(self):
        done.clear()
        for assignment in ("worker_id = 2", "attempt = 1"):
            with self.subTest(assignment=assignment):
                job = self.claim(say_nothing)
                self.take_in_the_middle(assignment)
                self.runner.run_job(job)
                self.assertEqual(self.row(self.uuid, "state"), ("enqueued",))
                attempts = "SELECT count(*) FROM connector_queue_attempt"
                self.assertEqual(self.query(attempts), [(0,)])
        self.assertEqual(done, [])

    def test_success_of_a_job_that_says_nothing_is_its_transaction(self):
        """One round trip; what it wants to do after its commit is done all the same."""
        done.clear()
        job = self.claim(say_nothing)
        finish, alone = store.finish, []

        def watch(cr, *values):
            alone.append(cr.connection.autocommit)
            return finish(cr, *values)

        self.patch(store, "finish", watch)

        self.runner.run_job(job)

        self.assertEqual(self.row(self.uuid, "state, attempt"), ("done", 1))
        self.assertEqual(done, ["it is committed"])
        self.assertEqual(alone, [True])

    def test_attempt_that_was_ended_elsewhere_is_no_failure(self):
        """Recovery has charged it as a death: its number is taken."""
        job = self.claim(leave_trace_and_wait)
        self.take("attempt = 1, worker_id = 2")
        self.query(
            "INSERT INTO connector_queue_attempt (job_id, attempt, state)"
            " VALUES (%s, 1, 'died')",
            job.id,
        )

        with self.assertLogs(RUNNER_LOG, "WARNING") as logs, mute_logger("odoo.sql_db"):
            self.runner.run_job(job)

        self.assertEqual([line.levelname for line in logs.records], ["WARNING"])
        self.assertIn("its work is undone", logs.output[0])

    @mute_logger(RUNNER_LOG)
    def test_failure_of_a_job_that_is_lost_is_not_written(self):
        for assignment in ("worker_id = 2", "attempt = 1"):
            with self.subTest(assignment=assignment):
                job = self.claim(leave_trace_and_wait, priority=1)
                self.take(assignment)
                before = self.row(self.uuid, "job")
                self.runner._settle(RunningAttempt(job), ZeroDivisionError("x"))
                self.assertEqual(self.row(self.uuid, "job"), before)

    def test_attempt_ends_once(self):
        job = self.claim(leave_trace_and_wait)
        self.runner.run_job(job)
        again = (
            "INSERT INTO connector_queue_attempt (job_id, attempt, state)"
            " SELECT job_id, attempt, state FROM connector_queue_attempt"
        )

        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.query(again)


class TestCommitInTheMiddle(FenceCase):
    def test_job_may_commit_in_the_middle(self):
        job = self.claim(commit_in_the_middle)

        self.runner.run_job(job)

        self.assertEqual(self.trace_names(), ["first", "second", "third"])
        self.assertEqual(self.row(self.uuid, "state, commits"), ("done", 2))

    @mute_logger(RUNNER_LOG)
    def test_commit_of_a_job_that_was_lost_before_is_refused(self):
        job = self.claim(commit_in_the_middle)
        self.take()

        self.runner.run_job(job)

        self.assertEqual(self.trace_names(), [])

    @mute_logger(RUNNER_LOG, "odoo.sql_db")
    def test_second_commit_is_refused_as_well(self):
        """The job is lost between the two, also for a bare commit of the cursor."""
        job = self.claim(commit_in_the_middle)
        self.take_in_the_middle()

        self.runner.run_job(job)

        self.assertEqual(self.trace_names(), ["first"])
        self.assertEqual(self.row(self.uuid, "state, worker_id"), ("enqueued", 2))

    def test_nobody_takes_the_job_between_the_check_and_the_commit(self):
        job = self.claim(leave_trace_and_wait)
        owner = self.open_env().cr

        self.assertTrue(store.fence(owner, 1, job.id, 1))
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self.query(
                "SELECT FROM connector_queue_job WHERE id = %s FOR UPDATE NOWAIT",
                job.id,
            )


class TestClaim(QueueRaceCase):
    """Eight claimers start together and take what they can, until nothing is left."""

    def test_no_job_is_claimed_twice_and_none_is_left(self):
        session = self.open_session()
        leave_trace.delay_many(session, TRACE, [()] * JOBS)
        session.commit()
        start = threading.Barrier(CLAIMERS)
        claimed = [[] for _claimer in range(CLAIMERS)]
        threads = [
            threading.Thread(
                target=self._claim_all,
                args=(number + 1, self.open_bookkeeping(), start, ids),
            )
            for number, ids in enumerate(claimed)
        ]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        every = [job_id for ids in claimed for job_id in ids]
        self.assertEqual((len(every), len(set(every))), (JOBS, JOBS))
        self.assertGreater(sum(map(bool, claimed)), 1)

    def _claim_all(self, worker_id, bookkeeping, start, ids):
        start.wait()
        while rows := store.claim_jobs(bookkeeping, worker_id, 3, len(ids)):
            ids += [row["id"] for row in rows]

    def test_jobs_are_claimed_in_the_order_of_their_priority(self):
        session = self.open_session()
        for priority in (10, 5, 10, 1):
            leave_trace.delay(session, TRACE, priority=priority)
        session.commit()
        bookkeeping = self.open_bookkeeping()

        first = store.claim_jobs(bookkeeping, 1, 3, 0)
        second = store.claim_jobs(bookkeeping, 1, 3, 3)

        claimed = [row["id"] for row in first + second]
        by_number = "SELECT id, priority FROM connector_queue_job ORDER BY claim_number"
        stored = self.query(by_number)
        self.assertEqual([job_id for job_id, _priority in stored], claimed)
        self.assertEqual([priority for _id, priority in stored], [1, 5, 10, 10])

    def test_job_is_claimed_by_a_worker_or_not_at_all(self):
        session = self.open_session()
        leave_trace.delay(session, TRACE)
        session.commit()

        for change in ("state = 'enqueued'", "worker_id = 1"):
            with self.subTest(change=change):
                with self.assertRaises(psycopg2.errors.CheckViolation):
                    self.query(f"UPDATE connector_queue_job SET {change}")
