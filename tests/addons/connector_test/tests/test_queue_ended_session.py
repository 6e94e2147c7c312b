# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs whose session PostgreSQL ends: administrator, failover, timeout."""

import threading
from contextlib import suppress
from functools import partial

import psycopg2

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.exception import FailedJobError, RetryableJobError
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE
from .queue_case import RUNNER_LOG, QueueRaceCase

IDLE_S = 0.3
RETRY_AFTER_S = 77


def end_session(cr):
    """End the session of a job as an administrator would, while it is idle."""
    with psycopg2.connect(**connection_info(cr)) as connection:
        connection.cursor().execute(
            "SELECT pg_terminate_backend(%s, 5000)", [cr.connection.get_backend_pid()]
        )


def connection_info(cr):
    """Return where the database of a cursor is."""
    return cr.connection.get_dsn_parameters()


def wait():
    """Let the session be idle for a while."""
    threading.Event().wait(IDLE_S)


def speak(cr):
    """Say anything to the database."""
    cr.execute("SELECT 1")


def end_and_speak(cr):
    """Be ended while idle, then speak."""
    speak(cr)
    wait()
    end_session(cr)
    speak(cr)


def end_and_commit(cr):
    """Be ended while idle, then commit."""
    end_session(cr)
    cr.commit()  # pylint: disable=invalid-commit


def end_and_swallow(cr):
    """Be ended, and act as if nothing were."""
    end_session(cr)
    with suppress(psycopg2.Error):
        speak(cr)


def end_and_stumble(cr):
    """Be ended, and fall over what was not read."""
    end_and_swallow(cr)
    raise KeyError("nothing was read")


def end_in_a_statement(cr):
    """Be ended while a statement runs."""
    cr.execute("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)")


def wait_too_long(cr):
    """Run into a timeout of the session."""
    cr.execute("SET idle_in_transaction_session_timeout = 100")
    wait()
    speak(cr)


WAYS = {
    "idle, then a statement": end_and_speak,
    "idle, then a commit": end_and_commit,
    "idle, then the end": end_session,
    "swallowed": end_and_swallow,
    "swallowed, then another error": end_and_stumble,
    "in a statement": end_in_a_statement,
    "idle in transaction for too long": wait_too_long,
}


def close_cursor(cr):
    """Close the own cursor, and use it."""
    cr.close()
    speak(cr)


def close_connection(cr):
    """Close the own connection, and use it."""
    cr.connection.close()
    speak(cr)


def end_other_connection(cr):
    """Lose a connection that the job opened itself."""
    with psycopg2.connect(**connection_info(cr)) as connection:
        end_in_a_statement(connection.cursor())


BUGS = {
    "cursor": close_cursor,
    "connection": close_connection,
    "other connection": end_other_connection,
}


def end_and_give_up(cr):
    """Be ended, and know that it is for good."""
    end_session(cr)
    raise FailedJobError("no way")


def end_and_come_back(cr):
    """Be ended, and know when to come back."""
    end_session(cr)
    raise RetryableJobError("later", seconds=RETRY_AFTER_S)


OTHERS = {"final": end_and_give_up, "later": end_and_come_back, "nothing": speak}


@job
def lose_session(session, _model_name, way, is_first=True):
    """Leave a trace and lose the session; at once, where it is the first word."""
    if not is_first:
        session.env[TRACE].create({"name": way})
    {**WAYS, **BUGS, **OTHERS}[way](session.cr)


class TestEndedSession(QueueRaceCase):
    def setUp(self):
        super().setUp()
        self.connection = JobConnectionPool(get_db_name())
        self.addCleanup(self.connection.close)
        transaction = partial(own_transaction, self.connection)
        self.runner = Runner(self.open_bookkeeping(), 1, transaction)

    @mute_logger(RUNNER_LOG, "odoo.sql_db")
    def run_job(self, *args, tries=1, **options):
        """Run a job as a worker does; return its uuid."""
        session = self.open_session()
        uuid = lose_session.delay(session, TRACE, *args, **options)
        session.commit()
        for _try in range(tries):
            self.query(
                "UPDATE connector_queue_job SET hold = NULL WHERE state = 'pending'"
            )
            (job,) = self.runner.claim()
            self.runner.run_job(job)
        return uuid

    def assertEnded(self, uuid, state, retry):
        """The job ended so, for the reason that its session was ended."""
        columns = "state, retry, attempt, worker_id, result"
        *seen, result = self.row(uuid, columns)
        self.assertEqual(seen, [state, retry, retry, None])
        self.assertIn("PostgreSQL ended the session of the job", result)
        self.assertRegex(result, r"it was idle for \d+(\.\d+)? s")
        self.assertEqual(self.query("SELECT name FROM connector_test_trace"), [])

    def test_job_whose_session_is_ended_is_tried_again(self):
        """It failed for good at its first try: PostgreSQL shows no SQLSTATE then."""
        for way in WAYS:
            for is_first in (True, False):
                with self.subTest(way, is_first=is_first):
                    uuid = self.run_job(way, is_first)
                    self.assertEnded(uuid, "pending", 1)
                    self._delete()

    def test_try_is_counted_and_the_last_one_fails_with_the_reason(self):
        uuid = self.run_job("idle, then a statement", tries=2, max_retries=2)

        self.assertEnded(uuid, "failed", 2)
        self.assertIn("Max. retries (2) reached", *self.row(uuid, "result"))
        self.assertIn("psycopg2.OperationalError", *self.row(uuid, "exc_info"))

    def test_time_that_it_was_idle_is_told(self):
        uuid = self.run_job("idle, then a statement")

        (result,) = self.row(uuid, "result")
        seconds = float(result.partition("idle for ")[2].split()[0])
        self.assertGreaterEqual(seconds, IDLE_S)
        self.assertLess(seconds, 10 * IDLE_S)

    def test_next_job_has_a_session(self):
        self.run_job("idle, then the end")
        self._delete()

        uuid = self.run_job("nothing")

        self.assertEqual(self.row(uuid), ("done",))

    def test_job_that_closes_what_it_works_with_fails_at_once(self):
        for bug in BUGS:
            for is_first in (True, False):
                with self.subTest(bug, is_first=is_first):
                    uuid = self.run_job(bug, is_first)
                    self.assertEqual(self.row(uuid, "state, retry"), ("failed", 0))
                    self._delete()

    def test_job_that_says_what_happens_next_is_believed(self):
        uuid = self.run_job("final")
        self.assertEqual(self.row(uuid, "state, result"), ("failed", "no way"))
        self._delete()

        uuid = self.run_job("later")
        self.assertEqual(self.row(uuid, "state, result"), ("pending", "later"))

    def test_job_that_gets_no_session_is_tried_again(self):
        """No connection was left: it failed before it began."""
        self.connection.close()
        full = psycopg2.OperationalError("FATAL: sorry, too many clients already")
        self.patch(JobConnectionPool, "open", lambda _connection: self.raise_(full))

        uuid = self.run_job("idle, then the end")

        self.assertEqual(self.row(uuid, "state, retry"), ("pending", 1))
        self.assertIn("too many clients", *self.row(uuid, "result"))

    def raise_(self, error):
        """Raise an error."""
        raise error
