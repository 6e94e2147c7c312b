# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Preview guard: a transaction in which nothing is written, and who tried to.

PostgreSQL keeps the transaction read-only, and adapters refuse to change the backend.
What a mapping tries to write is noted with the name of the mapping, also where it
catches the error.
"""

import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from psycopg2.errors import ReadOnlySqlTransaction

from odoo.modules.registry import Registry
from odoo.sql_db import BaseCursor

from ...components.backend_adapter import BackendAdapter
from ...components.core import UNIT_GUARD, ConnectorUnit
from ...components.mapper import Mapper
from ...exception import InvalidUsageError

STATEMENT = re.compile(r"\b(INSERT INTO|(?<!FOR )UPDATE|DELETE FROM) \"?(\w+)", re.I)
SHOWN = 100  # characters of another statement


class WriteInPreviewError(InvalidUsageError):
    """Something was about to be written while an import is previewed."""


class PreviewGuard:
    """What a preview has refused to write.

    Args:
        cr: cursor of the preview.
    """

    def __init__(self, cr: BaseCursor):
        self.cr = cr
        self.writes: list[str] = []
        """Each write that was refused: what wanted it, and what it was."""
        self._running: list[str] = []

    def prepare(self, unit: ConnectorUnit) -> None:
        """Guard a unit: adapters refuse to write, the steps of mappers are watched."""
        name = type(unit).__qualname__.rpartition(".")[2]
        if isinstance(unit, BackendAdapter):
            unit.is_read_only = True
            for verb in unit._writes:
                setattr(unit, verb, self._forbidden(f"calls {name}.{verb}"))
        elif isinstance(unit, Mapper):
            for method in (*unit._map_methods, "finalize"):
                watched = self._watched(getattr(unit, method), f"{name}.{method}")
                setattr(unit, method, watched)
            direct = self._watched(unit._map_direct, f"{name}.direct")
            vars(unit)["_map_direct"] = direct

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        """Note under a name what the block wants to write to the database."""
        self._running.append(name)
        try:
            yield
        finally:
            self._note_pending()
            self._running.pop()

    def note(self, what: str) -> str:
        """Note that what runs wanted to write, and return the note."""
        running = self._running[-1] if self._running else "The import"
        self.writes.append(f"{running} {what}")
        return self.writes[-1]

    # === HELPERS === #

    def _watched(self, method: Callable, name: str) -> Callable:
        @wraps(method)
        def watched(*args, **kwargs):
            with self.watching(name):
                return method(*args, **kwargs)

        return watched

    def _forbidden(self, what: str) -> Callable:
        def refuse(*args, **kwargs):
            raise WriteInPreviewError(
                f"Cannot preview: {self.note(what)}, which would change the backend. "
                "Do that in _after_import of the importer."
            )

        return refuse

    def _note_pending(self) -> None:
        """Note what Odoo would write later, and let it forget that."""
        transaction = self.cr.transaction
        if transaction is None or not transaction.field_dirty:
            return
        for field, ids in list(transaction.field_dirty.items()):
            real_ids = tuple(id_ for id_ in ids if id_)
            if real_ids:
                self.note(f"writes {field.name!r} of {field.model_name}{real_ids}")
        transaction.clear()

    def _guard_cursor(self) -> Callable[[], None]:
        """Note the statements that PostgreSQL refuses; return what undoes that."""
        cr = self.cr
        execute = cr.execute

        def guarded_execute(query, params=None, log_exceptions=False):
            try:
                return execute(query, params, log_exceptions=False)
            except ReadOnlySqlTransaction as error:
                self.note(_describe(query, error))
                raise

        guarded = {
            "execute": guarded_execute,
            "commit": self._forbidden("commits the transaction"),
            "rollback": self._forbidden("rolls the transaction back"),
        }
        vars(cr).update(guarded)

        def release() -> None:
            for name in guarded:
                vars(cr).pop(name)

        return release


@contextmanager
def read_only_cursor(registry: Registry) -> Iterator[PreviewGuard]:
    """Open a cursor in whose only transaction nothing can be written.

    Odoo's own read-only cursor writes where there is no replica, and a replica may not
    know what is here now.
    """
    cr = registry.cursor()
    try:
        cr.execute("SET TRANSACTION READ ONLY")
        guard = PreviewGuard(cr)
        cr.cache[UNIT_GUARD] = guard
        release = guard._guard_cursor()
        try:
            yield guard
        finally:
            release()
    finally:
        cr.close()


def _describe(query, error: ReadOnlySqlTransaction) -> str:
    """Return what a refused statement wanted."""
    text = " ".join(str(getattr(query, "code", query)).split())
    if found := STATEMENT.search(text):
        return f"runs {found[1].upper()} {found[2]}"
    return f"runs {textwrap.shorten(text, SHOWN)!r} ({str(error).strip()})"
