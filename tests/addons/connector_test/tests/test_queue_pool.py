# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the worker pool: threads share the work, and leave in time."""

import logging
import threading
from unittest import mock

import psycopg2

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue.engine import databases
from odoo.addons.connector.queue.engine import watcher as worker
from odoo.addons.connector.queue.engine.pool import WorkerPool
from odoo.addons.connector.queue.engine.watcher import Keeper, WorkerWatcher
from odoo.addons.connector.queue.settings import Settings
from odoo.addons.connector.queue.store import liveness

from .worker_case import DEADLINE_S, WatcherCase, WorkerCase, leave_trace_after_meeting

MEET = f"{WorkerCase.__module__}.meet"
POOL_LOG = "odoo.addons.connector.queue.engine.pool"
THREAD_LOG = "odoo.addons.connector.queue.engine.worker"
WATCHER_LOG = "odoo.addons.connector.queue.engine.watcher"
THREADS = 3
WORKERS = "SELECT id, backend_pid FROM connector_queue_worker ORDER BY id"


class TestThreads(WatcherCase):
    def start_pool(self, **settings) -> WorkerPool:
        """Start a watcher with some threads; return its pool when all are idle."""
        watcher = self.start_watcher(threads=THREADS, poll_s=1000, **settings)
        pool = watcher._pools[get_db_name()]
        self.wait_for(lambda: len(pool.workers) == THREADS, "a thread is missing")
        return pool

    def meet_each_other(self, parties=THREADS):
        """Let each job wait until so many are there."""
        barrier = threading.Barrier(parties, timeout=DEADLINE_S)
        self.enterContext(mock.patch(MEET, barrier.wait))

    def test_jobs_of_one_commit_run_at_the_same_time(self):
        """One notification comes, and each thread that finds a job wakes another."""
        self.start_pool()
        self.meet_each_other()

        self.delay(leave_trace_after_meeting, count=THREADS)

        self.wait_for(lambda: self.states() == ["done"] * THREADS, "they did not meet")

    def test_job_does_not_wait_for_the_one_that_runs(self):
        self.start_pool()
        self.meet_each_other()

        for _job in range(THREADS):
            self.delay(leave_trace_after_meeting)

        self.wait_for(lambda: self.states() == ["done"] * THREADS, "they did not meet")

    def test_notification_that_comes_with_an_answer_is_heard(self):
        """The watcher asks on the line on which it listens."""
        watcher = WorkerWatcher("test", Settings(poll_s=1000))
        keeper = Keeper(get_db_name(), watcher)
        pool = keeper.pool = WorkerPool(get_db_name(), watcher)
        self.addCleanup(pool.control.close)
        self.query("NOTIFY connector_queue")
        pool.control.run(lambda cr: cr.execute("SELECT 1"))

        with mock.patch.object(pool, "wake_one") as wake_one:
            keeper._receive()

        wake_one.assert_called_once()

    def test_threads_have_rows_of_their_own_on_one_line(self):
        pool = self.start_pool()

        rows = self.query(WORKERS)

        self.assertEqual([row[0] for row in rows], self.ids(pool))
        self.assertEqual({row[1] for row in rows}, {self.backend_pid(pool)})

    def test_long_job_is_told_before_the_next_heartbeat(self):
        """A screen shows it as started, without a commit for each short job."""
        pool = self.start_pool(heartbeat_s=20)
        (keeper,) = pool.watcher._keepers.values()
        self.wait_for(lambda: "beat" in keeper._due_at, "there was no first heartbeat")
        is_over = threading.Event()
        self.addCleanup(is_over.set)
        self.enterContext(mock.patch(MEET, lambda: is_over.wait(DEADLINE_S)))
        told = "SELECT job_id FROM connector_queue_worker WHERE job_id IS NOT NULL"

        self.delay(leave_trace_after_meeting)

        self.wait_for(lambda: self.query(told), "nobody says that it runs", 4)

    def test_thread_that_was_declared_dead_is_replaced_and_the_others_stay(self):
        pool = self.start_pool(heartbeat_s=0.1)
        first, *others = self.ids(pool)

        self.query("DELETE FROM connector_queue_worker WHERE id = %s", first)

        self.wait_for(
            lambda: len(self.query(WORKERS)) == THREADS, "nobody replaced the thread"
        )
        self.assertEqual([row[0] for row in self.query(WORKERS)][:-1], others)

    def test_thread_that_lost_its_books_leaves_no_row_that_looks_alive(self):
        """Its line is alive: the lock would keep its jobs from being freed."""
        pool = self.start_pool()
        first, *others = self.ids(pool)
        pool.workers[0]._connection.close()

        with self.assertLogs(THREAD_LOG, "WARNING"):
            pool.workers[0].wake()
            self.wait_for(
                lambda: (first,) not in [row[:1] for row in self.query(WORKERS)],
                "the row stays",
            )

        self.assertFalse(self.has_lock(first))

    def test_end_of_the_line_ends_all_threads(self):
        pool = self.start_pool()
        workers = list(pool.workers)

        with self.assertLogs(WATCHER_LOG, "WARNING"):
            self.query("SELECT pg_terminate_backend(%s)", self.backend_pid(pool))
            self.wait_for(
                lambda: (
                    pool.watcher._pools.get(get_db_name()) not in (None, pool)
                    and not any(worker.is_alive() for worker in workers)
                ),
                "a thread goes on",
            )

    def test_thread_that_finishes_its_job_at_the_stop_goes_on_to_say_it_lives(self):
        """Else it would be taken for dead when the job takes long."""
        started, may_end = threading.Event(), threading.Event()
        self.addCleanup(may_end.set)
        self.enterContext(
            mock.patch(MEET, lambda: started.set() or may_end.wait(DEADLINE_S))
        )
        pool = self.start_pool(heartbeat_s=0.1)
        self.delay(leave_trace_after_meeting)
        started.wait(DEADLINE_S)
        stop = threading.Thread(target=pool.watcher.stop, args=[DEADLINE_S])
        stop.start()
        self.addCleanup(stop.join)
        self.wait_for(lambda: len(self.query(WORKERS)) == 1, "the others stay")

        (before,) = self.query("SELECT date_alive FROM connector_queue_worker")
        self.wait_for(
            lambda: (
                self.query("SELECT date_alive FROM connector_queue_worker")[0] > before
            ),
            "the heart stands still",
        )

        may_end.set()
        stop.join(DEADLINE_S)
        self.assertEqual((self.states(), self.query(WORKERS)), (["done"], []))

    def ids(self, pool) -> list[int]:
        """Return the ids of the workers."""
        return [worker.registration.worker_id for worker in pool.workers]

    def backend_pid(self, pool) -> int:
        """Return the process of PostgreSQL that serves the line."""
        return pool.control.connection.get_backend_pid()

    def has_lock(self, worker_id: int) -> bool:
        """Tell whether somebody holds the lock of a worker."""
        return bool(
            self.query(
                "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
                " AND database = (SELECT oid FROM pg_database WHERE datname = %s)",
                worker_id,
                get_db_name(),
            )
        )


