# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Has a job said anything to the database?

One that has not leaves nothing behind in the session, and the statement that stores its
success can be the whole transaction: one round trip instead of four.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, TRANSACTION_STATUS_IDLE

from odoo.sql_db import PsycoConnection

from .connection import in_autocommit


class JobSession(PsycoConnection):
    """A connection that knows whether it was used since it was clean.

    Whatever is said on it begins a transaction, which is seen here at the latest when
    it ends. In autocommit nothing would be seen: who asks for that has used it.
    """

    _is_clean = True

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
