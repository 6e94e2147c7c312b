# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is being worked on while something is logged?"""

from contextvars import ContextVar
from typing import NamedTuple

from odoo.models import BaseModel


class LogScope(NamedTuple):
    """What a line of the log is about."""

    relation: str | None = None
    record: BaseModel | None = None


_NOTHING = LogScope()
_scope: ContextVar[LogScope] = ContextVar("connector_log_scope", default=_NOTHING)


def current_scope() -> LogScope:
    """Return what is being worked on."""
    return _scope.get()


class log_about:  # noqa: N801 used as a function
    """Let what is logged inside the block be found by its relation and its record.

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
