# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log scope: the relation and the record that log lines are about."""

from contextvars import ContextVar
from typing import NamedTuple

from odoo.models import BaseModel


class LogScope(NamedTuple):
    """The relation and the record that log lines are about."""

    relation: str | None = None
    record: BaseModel | None = None


_NOTHING = LogScope()
_scope: ContextVar[LogScope] = ContextVar("connector_log_scope", default=_NOTHING)


def current_scope() -> LogScope:
    """Return the current log scope."""
    return _scope.get()


class log_about:  # noqa: N801 used as a function
    """Attach relation and record to every log line written inside the block.

    What is not given stays as it is around the block. A class, as each item of a sync
    is such a block: a generator takes twice as long.
    """

    __slots__ = ("_record", "_relation", "_token")

    def __init__(self, relation: str | None = None, record: BaseModel | None = None):
        self._relation = relation
        self._record = record

    def __enter__(self) -> None:
        around = _scope.get()
        scope = LogScope(
            self._relation or around.relation, self._record or around.record
        )
        self._token = _scope.set(scope)

    def __exit__(self, *_error) -> None:
        _scope.reset(self._token)
