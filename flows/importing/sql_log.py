# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL errors in the log of the server: kept out where they are handled, or masked.

Odoo logs each statement that PostgreSQL refuses as an error, before anybody could catch
what it raises. Where a record is rejected, or imported again alone, nobody has to act.
Where a statement holds secrets, its values are left out of the log.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SQL_LOG = logging.getLogger("odoo.sql_db")

Errors = tuple[type[BaseException], ...]


class _Held(logging.Filter):
    """Keeps the errors of one thread, and lets all others pass."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self.records: list[logging.LogRecord] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line is logged now."""
        is_other = threading.get_ident() != self._thread
        if is_other or record.levelno < logging.ERROR:
            return True
        self.records.append(record)
        return False


class _Masked(logging.Filter):
    """Logs the errors of one thread without the values of their statements."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self._what = what

    def filter(self, record: logging.LogRecord) -> bool:
        """Return that a line is logged; that of an error is another one before."""
        is_ours = threading.get_ident() == self._thread
        if is_ours and record.levelno >= logging.ERROR:
            record.msg = "bad query on %s; its values may be secret.\nERROR: %s"
            record.args = (self._what, _primary(record.args))
        return True


@contextmanager
def masked_sql_errors(what: str) -> Iterator[None]:
    """Log the SQL errors of the block without the values of their statements.

    Args:
        what: table or model that is written, for the line in the log.
    """
    masked = _Masked(what)
    SQL_LOG.addFilter(masked)
    try:
        yield
    finally:
        SQL_LOG.removeFilter(masked)


@contextmanager
def handled_sql_errors(raised: Errors, handled: Errors) -> Iterator[None]:
    """Log the SQL errors of the block unless its caller handles what it raises.

    Args:
        raised: errors that the caller lets pass.
        handled: those that it handles, unless they are among ``raised``.
    """
    held = _Held()
    SQL_LOG.addFilter(held)
    try:
        yield
    except handled as error:
        if isinstance(error, raised):
            _log(held)
        raise
    except BaseException:
        _log(held)
        raise
    else:
        _log(held)  # code in the block handled it, as the framework does not know
    finally:
        SQL_LOG.removeFilter(held)


def _log(held: _Held) -> None:
    SQL_LOG.removeFilter(held)  # else it would hold them again
    for record in held.records:
        SQL_LOG.handle(record)


def _primary(args: object) -> str:
    """Return what PostgreSQL says first: the rest has values of the row."""
    errors = args if isinstance(args, tuple) else ()
    found = (
        getattr(getattr(one, "diag", None), "message_primary", None) for one in errors
    )
    return next(filter(None, found), "see the error that follows")
