# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Has a job said anything to the database?

One that has not leaves nothing behind in the session, and the statement that stores its
success can be the whole transaction: one round trip instead of four.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.extensions
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, TRANSACTION_STATUS_IDLE

from odoo.sql_db import PsycoConnection

from .connection import in_autocommit

BROKEN = 2  # of psycopg2's ``closed``: the other side did it; 1 is close()


class JobCursor(psycopg2.extensions.cursor):
    """A cursor that tells its session when something was said."""

    def execute(self, query, vars=None) -> None:
        """Execute a statement, and note when it came back."""
        begun_at = time.monotonic()
        try:
            super().execute(query, vars)
        except psycopg2.Error:
            self.connection.note_end(begun_at)
            raise
        self.connection.spoke_at = time.monotonic()


class JobSession(PsycoConnection):
    """A connection that knows whether it was used since it was clean.

    Whatever is said on it begins a transaction, which is seen here at the latest when
    it ends. In autocommit nothing would be seen: who asks for that has used it.
    """

    _is_clean = True
    spoke_at = 0.0
    """When the last statement came back, by the monotonic clock."""
    _ended_after_s: float | None = None

    # === HOW POSTGRESQL ENDS IT === #

    @property
    def is_ended(self) -> bool:
        """Whether PostgreSQL, or the network, ended it: nobody here has closed it."""
        return self.closed == BROKEN

    @property
    def idle_s(self) -> float:
        """For how long nothing was said, in seconds; at its end, if it was ended."""
        seconds = self._ended_after_s
        return time.monotonic() - self.spoke_at if seconds is None else seconds

    def note_end(self, at: float) -> None:
        """Note for how long it was idle when a statement found that it was ended."""
        if self.closed and self._ended_after_s is None:
            self._ended_after_s = at - self.spoke_at

    # === WHETHER IT WAS USED === #

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has said anything since it was clean."""
        is_idle = self.get_transaction_status() == TRANSACTION_STATUS_IDLE
        return self._is_clean and is_idle

    @contextmanager
    def untouched(self) -> Iterator:
        """Give a cursor in autocommit to one who leaves nothing behind."""
        with in_autocommit(self) as cr:
            yield cr
        self._is_clean = True

    # === HOW A TRANSACTION ENDS, OR NEVER BEGINS === #

    def commit(self) -> None:
        """Commit, and note whether there was anything."""
        self._is_clean = self.is_untouched
        super().commit()

    def rollback(self) -> None:
        """Roll back, and note whether there was anything."""
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
