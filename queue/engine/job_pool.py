# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connection on which the jobs of a worker run, one after the other."""

import select
import time
from contextlib import suppress

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import sql_db

from .. import store
from .connection import cut
from .forked import keep_from_children
from .job_connection import JobConnection, JobCursor


class JobConnectionPool:
    """Pool of one connection for all jobs of a worker.

    Each job gets a cursor of its own, after that of the job before was closed. Whatever
    a session keeps beyond its transactions (settings, advisory locks, temporary tables,
    prepared statements, the user) is reset after each job that ran SQL, in one round
    trip. A connection that is broken, or still in use, is replaced.

    Args:
        db_name: the database.
        is_pooled: a transaction pooler stands before it: there is no session to clean,
            the next transaction may be in another one.
    """

    readonly = False  # attribute of Odoo's connection pools

    def __init__(self, db_name: str, is_pooled: bool = False):
        self.db_name = db_name
        self.is_pooled = is_pooled
        self._connection = None
        self._encoding = ""
        self._is_lent = False

    def cursor(self) -> sql_db.Cursor:
        """Return a new cursor for one job; close it before the next is opened."""
        return sql_db.Cursor(self, self.db_name, {})

    def open(self) -> None:
        """Open the connection before the first job needs it."""
        _name, info = sql_db.connection_info_for(self.db_name)
        self._connection = keep_from_children(
            psycopg2.connect(**info, connection_factory=JobConnection)
        )
        self._connection.cursor_factory = JobCursor
        self._encoding = self._connection.encoding

    @property
    def session_pid(self) -> int | None:
        """The pid of the PostgreSQL session; None without one, or behind a pooler."""
        if not self.is_pooled:
            with suppress(psycopg2.Error, AttributeError):  # closed, or not open yet
                return self._connection.get_backend_pid()
        return None

    def cut(self) -> None:
        """End the connection, though another thread uses it."""
        if self._connection:
            cut(self._connection)

    def close(self) -> None:
        """Close the connection; the next cursor opens it again."""
        if self._connection:
            self._connection.close()
        self._connection = None

    # === POOL INTERFACE OF ODOO'S CURSOR === #

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
        """Return whether the connection is still open."""
        connection = self._connection
        if not connection or connection.closed:
            return False
        # between two jobs PostgreSQL sends nothing but the end of the session
        unasked, _write, _error = select.select([connection], [], [], 0)
        return not unasked

    def _is_cleaned(self) -> bool:
        """Reset the session after a job; False when that is impossible."""
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
            return False  # PostgreSQL ended it, or forbids the reset
        return True
