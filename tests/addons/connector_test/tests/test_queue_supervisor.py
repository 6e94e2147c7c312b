# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the job supervisor: timeouts and stops, even of a job that hangs."""

import threading
from types import SimpleNamespace
from unittest import mock

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.exception import JobTimeoutError, NothingToDoJob
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.engine import supervisor as supervisor
from odoo.addons.connector.queue.engine.interrupt import RunningAttempt
from odoo.addons.connector.queue.engine.supervisor import JobSupervisor
from odoo.addons.connector.queue.engine.watcher import WorkerWatcher
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.settings import Settings

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, RUNNER_LOG
from .test_queue_interrupt import spin, swallow
from .test_queue_worker import DEADLINE_S, WorkerCase

SUPERVISOR_LOG = "odoo.addons.connector.queue.engine.supervisor"
THREAD_LOG = "odoo.addons.connector.queue.engine.worker"


def meet():
    """Stand for what a job waits for; tests patch it."""


@job(timeout=0.2)
def run_too_long(session, _model_name, way="python"):
    """Leave a trace and go on for ever."""
    session.env[TRACE].create({"name": "late"})
    if way == "sql":
        session.cr.execute("SELECT pg_sleep(%s)", [DEADLINE_S])
    if way == "careless":
        try:
            session.cr.execute("SELECT pg_sleep(%s)", [DEADLINE_S])
        except Exception:  # noqa: BLE001 as job code does
            spin(DEADLINE_S)
    spin(DEADLINE_S)


@job(timeout=0.2, retry_on=(JobTimeoutError,), retry_pattern={1: 77})
def try_again_later(session, _model_name):
    """Take too long, and be tried again."""
    spin(DEADLINE_S)


@job
def go_on(session, _model_name):
    """Leave a trace and go on for ever."""
    session.env[TRACE].create({"name": "on"})
    meet()
    spin(DEADLINE_S)


@job
def look_around(session, _model_name):
    """Go on until somebody wants it to stop."""
    meet()
    while not current_job(session.env).is_cancelled:
        spin(0.01)
    raise NothingToDoJob("half of it is done")


@job(timeout=0.2)
def hang(session, _model_name):
    """Hang where no exception arrives; when that is over, try to get it done."""
    session.env[TRACE].create({"name": "hung"})
    meet()
    swallow(lambda: spin(0.1))
    swallow(session.commit)


class SupervisorCase(WorkerCase):
    def setUp(self):
        super().setUp()
        self.started, self.may_end = threading.Event(), threading.Event()
        self.addCleanup(self.may_end.set)
        self.enterContext(mock.patch(f"{__name__}.meet", self.started.set))
        self.enterContext(mute_logger(RUNNER_LOG, SUPERVISOR_LOG, THREAD_LOG))
        self.enterContext(mute_logger("odoo.sql_db"))

    def hang_where_nothing_arrives(self):
        """Wait in C for the end of the test, in several steps."""
        self.started.set()
        self.may_end.wait(3 * DEADLINE_S)  # longer than any test waits for the end

    def delay_one(self, function, *args, **options) -> str:
        """Delay a job and commit; return its uuid."""
        session = self.open_session()
        uuid = function.delay(session, TRACE, *args, **options)
        session.commit()
        return uuid

    def start_worker(self) -> Worker:
        """Start a worker which takes several jobs at once; nobody oversees it."""
        watcher = SimpleNamespace(process_type="test", settings=Settings())
        worker = Worker(get_db_name(), watcher)
        worker.runner._mean_s = 0.001
        self.addCleanup(worker.join, DEADLINE_S)
        self.addCleanup(self.may_end.set)
        self.addCleanup(worker.stop)
        worker.start()
        return worker

    def supervise(self, worker, *states):
        """Look after a worker until its jobs have some states."""

        self.oversee_until(worker, lambda: self.states() == list(states))

    def oversee_until(self, worker, is_true):
        """Look after a worker until something is true."""

        def look():
            worker.supervisor.check()
            return is_true()

        self.wait_for(look, "its jobs do not end as they must")

    def stop_job(self, uuid) -> None:
        """Press the button."""
        session = self.open_session()
        session.env[JOB].search([("uuid", "=", uuid)]).button_stop()
        session.commit()

    def attempts(self):
        """Return what is recorded of the starts."""
        return self.query("SELECT attempt, state FROM connector_queue_attempt")

    def traces(self):
        """Return the names of the traces."""
        return self.query("SELECT name FROM connector_test_trace")


