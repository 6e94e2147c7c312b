# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of a worker: it runs delayed jobs, and releases what it does not run."""

import threading
from types import SimpleNamespace
from unittest import mock

from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from odoo.addons.connector.exception import NoSuchJobError
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.settings import Settings

from ..models.job import TRACE, leave_trace
from .worker_case import (
    DEADLINE_S,
    WatcherCase,
    WorkerCase,
    leave_trace_after_meeting,
)

MEET = f"{WorkerCase.__module__}.meet"
WORKER_LOG = "odoo.addons.connector.queue.engine.watcher"


class TestWorker(WorkerCase):
    def start_worker(self) -> Worker:
        """Start a worker without a watcher; it ends with the test."""
        watcher = SimpleNamespace(process_type="test", settings=Settings())
        worker = Worker(get_db_name(), watcher)
        self.addCleanup(worker.join, DEADLINE_S)
        self.addCleanup(worker.stop)
        worker.start()
        return worker

    def start_idle_worker(self) -> Worker:
        """Start a worker that has looked for jobs, and does so again when it is told.

        Nobody else tells it: it has no watcher, and polls after the deadline.
        """
        has_looked = self.watch_looks()
        worker = self.start_worker()
        has_looked.wait(DEADLINE_S)
        return worker

    def test_worker_runs_what_is_there(self):
        self.delay(count=3)

        self.start_worker()

        self.wait_for(lambda: self.states() == ["done"] * 3, "the jobs are not done")

    def test_worker_that_is_stopped_finishes_its_job_and_gives_back_the_others(self):
        started, may_end = threading.Event(), threading.Event()

        def wait():
            started.set()
            may_end.wait(DEADLINE_S)

        self.enterContext(mock.patch(MEET, wait))
        self.delay(leave_trace_after_meeting, count=3)
        worker = self.start_worker()
        worker.runner._mean_s = 0.001  # the first claim takes several
        started.wait(DEADLINE_S)

        worker.stop()
        may_end.set()
        worker.join(DEADLINE_S)

        self.assertEqual(self.states(), ["done", "pending", "pending"])
        self.assertEqual(self.query("SELECT id FROM connector_queue_worker"), [])

    def test_worker_that_is_told_of_a_job_looks_at_once(self):
        worker = self.start_idle_worker()
        (uuid,) = self.delay()
        self.assertEqual(self.states(), ["pending"])

        worker.enqueue_job_uuid(uuid)

        self.wait_for(lambda: self.states() == ["done"], "the job is not done")

    def test_worker_reads_the_job_from_its_storage(self):
        worker = self.start_worker()

        class Storage(OpenERPJobStorage):
            def load(self, job_uuid):
                raise NoSuchJobError(f"{job_uuid} is not kept here")

        self.patch(Worker, "job_storage_class", Storage)

        with self.assertRaisesRegex(NoSuchJobError, "some uuid is not kept here"):
            worker.enqueue_job_uuid("some uuid")

    def test_worker_is_not_told_of_a_job_that_does_not_exist(self):
        with self.assertRaisesRegex(NoSuchJobError, "no uuid"):
            self.start_worker().enqueue_job_uuid("no uuid")

    def test_worker_that_was_declared_dead_ends(self):
        worker = self.start_worker()
        self.query("DELETE FROM connector_queue_worker")

        worker.beat()
        worker.join(DEADLINE_S)

        self.assertFalse(worker.is_alive())

    def test_job_follows_what_another_process_signalled_before_it(self):
        worker = self.start_idle_worker()
        ((told,),) = self.query(
            "INSERT INTO orm_signaling_default DEFAULT VALUES RETURNING id"
        )
        self.delay()

        worker.wake()
        self.wait_for(lambda: self.states() == ["done"], "the job is not done")

        followed = Registry(get_db_name()).cache_sequences["default"]
        self.assertEqual(followed, told)

    def test_without_news_odoo_is_asked_for_signals_at_the_start_only(self):
        """They come with the claim; asked alone they cost a round trip."""
        check = Registry.check_signaling
        ask = self.enterContext(
            mock.patch.object(Registry, "check_signaling", autospec=True)
        )
        ask.side_effect = check
        worker = self.start_idle_worker()
        self.delay()

        worker.wake()
        self.wait_for(lambda: self.states() == ["done"], "the job is not done")

        self.assertEqual(ask.call_count, 1)

    def test_beat_says_which_job_runs(self):
        started, may_end = threading.Event(), threading.Event()
        self.addCleanup(may_end.set)

        def wait():
            started.set()
            may_end.wait(DEADLINE_S)

        self.enterContext(mock.patch(MEET, wait))
        (uuid,) = self.delay(leave_trace_after_meeting)
        worker = self.start_worker()
        started.wait(DEADLINE_S)

        worker.beat()

        shown = self.query(
            "SELECT job_id, job_started_at IS NOT NULL, job_backend_pid > 0"
            " FROM connector_queue_worker"
        )
        self.assertEqual(shown, [(*self.row(uuid, "id"), True, True)])


class TestWatcher(WatcherCase):
    def test_commit_wakes_the_worker(self):
        """Without the notification it would look for jobs after 1000 s."""
        self.start_watcher(poll_s=1000)
        self.delay()
        self.wait_for(lambda: self.states() == ["done"], "the first is not done")

        self.delay()

        self.wait_for(lambda: self.states() == ["done"] * 2, "the next is not done")

    def test_lost_notification_costs_a_poll_at_the_most(self):
        has_looked = self.watch_looks()
        self.start_watcher(poll_s=0.1)
        has_looked.wait(DEADLINE_S)
        session = self.open_session()
        leave_trace.delay(session, TRACE)

        session.cr._cnx.commit()  # without what Odoo does after a commit

        self.wait_for(lambda: self.states() == ["done"], "the job is not done")

    def test_sign_of_life_is_written_when_somebody_asks(self):
        watcher = self.start_watcher(heartbeat_s=1000)
        self.query("UPDATE connector_queue_worker SET date_alive = '2000-01-01'")

        watcher.check_alive()

        ages = self.query(
            "SELECT age(date_alive) < '1 day' FROM connector_queue_worker"
        )
        self.assertEqual(ages, [(True,)])

    def test_worker_that_lost_its_sessions_is_replaced(self):
        watcher = self.start_watcher()
        worker = self.worker_of(watcher)

        with self.assertLogs(WORKER_LOG, "WARNING"):
            self.query(
                "SELECT pg_terminate_backend(backend_pid) FROM connector_queue_worker"
            )
            self.wait_for(
                lambda: self.worker_of(watcher) not in (None, worker),
                "no other worker came",
            )

        self.delay()
        self.wait_for(lambda: self.states() == ["done"], "the job is not done")

    def test_worker_that_was_declared_dead_is_replaced_without_an_error(self):
        watcher = self.start_watcher(heartbeat_s=0.1)
        worker = self.worker_of(watcher)

        with self.assertNoLogs(WORKER_LOG, "ERROR"):
            self.query("DELETE FROM connector_queue_worker")
            self.wait_for(
                lambda: self.worker_of(watcher) not in (None, worker),
                "no other worker came",
            )

    def test_stopped_watcher_leaves_no_worker(self):
        watcher = self.start_watcher()

        watcher.stop()
        watcher.join(DEADLINE_S)

        self.assertEqual(self.query("SELECT id FROM connector_queue_worker"), [])