class TestAddonState(WorkerCase):
    """What a watcher does when addons of its database change."""

    def setUp(self):
        super().setUp()
        self.patch(databases, "CHECK_S", 0.1)
        self.patch(databases, "cron_database_list", lambda: [get_db_name()])
        self.patch(worker, "TICK_S", 0.05)
        self.watcher = WorkerWatcher("test", Settings(poll_s=1000))
        self.addCleanup(self.watcher.stop, DEADLINE_S)

    def set_state(self, addon: str, state: str):
        """Let an addon be in that state until the end of the test."""
        statement = "UPDATE ir_module_module SET state = %s WHERE name = %s"
        self.query(statement, state, addon)
        self.addCleanup(self.query, statement, "installed", addon)

    def start_watcher(self):
        """Start the watcher and wait for its pool."""
        self.watcher.start()
        self.wait_for(self.pool, "no pool came")

    def pool(self) -> WorkerPool | None:
        """Return the pool of the database."""
        return self.watcher._pools.get(get_db_name())

    def test_jobs_wait_while_addons_change(self):
        self.set_state("mail", "to upgrade")
        self.delay()
        with self.assertLogs(POOL_LOG, logging.INFO) as logs:
            self.start_watcher()
            self.wait_for(lambda: self.pool().workers, "no worker came")
        self.pause(0.3)
        before = self.states()

        self.set_state("mail", "installed")

        self.wait_for(lambda: self.states() == ["done"], "the job still waits")
        self.assertEqual(before, ["pending"])
        self.assertIn("wait while its addons change", logs.output[0])

    def test_addon_that_is_being_installed_is_seen_as_soon_as_it_is(self):
        self.patch(databases, "CHECK_S", 1000)
        self.patch(databases, "CHANGE_S", 0.1)
        self.set_state("connector", "to install")
        self.watcher.start()
        self.pause(0.3)
        before = self.pool()

        self.set_state("connector", "installed")

        self.assertIsNone(before)
        self.wait_for(self.pool, "no pool came")

    def test_database_that_could_not_be_reached_is_asked_again_soon(self):
        self.patch(databases, "CHECK_S", 1000)
        self.patch(databases, "RECONNECT_S", 0.1)
        unreachable = mock.Mock(side_effect=psycopg2.OperationalError)
        with mock.patch.object(databases, "connect", unreachable):
            self.watcher.start()
            self.wait_for(lambda: unreachable.called, "it is not asked")

        self.wait_for(self.pool, "no pool came")

    def test_workers_leave_a_database_whose_addon_is_removed(self):
        self.start_watcher()

        self.set_state("connector", "to remove")

        self.wait_for(lambda: not self.pool(), "the workers stay")

    def test_workers_come_when_the_addon_is_installed(self):
        self.set_state("connector", "uninstalled")
        self.watcher.start()
        with self.assertRaises(AssertionError):
            self.wait_for(self.pool, "no pool came", deadline_s=0.5)

        self.set_state("connector", "installed")

        self.wait_for(self.pool, "no pool came")

    def test_database_of_another_odoo_is_left_alone(self):
        self.patch(liveness, "BASE_VERSION", "18.0.1.3")
        self.watcher.start()

        with self.assertRaises(AssertionError):
            self.wait_for(self.pool, "no pool came", deadline_s=0.5)