class TestTimeout(SupervisorCase):
    def test_job_that_runs_too_long_is_interrupted_and_undone(self):
        for way in ("sql", "python", "careless"):
            with self.subTest(way):
                uuid = self.delay_one(run_too_long, way)
                worker = self.start_worker()
                self.supervise(worker, "failed")
                result, exc_info = self.row(uuid, "result, exc_info")
                self.assertIn("longer than its timeout of 0.2 s", result)
                self.assertIn("JobTimeoutError", exc_info)
                self.assertIn("in run_too_long", exc_info)
                self.assertEqual(self.attempts(), [(1, "failed")])
                self.assertEqual(self.traces(), [])
                worker.stop()
                self._delete()

    def test_next_job_runs_after_an_interrupted_one(self):
        self.delay_one(run_too_long)
        self.delay_one(leave_trace)

        self.supervise(self.start_worker(), "failed", "done")

        self.assertEqual(self.traces(), [("trace",)])

    def test_function_may_have_it_tried_again(self):
        uuid = self.delay_one(try_again_later)

        self.oversee_until(self.start_worker(), self.attempts)

        self.assertEqual(self.row(uuid, "hold, retry"), ("eta", 1))
        self.assertEqual(self.attempts(), [(1, "retried")])

    def test_job_without_a_timeout_goes_on(self):
        self.delay_one(run_too_long, timeout=0)
        worker = self.start_worker()
        self.wait_for(lambda: worker.runner.attempt, "it does not run")
        attempt = worker.runner.attempt
        attempt.started -= 3600

        worker.supervisor.check()

        self.assertIsNone(attempt.reason)
        attempt.interrupt(supervisor.Reason(JobTimeoutError("the end of the test")))

    def test_watcher_oversees_its_workers(self):
        self.patch(
            WorkerWatcher, "available_db_names", lambda _watcher: {get_db_name()}
        )
        watcher = WorkerWatcher("test", Settings())
        self.addCleanup(watcher.join, DEADLINE_S)
        self.addCleanup(watcher.stop, DEADLINE_S)
        self.delay_one(run_too_long)

        watcher.start()

        self.wait_for(lambda: self.states() == ["failed"], "nobody oversees it")


class TestStop(SupervisorCase):
    def start_and_stop(self, function):
        """Return the job, and a worker in which it runs and is asked to stop."""
        uuid = self.delay_one(function)
        worker = self.start_worker()
        self.started.wait(DEADLINE_S)
        self.patch(supervisor, "CHECK_S", 0)
        self.stop_job(uuid)
        return uuid, worker

    def test_job_that_does_not_look_is_interrupted_after_a_grace(self):
        self.patch(supervisor, "GRACE_S", 0.1)
        uuid, worker = self.start_and_stop(go_on)

        self.supervise(worker, "cancelled")

        name = self.open_session().env.user.name
        self.assertEqual(self.row(uuid, "result"), (f"Stopped by {name}",))
        self.assertEqual(self.attempts(), [(1, "cancelled")])
        self.assertEqual(self.traces(), [])

    def test_job_that_looks_ends_with_its_own_words(self):
        uuid, worker = self.start_and_stop(look_around)

        self.supervise(worker, "cancelled")

        self.assertEqual(self.row(uuid, "result"), ("half of it is done",))

    def test_short_job_is_not_asked_after(self):
        runner, registration = SimpleNamespace(attempt=None), mock.Mock()
        one = JobSupervisor(SimpleNamespace(runner=runner, registration=registration))
        registration.control.run.return_value = None
        claimed = SimpleNamespace(id=1, attempt=1, timeout=None)
        asked = []

        for age_s, is_new in ((0.5, True), (1.5, False), (1.5, True), (5.5, False)):
            attempt = runner.attempt = RunningAttempt(claimed)
            attempt.started -= age_s
            one.is_notified = is_new
            one.check()
            one.check()
            asked.append(registration.control.run.call_count)

        self.assertEqual(asked, [0, 0, 1, 2])


