# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""On which connection do the jobs of a worker run, one after the other?"""

import select
import time
from contextlib import suppress

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import sql_db

from .. import store
from .connection import cut
from .forked import keep_from_children
from .job_connection import JobCursor, JobSession


class JobConnection:
    """Keeps one connection for all jobs of a worker.

    Each job gets a cursor of its own, whose one predecessor is closed: what an
    earlier job kept of it is of no use any more. What a session keeps beyond its
    transactions (settings, advisory locks, temporary tables, prepared statements,
    the user) is taken away after each job that said anything, all in one round trip.
    A connection that is broken, or that somebody still uses, is replaced.

    Args:
        db_name: the database.
        is_pooled: a transaction pooler stands before it: there is no session to clean,
            the next transaction may be in another one.
    """

    readonly = False  # of the pool that Odoo's cursor takes this for

    def __init__(self, db_name: str, is_pooled: bool = False):
        self.db_name = db_name
        self.is_pooled = is_pooled
        self._connection = None
        self._encoding = ""
        self._is_lent = False

    def cursor(self) -> sql_db.Cursor:
        """Return a new cursor for one job; close it before asking for the next."""
        return sql_db.Cursor(self, self.db_name, {})

    def open(self) -> None:
        """Open the connection before the first job asks for it."""
        _name, info = sql_db.connection_info_for(self.db_name)
        self._connection = keep_from_children(
            psycopg2.connect(**info, connection_factory=JobSession)
        )
        self._connection.cursor_factory = JobCursor
        self._encoding = self._connection.encoding

    @property
    def session_pid(self) -> int | None:
        """The session in PostgreSQL; None without one, and where it changes hands."""
        if not self.is_pooled:
            with suppress(psycopg2.Error, AttributeError):  # closed, or not open yet
                return self._connection.get_backend_pid()
        return None

    def cut(self) -> None:
        """End the connection, though another thread uses it."""
        if self._connection:
            cut(self._connection)

    def close(self) -> None:
        """Close the connection; it is opened again when it is asked for."""
        if self._connection:
            self._connection.close()
        self._connection = None

    # === WHAT ODOO'S CURSOR ASKS OF ITS POOL === #

    def borrow(self, _connection_info: dict):
        """Return the connection, as clean as a new one."""
        if self._is_lent or not self._is_alive():
            self.close()
            self.open()
        self._is_lent = True
        self._connection.spoke_at = time.monotonic()
        return self._connection

    def give_back(self, _connection, keep_in_pool: bool = True) -> None:
        """Take the connection back after its cursor was closed, and clean it."""
        self._is_lent = False
        if not self._is_cleaned():
            self.close()

    def _is_alive(self) -> bool:
        """Return whether the connection is open: nobody ended it meanwhile."""
        connection = self._connection
        if not connection or connection.closed:
            return False
        # between two jobs PostgreSQL has nothing to say but that it ends the session
        unasked, _write, _error = select.select([connection], [], [], 0)
        return not unasked

    def _is_cleaned(self) -> bool:
        """Take away what the job left in the session; False when that is impossible."""
        connection = self._connection
        if (
            not connection
            or connection.closed
            or connection.encoding != self._encoding
            or connection.get_transaction_status() != TRANSACTION_STATUS_IDLE
        ):
            return False
        if self.is_pooled or connection.is_untouched:
            return True
        try:
            with connection.untouched() as cr:
                store.clean_session(cr)
        except psycopg2.Error:
            return False  # PostgreSQL ended it, or forbids what we ask
        return True
