# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of a worker that waits for a lock: all others see it alive."""

import threading
from unittest import mock

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import connection
from odoo.addons.connector.queue.engine import registration as registration
from odoo.addons.connector.queue.engine.registration import ControlConnection

from .worker_case import (
    DEADLINE_S,
    WatcherCase,
    WorkerCase,
    leave_trace_after_meeting,
)

MEET = f"{WorkerCase.__module__}.meet"
KEEPER_LOG = "odoo.addons.connector.queue.engine.watcher"
SHORT = "SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '200ms'; "
ALIVE = "SELECT id, date_alive FROM connector_queue_worker ORDER BY id"


class HeldUpCase(WatcherCase):
    """A test in which somebody holds what workers ask for; they wait not for long."""

    def setUp(self):
        super().setUp()
        self.patch(store, "BOUND", SHORT)

    def hold(self, statement: str, *values):
        """Hold what a statement locks; return the connection, which gives it back."""
        holder = self.open_bookkeeping().connection
        holder.autocommit = False
        holder.cursor().execute(statement, values)
        return holder

    def start_job(self, watcher) -> threading.Event:
        """Let a worker run a job until the event is set."""
        started, may_end = threading.Event(), threading.Event()
        self.addCleanup(may_end.set)
        self.enterContext(
            mock.patch(MEET, lambda: started.set() or may_end.wait(DEADLINE_S))
        )
        self.delay(leave_trace_after_meeting)
        self.assertTrue(started.wait(DEADLINE_S))
        return may_end

    def wait_for_beats(self, worker_ids: list[int], count: int = 3) -> None:
        """Wait until each of these workers has given so many signs of life more."""
        for _beat in range(count):
            before = dict(self.query(ALIVE))
            self.wait_for(
                lambda: all(
                    dict(self.query(ALIVE))[one] > before[one]  # noqa: B023 called at once
                    for one in worker_ids
                ),
                "no sign of life",
            )


class TestHeldUp(HeldUpCase):
    def test_worker_gives_signs_of_life_while_somebody_has_locked_the_jobs(self):
        """It waited for the lock with what frees jobs, and was declared dead."""
        watcher = self.start_watcher(heartbeat_s=0.1, recover_s=0.1)
        may_end = self.start_job(watcher)
        worker = self.worker_of(watcher)
        with self.assertLogs(KEEPER_LOG, "WARNING") as logs:
            holder = self.hold("LOCK TABLE connector_queue_edge")

            self.wait_for_beats([worker.registration.worker_id])
            holder.rollback()

        may_end.set()
        self.wait_for(lambda: self.states() == ["done"], "the job is lost")
        self.assertIs(self.worker_of(watcher), worker)
        self.assertEqual(len(logs.output), 1)
        self.assertIn("is held up (_recover): canceling statement", logs.output[0])

    @mute_logger(KEEPER_LOG)
    def test_held_row_of_one_worker_keeps_no_other_from_giving_signs_of_life(self):
        watcher = self.start_watcher(heartbeat_s=0.1, threads=3)
        self.wait_for(lambda: len(self.query(ALIVE)) == 3, "a worker is missing")
        first, *others = [one for one, _date in self.query(ALIVE)]

        self.hold("SELECT FROM connector_queue_worker WHERE id = %s FOR UPDATE", first)

        self.wait_for_beats(others)
        self.assertEqual(len(watcher._pools[get_db_name()].workers), 3)

    @mute_logger(KEEPER_LOG)
    def test_worker_comes_as_soon_as_it_can(self):
        holder = self.hold("LOCK TABLE connector_queue_worker")
        with self.assertRaises(AssertionError):
            self.start_watcher()

        holder.rollback()

        self.wait_for(lambda: self.query(ALIVE), "no worker came")


class TestLine(HeldUpCase):
    def test_end_of_a_line_does_not_wait_for_a_statement_of_another_thread(self):
        self.patch(registration, "CLOSE_S", 0.1)
        self.patch(store, "BOUND", "")
        control = ControlConnection(get_db_name())
        holder = self.hold("LOCK TABLE connector_queue_worker")
        errors = []
        waiting = threading.Thread(target=self.wait_on, args=[control, errors])
        closing = threading.Thread(target=control.close)
        waiting.start()
        self.wait_for(lambda: control._turn.locked(), "it asks nothing")

        closing.start()
        closing.join(DEADLINE_S)
        holder.rollback()
        waiting.join(DEADLINE_S)

        self.assertEqual(len(errors), 1)

    def wait_on(self, control: ControlConnection, errors: list) -> None:
        """Ask what is not answered; note the error."""
        try:
            control.run(store.find_live_workers)
        except connection.psycopg2.Error as error:
            errors.append(error)