class TestGiveUp(SupervisorCase):
    """The job waits in C, where an exception does not arrive."""

    def setUp(self):
        super().setUp()
        self.enterContext(
            mock.patch(f"{__name__}.meet", self.hang_where_nothing_arrives)
        )
        self.patch(supervisor, "HARD_S", 0.3)

    def give_up(self):
        """Return the worker of a job that hangs, when it has been given up."""
        self.uuid = self.delay_one(hang)
        self.delay_one(leave_trace)
        worker = self.start_worker()
        self.wait_for(lambda: worker.runner.attempt, "the job does not start")
        self.attempt = worker.runner.attempt
        self.started.wait(DEADLINE_S)
        self.pid = worker._job_pool.session_pid
        self.supervise(worker, "failed", "pending")
        return worker

    def test_job_that_hangs_is_given_up_and_tells_where(self):
        worker = self.give_up()

        (exc_info,) = self.row(self.uuid, "exc_info")
        self.assertIn("longer than its timeout", exc_info)
        self.assertIn("hang_where_nothing_arrives", exc_info)
        self.assertEqual(self.attempts(), [(1, "failed")])
        self.assertTrue(worker.supervisor.has_given_up)

    def test_worker_of_a_job_that_hangs_leaves_what_it_has_claimed(self):
        self.give_up()

        columns = "state, worker_id, attempt, deaths"
        rows = self.query(f"SELECT {columns} FROM connector_queue_job ORDER BY id")
        self.assertEqual(rows[1], ("pending", None, 0, 0))
        self.assertEqual(self.query("SELECT id FROM connector_queue_worker"), [])

    def test_session_of_a_job_that_hangs_is_ended(self):
        self.give_up()

        living = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        self.wait_for(
            lambda: self.query(living, self.pid) == [(0,)], "its session goes on"
        )

    def test_job_that_comes_back_changes_nothing(self):
        """It even catches what comes up, and commits."""
        worker = self.give_up()
        before = self.row(self.uuid, "job")

        self.may_end.set()
        worker.join(DEADLINE_S)

        self.assertFalse(worker.is_alive())
        self.assertEqual(self.row(self.uuid, "job"), before)
        self.assertEqual(self.traces(), [])

    def test_job_that_comes_back_is_refused_on_any_session(self):
        """Were its session still there, its commit would be refused."""
        self.patch(supervisor.store, "terminate_backends", lambda *_values: None)

        self.test_job_that_comes_back_changes_nothing()

    def test_job_that_ended_in_time_is_not_given_up(self):
        self.delay_one(leave_trace)
        worker = self.start_worker()
        attempts = []
        perform = RunningAttempt.perform

        def note(attempt, call, connection):
            attempts.append(attempt)
            return perform(attempt, call, connection)

        self.patch(RunningAttempt, "perform", note)
        self.supervise(worker, "done")
        self.wait_for(lambda: worker.runner.attempt is None, "it goes on")

        self.assertFalse(attempts[0].give_up(supervisor.Reason(ValueError())))
        self.assertFalse(attempts[0].interrupt(supervisor.Reason(ValueError())))

    def test_watcher_makes_another_worker(self):
        self.patch(
            WorkerWatcher, "available_db_names", lambda _watcher: {get_db_name()}
        )
        watcher = WorkerWatcher("test", Settings())
        self.addCleanup(watcher.join, DEADLINE_S)
        self.addCleanup(watcher.stop, 0)
        self.delay_one(hang)
        self.delay_one(leave_trace)

        with mute_logger("odoo.addons.connector.queue.engine.watcher"):
            watcher.start()
            self.wait_for(
                lambda: self.states() == ["failed", "done"], "no other worker came"
            )

        self.assertEqual(self.traces(), [("trace",)])
