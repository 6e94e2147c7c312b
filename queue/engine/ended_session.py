# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Detection of job sessions that PostgreSQL ended, as opposed to errors of the job."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from odoo.sql_db import Cursor

from ...exception import RetryableJobError, SessionEndedError
from .job_pool import JobConnectionPool
from .outcome import AttemptLost
from .retry import FINAL_ERRORS, real_error

DECIDED = (RetryableJobError, AttemptLost, *FINAL_ERRORS)  # these decide what is next


def open_cursor(connection: JobConnectionPool) -> Cursor:
    """Return a cursor for a job.

    Raises:
        SessionEndedError: PostgreSQL opens none, for instance because there are too
            many connections.
    """
    try:
        return connection.cursor()
    except psycopg2.OperationalError as error:
        raise SessionEndedError(
            f"Cannot open a session for the job: {_first_line(error)}. It has not "
            "begun."
        ) from error


@contextmanager
def ended_session_told(cr: Cursor) -> Iterator[None]:
    """Raise SessionEndedError, in place of the job's error, when its session was ended.

    The state of the connection shows it: there is no SQLSTATE when an administrator, a
    failover or a timeout ends an idle session, and the job may have caught the error. A
    connection that the job itself closed does not count.

    Args:
        cr: of the job.

    Raises:
        SessionEndedError: PostgreSQL, or the network, ended the session.
    """
    session = cr.connection
    try:
        yield
    except Exception as error:
        if not session.is_ended or isinstance(real_error(error), DECIDED):
            raise
        reason = _first_line(error) if isinstance(error, psycopg2.Error) else None
        raise SessionEndedError(
            f"PostgreSQL ended the session of the job ({reason or 'it did not say why'}"
            f"); it was idle for {session.idle_s:.1f} s. What it did is undone. Where "
            "it waits for long, look at the timeouts of PostgreSQL, else at its log.",
            idle_s=session.idle_s,
        ) from error


def _first_line(error: psycopg2.Error) -> str:
    """Return the first line of the error of PostgreSQL, or of the driver."""
    return str(error).strip().partition("\n")[0]
