# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The end of a job's session by PostgreSQL, told from errors of the job."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from odoo.sql_db import Cursor

from ...exception import RetryableJobError, SessionEndedError
from .job_pool import JobConnection
from .outcome import AttemptLost
from .retry import FINAL_ERRORS, real_error

DECIDED = (RetryableJobError, AttemptLost, *FINAL_ERRORS)  # what happens next is said


def open_cursor(connection: JobConnection) -> Cursor:
    """Return a cursor for a job.

    Raises:
        SessionEndedError: PostgreSQL gives none, for instance because too many are
            connected.
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
    """Tell that PostgreSQL ended the session of a job, in place of what came of it.

    The state of the connection says so: there is no SQLSTATE when an administrator, a
    failover or a timeout ends a session that is idle, and the job may have caught the
    error. A connection that the job itself closed is its own affair.

    Args:
        cr: of the job.

    Raises:
        SessionEndedError: it was ended.
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
    """Return what PostgreSQL, or the driver, said first."""
    return str(error).strip().partition("\n")[0]
