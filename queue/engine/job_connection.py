# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connection of jobs that knows whether a job ran any SQL.

A job that ran none leaves nothing behind in the session, and the statement that stores
its success can be the whole transaction: one round trip instead of four.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.extensions
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, TRANSACTION_STATUS_IDLE

from odoo.sql_db import PsycoConnection

from ..notify import in_autocommit

BROKEN = 2  # of psycopg2's ``closed``: the other side did it; 1 is close()


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
