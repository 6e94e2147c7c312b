# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the database session that jobs share: no job finds traces of another."""

from contextlib import closing
from unittest import mock

import psycopg2
from psycopg2.extensions import (
    ISOLATION_LEVEL_AUTOCOMMIT,
    ISOLATION_LEVEL_REPEATABLE_READ,
)

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
)

from .queue_case import QueueRaceCase

# what one job leaves in its session, and how the next one would see it
TRACKS = {
    "SET application_name = 'left'": "SHOW application_name",
    "SET datestyle = 'German, DMY'": "SELECT current_date::text LIKE '____-__-__'",
    "SELECT pg_advisory_lock(77)": """
        SELECT count(*) FROM pg_locks
         WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    """,
    "CREATE TEMPORARY TABLE left_over AS SELECT 1": """
        SELECT to_regclass('pg_temp.left_over') IS NULL
    """,
    "PREPARE left_over AS SELECT 1": "SELECT count(*) FROM pg_prepared_statements",
    "LISTEN left_over": "SELECT count(*) FROM pg_listening_channels()",
    "DECLARE left_over CURSOR WITH HOLD FOR SELECT 1": """
        SELECT count(*) FROM pg_cursors WHERE name = 'left_over'
    """,
}


class TestQueueSession(QueueRaceCase):
    """Two jobs in a row, on the connection of one worker."""

    def setUp(self):
        super().setUp()
        self.connection = JobConnectionPool(get_db_name())
        self.addCleanup(self.connection.close)

    def ask(self, statement):
        """Return what a job sees."""
        with closing(self.connection.cursor()) as cr:
            cr.execute(statement)
            return cr.fetchone()[0]

    def backend_pid(self):
        """Return the process of the database server that serves the jobs."""
        return self.ask("SELECT pg_backend_pid()")

    def test_job_finds_the_session_as_if_it_were_new(self):
        for left, seen in TRACKS.items():
            with self.subTest(left):
                before = self.ask(seen)
                pid = self.backend_pid()

                with closing(self.connection.cursor()) as cr:
                    cr.execute(left)
                    cr.commit()  # pylint: disable=invalid-commit

                self.assertEqual(self.ask(seen), before)
                self.assertEqual(self.backend_pid(), pid)

    def test_session_is_cleaned_however_it_was_used(self):
        lock = "SELECT pg_advisory_lock(77)"
        ways = {
            "rolled back": lambda cr: (cr.execute(lock), cr.rollback()),
            "driver's cursor": lambda cr: cr.connection.cursor().execute(lock),
            "driver's commit": lambda cr: (cr.execute(lock), cr.connection.commit()),
            "autocommit": lambda cr: self.lock_in_autocommit(cr, lock),
            "isolation level": lambda cr: self.lock_without_transaction(cr, lock),
            "set_session": lambda cr: (
                cr.connection.set_session(autocommit=True),
                cr.execute(lock),
                cr.connection.set_session(autocommit=False),
            ),
            "closed": lambda cr: cr.execute(lock),
        }
        seen = TRACKS["SELECT pg_advisory_lock(77)"]
        for way, use in ways.items():
            with self.subTest(way):
                pid = self.backend_pid()

                with closing(self.connection.cursor()) as cr:
                    use(cr)

                self.assertEqual(self.ask(seen), 0)
                self.assertEqual(self.backend_pid(), pid)

    def lock_in_autocommit(self, cr, lock):
        """Leave a lock behind, without any transaction."""
        cr.connection.autocommit = True
        cr.execute(lock)
        cr.connection.autocommit = False

    def lock_without_transaction(self, cr, lock):
        """Do the same as older programs do."""
        cr.connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        cr.execute(lock)
        cr.connection.set_isolation_level(ISOLATION_LEVEL_REPEATABLE_READ)

    def test_session_of_which_nothing_was_asked_is_not_cleaned(self):
        self.backend_pid()
        self.patch(store, "clean_session", mock.Mock(side_effect=AssertionError))

        with closing(self.connection.cursor()) as cr:
            cr.commit()  # pylint: disable=invalid-commit

        self.assertTrue(self.connection.borrow({}).is_untouched)

    def test_jobs_run_at_repeatable_read(self):
        for _job in range(2):
            self.assertEqual(self.ask("SHOW transaction_isolation"), "repeatable read")
            self.assertEqual(self.ask("SHOW transaction_read_only"), "off")

    def test_cursor_kept_by_an_earlier_job_is_closed(self):
        with closing(self.connection.cursor()) as kept:
            kept.execute("SELECT 1")

        with closing(self.connection.cursor()):
            with self.assertRaisesRegex(psycopg2.InterfaceError, "already closed"):
                kept.execute("SELECT 1")

    def test_ended_connection_is_replaced(self):
        pid = self.backend_pid()
        self.query("SELECT pg_terminate_backend(%s, 5000)", pid)

        self.assertNotEqual(self.backend_pid(), pid)

    def test_connection_that_a_job_has_not_given_back_is_replaced(self):
        kept = self.connection.cursor()
        kept.execute("SELECT pg_backend_pid()")
        (pid,) = kept.fetchone()

        self.assertNotEqual(self.backend_pid(), pid)
        self.assertTrue(kept.closed)

    def test_connection_with_another_encoding_is_replaced(self):
        pid = self.backend_pid()
        with closing(self.connection.cursor()) as cr:
            cr.connection.set_client_encoding("LATIN1")

        self.assertEqual(self.ask("SELECT 'ü'"), "ü")
        self.assertNotEqual(self.backend_pid(), pid)
