# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One lazy savepoint per item, so that a failed item is rolled back alone.

A savepoint costs as much as all else that is done for an item together. So it is made
before the first statement of the item, and the savepoint of an item before is released
with it. Both precede that statement in the same round trip, where PostgreSQL is known
to understand it: it parses all of a message before it runs anything, and would make no
savepoint after a syntax error.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.errors import InvalidSavepointSpecification

from odoo.sql_db import BaseCursor
from odoo.tools import SQL

from ...exception import InvalidUsageError, TransactionLostError

# All by which a cursor speaks to PostgreSQL; Odoo's hands on what it does not know.
STATEMENTS = ("executemany", "callproc", "copy_from", "copy_to", "copy_expert")
ENDS = ("commit", "rollback")  # of the transaction

_numbers = itertools.count()


class ItemSavepoints:
    """A lazy savepoint for each item of a chunk.

    Args:
        cr: cursor of the chunk.
    """

    def __init__(self, cr: BaseCursor):
        self._cr = cr
        self._name = f"connector_sync_{next(_numbers)}"  # a callback may sync as well
        self._counter = itertools.count()
        self._execute = cr.execute
        self._savepoint = ""  # of this item, or of an item before
        self._understood: set[str] = set()  # code that PostgreSQL has read before
        self._is_inside = False
        self._is_protected = False  # the savepoint is that of this item

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the statements of the items inside the block."""
        self._cr.flush()  # what the caller wrote is none of an item
        names = ("execute", *STATEMENTS, *ENDS)
        own = {name: vars(self._cr)[name] for name in names if name in vars(self._cr)}
        self._cr.execute = self._executing(self._cr.execute)
        for name in STATEMENTS:
            setattr(self._cr, name, self._protecting(getattr(self._cr, name)))
        for name in ENDS:
            setattr(self._cr, name, self._forbidding(name, getattr(self._cr, name)))
        try:
            yield
        finally:
            for name in names:
                delattr(self._cr, name)
            vars(self._cr).update(own)
        if self._savepoint:
            self._execute(f"RELEASE SAVEPOINT {self._savepoint}")
            self._savepoint = ""

    def call(self, callback: Callable, *args) -> Any:
        """Return the result of a callback, with all that it wrote flushed.

        Whatever it raises, it has written nothing then.
        """
        self._is_inside, self._is_protected = True, False
        try:
            result = callback(*args)
            self._flush()
        except BaseException:
            self._take_back()
            raise
        finally:
            self._is_inside = False
        return result

    def _flush(self) -> None:
        """Flush pending writes; Odoo takes longer to find that there are none."""
        cr = self._cr
        changes = cr.transaction
        if not changes or changes.field_dirty or changes.tocompute or cr.precommit:
            cr.flush()

    def _take_back(self) -> None:
        self._cr.clear()
        if not self._is_protected:
            return
        try:
            self._execute(f"ROLLBACK TO SAVEPOINT {self._savepoint}")
        except InvalidSavepointSpecification as error:
            raise TransactionLostError(
                "Cannot take back what one item wrote: PostgreSQL did not understand "
                "its first statement, and all of the transaction is lost. Use "
                "parameters for values instead of AsIs."
            ) from error

    def _executing(self, execute: Callable) -> Callable:
        def speak(query, params=None, log_exceptions=True):
            code = query.code if isinstance(query, SQL) else None
            if self._is_inside and not self._is_protected:
                if code in self._understood:
                    query, params = f"{self._protection()}{code}", query.params
                else:
                    self._protect()
            answer = execute(query, params, log_exceptions)
            if code:
                self._understood.add(code)
            return answer

        return speak

    def _protecting(self, method: Callable) -> Callable:
        def speak(*args, **kwargs):
            if self._is_inside and not self._is_protected:
                self._protect()
            return method(*args, **kwargs)

        return speak

    def _protect(self) -> None:
        """Create the savepoint of this item."""
        self._execute(self._protection())

    def _protection(self) -> str:
        """Return the SQL that creates this item's savepoint and releases the last."""
        ended = f"RELEASE SAVEPOINT {self._savepoint}; " if self._savepoint else ""
        self._savepoint = f"{self._name}_{next(self._counter)}"
        self._is_protected = True
        return f"{ended}SAVEPOINT {self._savepoint}; "

    def _forbidding(self, name: str, method: Callable) -> Callable:
        def end(*args, **kwargs):
            if self._is_inside:
                raise InvalidUsageError(
                    f"Cannot {name} in a callback of a sync: the links of its chunk "
                    "are not complete. Drop it, or use a cursor of your own."
                )
            return method(*args, **kwargs)

        return end
