# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connection of a worker's jobs, and the transaction of each job.

The connection knows whether a job ran any SQL. A job that ran none leaves nothing
behind in the session, and the statement that stores its success can be the whole
transaction: one round trip instead of four.
"""

import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial

import psycopg2
import psycopg2.extensions
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, TRANSACTION_STATUS_IDLE

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor, PsycoConnection

from ...exception import RetryableJobError, SessionEndedError
from .. import store
from ..notify import in_autocommit
from .connection import cut
from .forked import call_here, check_process, keep_from_children
from .outcome import AttemptLost
from .retry import FINAL_ERRORS, real_error

BROKEN = 2  # of psycopg2's ``closed``: the other side did it; 1 is close()
DECIDED = (RetryableJobError, AttemptLost, *FINAL_ERRORS)  # these decide what is next

Fence = Callable[[Cursor], bool]


class JobCursor(psycopg2.extensions.cursor):
    """A cursor that reports each statement to its connection."""

    def execute(self, query, vars=None) -> None:
        """Execute a statement, and record when it returned."""
        begun_at = time.monotonic()
        try:
            super().execute(query, vars)
        except psycopg2.Error:
            self.connection.note_end(begun_at)
            raise
        self.connection.spoke_at = time.monotonic()


class JobConnection(PsycoConnection):
    """A connection that records whether it was used since it was clean.

    Every statement begins a transaction, which is noticed here at its end at the
    latest. In autocommit nothing would be noticed: switching to it counts as use.
    """

    _is_clean = True
    spoke_at = 0.0
    """When the last statement returned, by the monotonic clock."""
    _ended_after_s: float | None = None

    # === ENDED SESSIONS === #

    @property
    def is_ended(self) -> bool:
        """Whether PostgreSQL, or the network, ended it, as opposed to ``close()``."""
        return self.closed == BROKEN

    @property
    def idle_s(self) -> float:
        """Seconds since the last statement; until its end, if it was ended."""
        seconds = self._ended_after_s
        return time.monotonic() - self.spoke_at if seconds is None else seconds

    def note_end(self, at: float) -> None:
        """Record how long it was idle when a statement found it ended."""
        if self.closed and self._ended_after_s is None:
            self._ended_after_s = at - self.spoke_at

    # === USE === #

    @property
    def is_untouched(self) -> bool:
        """Whether no statement ran since it was clean."""
        is_idle = self.get_transaction_status() == TRANSACTION_STATUS_IDLE
        return self._is_clean and is_idle

    @contextmanager
    def untouched(self) -> Iterator:
        """Open a cursor in autocommit for statements that leave nothing behind."""
        with in_autocommit(self) as cr:
            yield cr
        self._is_clean = True

    # === TRANSACTIONS === #

    def commit(self) -> None:
        """Commit, and record whether there was a transaction."""
        self._is_clean = self.is_untouched
        super().commit()

    def rollback(self) -> None:
        """Roll back, and record whether there was a transaction."""
        self._is_clean = self.is_untouched
        super().rollback()

    def reset(self) -> None:
        """Roll back and forget most settings of the session."""
        self._is_clean = False
        super().reset()

    def set_isolation_level(self, level: int | None) -> None:
        """Set the isolation level; one of them is autocommit."""
        if level == ISOLATION_LEVEL_AUTOCOMMIT:
            self._is_clean = False
        super().set_isolation_level(level)

    def set_session(self, *args, **kwargs) -> None:
        """Set how transactions begin, or that they do not."""
        autocommit = args[3] if len(args) > 3 else kwargs.get("autocommit")
        if autocommit:
            self._is_clean = False
        super().set_session(*args, **kwargs)

    @property
    def autocommit(self) -> bool:
        """Whether each statement is a transaction."""
        return PsycoConnection.autocommit.__get__(self)

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self._is_clean = False
        PsycoConnection.autocommit.__set__(self, value)


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

    def cursor(self) -> Cursor:
        """Return a new cursor for one job; close it before the next is opened."""
        return Cursor(self, self.db_name, {})

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


# === TRANSACTION OF A JOB === #


@contextmanager
def own_transaction(connection: JobConnectionPool, is_ours: Fence) -> Iterator[Cursor]:
    """Open a cursor for a job; commit at the end, roll back on an error.

    A commit in the middle of the job fails once another worker has the job, and so does
    that of a process that the job forked.
    """
    registry = Registry(connection.db_name)
    pid = os.getpid()

    def commit() -> None:
        check_process(pid)
        cr.flush()
        if not is_ours(cr):
            raise AttemptLost("another worker has it; the commit is refused")
        Cursor.commit(cr)

    try:
        with closing(open_cursor(connection)) as cr, ended_session_reported(cr):
            cr.commit = commit
            yield cr
            # the one durable commit of the job, with its effects and its outcome
            call_here(partial(Cursor.commit, cr))  # what waits for it may fork, too
    except BaseException:
        registry.reset_changes()
        raise
    registry.signal_changes()


@contextmanager
def last_word(cr: Cursor) -> Iterator:
    """Open a cursor for the last statement of a job.

    If it is the job's only statement, it is the transaction.
    """
    session = cr.connection
    if isinstance(session, JobConnection) and session.is_untouched:
        with session.untouched() as own_cr:
            yield own_cr
    else:
        yield cr


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
def ended_session_reported(cr: Cursor) -> Iterator[None]:
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
