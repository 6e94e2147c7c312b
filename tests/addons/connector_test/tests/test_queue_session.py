# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What does a job find of those that ran on the connection before it?"""

from contextlib import closing

import psycopg2

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue.job_connection import JobConnection

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
        self.connection = JobConnection(get_db_name())
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
