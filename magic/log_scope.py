# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is being worked on while something is logged?"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from odoo.models import BaseModel


@dataclass(frozen=True)
class LogScope:
    """What a line of the log is about."""

    relation: str | None = None
    record: BaseModel | None = None


_NOTHING = LogScope()
_scope: ContextVar[LogScope] = ContextVar("connector_log_scope", default=_NOTHING)


def current_scope() -> LogScope:
    """Return what is being worked on."""
    return _scope.get()


@contextmanager
def log_about(
    relation: str | None = None, record: BaseModel | None = None
) -> Iterator[None]:
    """Let what is logged inside the block be found by its relation and its record.

    What is not given stays as it is around the block.
    """
    around = _scope.get()
    token = _scope.set(LogScope(relation or around.relation, record or around.record))
    try:
        yield
    finally:
        _scope.reset(token)
