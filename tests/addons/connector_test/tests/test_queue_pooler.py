# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the queue behind a transaction pooler."""

import threading
from unittest import mock

import psycopg2

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import supervisor as supervisor
from odoo.addons.connector.queue.engine.connection import connect, cut
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
)
from odoo.addons.connector.queue.engine.registration import (
    SILENCE_S,
    WorkerRegistration,
)
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE
from .pooler_case import go_through, start_pooler
from .queue_case import RUNNER_LOG, QueueRaceCase
from .worker_case import DEADLINE_S, WatcherCase

LOCKS = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
AGE = """
UPDATE connector_queue_worker SET date_alive = date_alive - %s * INTERVAL '1 second'
"""

OPEN_TRANSACTION = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND xact_start = %s"


def meet(_transaction):
    """Stand for what a job waits for; tests patch it."""


@job(timeout=0.2)
def hang(session, _model_name):
    """Leave a trace and hang where no exception arrives."""
    session.env[TRACE].create({"name": "hung"})
    session.env.flush_all()
    session.env.cr.execute("SELECT pg_backend_pid(), now()")
    meet(session.env.cr.fetchone())


class TestDetection(QueueRaceCase):
    def connect(self, *arguments):
        """Return a connection of the engine."""
        connection = connect(get_db_name(), *arguments)
        self.addCleanup(connection.close)
        return connection

    def ask(self, connection, statement):
        """Return what a statement returns."""
        cr = connection.cursor()
        cr.execute(statement)
        return cr.fetchone()[0]

    def test_postgresql_itself_is_no_pooler(self):
        connection = self.connect()

        self.assertFalse(connection.is_pooled)
        self.assertEqual(self.ask(connection, "SHOW synchronous_commit"), "off")

    def test_transaction_pooler_is_detected(self):
        go_through(self, start_pooler(self))

        self.assertTrue(self.connect().is_pooled)

    def test_pooler_with_one_session_is_detected_and_not_waited_for(self):
        go_through(self, start_pooler(self, size=1))

        self.assertTrue(self.connect().is_pooled)

    def test_session_pooler_is_as_good_as_none(self):
        go_through(self, start_pooler(self, "session"))

        self.assertFalse(self.connect().is_pooled)

    def test_who_sets_it_is_believed(self):
        self.assertTrue(self.connect(True).is_pooled)

    def test_books_leave_nothing_in_the_sessions_of_others(self):
        """Their commits must go on to wait for the disk."""
        go_through(self, start_pooler(self, size=1))
        self.connect()

        other = self.connect()

        self.assertEqual(self.ask(other, "SHOW synchronous_commit"), "on")

    def test_job_does_not_clean_the_session_of_another_client(self):
        go_through(self, start_pooler(self, size=1))
        other = self.connect()
        self.ask(other, "SELECT set_config('connector.test', 'mine', FALSE)")
        connection = JobConnectionPool(get_db_name(), is_pooled=True)
        self.addCleanup(connection.close)

        cr = connection.cursor()
        cr.execute("SELECT 1")
        cr.close()

        self.assertEqual(self.ask(other, "SHOW connector.test"), "mine")


class TestPooledRegistration(QueueRaceCase):
    def setUp(self):
        super().setUp()
        go_through(self, start_pooler(self))
        self.worker = WorkerRegistration(get_db_name(), "test")
        self.addCleanup(self.worker.control.close)

    @mute_logger("odoo.addons.connector.queue.engine.registration")
    def recover(self) -> list:
        """Free what dead workers held; return the workers that are left."""
        self.worker.control.recover()
        return self.query("SELECT id FROM connector_queue_worker")

    def test_worker_holds_no_lock_and_does_not_listen(self):
        self.assertEqual(self.query(LOCKS, store.liveness.LOCK_CLASS), [(0,)])
        self.assertEqual(self.query("SELECT pg_listening_channels()"), [])

    def test_worker_is_alive_by_its_signs_of_life(self):
        alive = store.find_live_workers(self.open_bookkeeping())

        self.assertEqual([one.id for one in alive], [self.worker.worker_id])
        self.assertEqual(len(self.recover()), 1)

    def test_worker_is_dead_when_it_was_silent_for_long(self):
        self.query(AGE, SILENCE_S - 10)
        self.assertEqual(len(self.recover()), 1)

        self.query(AGE, 11)

        self.assertEqual(store.find_live_workers(self.open_bookkeeping()), [])
        self.assertEqual(self.recover(), [])

    def test_sign_of_life_keeps_it_alive(self):
        self.query(AGE, SILENCE_S + 1)

        self.worker.beat()

        self.assertEqual(len(self.recover()), 1)

    def test_worker_that_leaves_takes_its_row_away(self):
        self.worker.leave()

        self.assertEqual(self.query("SELECT id FROM connector_queue_worker"), [])


class TestPooledWorker(WatcherCase):
    def setUp(self):
        super().setUp()
        go_through(self, start_pooler(self, size=10))

    def test_jobs_are_found_by_polling(self):
        self.start_watcher(poll_s=1000, threads=2)

        for _turn in range(2):
            self.delay(count=20)
            self.wait_for(
                lambda: set(self.states()) == {"done"}, "nobody runs the jobs"
            )

        self.assertEqual(
            self.query("SELECT DISTINCT is_pooled FROM connector_queue_worker"),
            [(True,)],
        )

    @mute_logger(RUNNER_LOG, "odoo.addons.connector.queue.engine.supervisor")
    def test_job_that_hangs_is_given_up_and_its_transaction_ended(self):
        self.patch(supervisor, "HARD_S", 0.3)
        may_end = threading.Event()
        self.addCleanup(may_end.set)
        hung = []

        def meet_nobody(transaction):
            hung.append(transaction)
            may_end.wait(2 * DEADLINE_S)  # longer than anything is waited for

        self.enterContext(mock.patch(f"{__name__}.meet", meet_nobody))
        self.start_watcher(poll_s=1000)
        self.delay(hang)

        self.wait_for(lambda: self.states() == ["failed"], "it is not given up")

        self.wait_for(
            lambda: not self.query(OPEN_TRANSACTION, *hung[0]),
            "its transaction goes on",
        )

    def test_connection_that_is_cut_is_of_no_use(self):
        connection = connect(get_db_name())

        cut(connection)

        with self.assertRaises(psycopg2.OperationalError):
            connection.cursor().execute("SELECT 1")
