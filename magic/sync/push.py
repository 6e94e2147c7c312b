# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Push of changed records to another system, by jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ...event import on_record_create, on_record_unlink, on_record_write
from ...exception import InvalidUsageError
from ...session import ConnectorSession
from ..links.book import LinkBook
from .route import EXTERNAL, ODOO

PUSHES: dict[tuple[str, str], "Push"] = {}
"""What is pushed, by relation and model."""

_WAITING = "connector.push"  # key of what is delayed when the transaction is committed
_writing: ContextVar[tuple[str, ...]] = ContextVar("writing", default=())


@contextmanager
def writing(relation: str) -> Iterator[None]:
    """Mark what is written inside the block as coming from the other system."""
    token = _writing.set((*_writing.get(), relation))
    try:
        yield
    finally:
        _writing.reset(token)


@dataclass(frozen=True)
class Push:
    """The pushed part of a model, for one relation.

    Args:
        relation: of a declared sync.
        model_name: of the records.
        module: of the function that declares it; it listens where that is installed.
        create: new records are pushed.
        write: changes of known ones are.
        unlink: gets MAGIC and the ref of a record that is gone.
        fields: a change counts when it is one of these; None for all.
    """

    relation: str
    model_name: str
    module: str
    create: bool
    write: bool
    unlink: Callable | None
    fields: frozenset[str] | None

    @classmethod
    def of(cls, declared, model_name: str, create, write, unlink, fields) -> "Push":
        """Return the push of a declared sync, with its arguments checked."""
        _check(declared, model_name, create or write or unlink, unlink, fields)
        module = declared.function.__module__
        fields = None if fields is None else frozenset(fields)
        flags = bool(create), bool(write), unlink or None, fields
        return cls(declared.relation, model_name, module, *flags)

    def subscribe(self) -> None:
        """Subscribe to the record events of the model."""
        PUSHES[self.relation, self.model_name] = self
        listeners = [
            (on_record_create, self.create, self._on_create),
            (on_record_write, self.write, self._on_write),
            (on_record_unlink, self.unlink, self._on_unlink),
        ]
        for event, is_wanted, method in listeners:
            if is_wanted:
                event.subscribe(self._consumer(method), self.model_name)

    def _consumer(self, method: Callable) -> Callable:
        """Return an event consumer that belongs to the declaring addon."""

        def consume(session, model_name, record_id, *vals):
            is_quiet = session.context.get("connector_no_export")
            if not is_quiet and self.relation not in _writing.get():
                method(session, record_id, *vals)

        consume.__module__ = self.module
        return consume

    def _on_create(self, session: ConnectorSession, record_id: int, _vals) -> None:
        self._wait_for_commit(session).changed[record_id] = True

    def _on_write(self, session: ConnectorSession, record_id: int, vals: dict) -> None:
        if self.fields is None or not self.fields.isdisjoint(vals):
            self._wait_for_commit(session).changed[record_id] = True

    def _on_unlink(self, session: ConnectorSession, record_id: int) -> None:
        rows = LinkBook(session.env, self.relation).find(
            ODOO, self.model_name, [record_id]
        )
        waiting = self._wait_for_commit(session)
        waiting.changed.pop(record_id, None)
        for row in rows.get(record_id, ()):
            if EXTERNAL in row.sides:
                waiting.gone.append(row.sides[EXTERNAL].ref)

    def _wait_for_commit(self, session: ConnectorSession) -> "Waiting":
        """Return the pushes that are delayed together before the commit."""
        hooks = session.cr.precommit
        if _WAITING not in hooks.data:
            hooks.data[_WAITING] = Changes()
            hooks.add(lambda: hooks.data.pop(_WAITING).delay())
        return hooks.data[_WAITING].of(self, session)


class Waiting:
    """Changes of one user in a transaction.

    Args:
        push: that they belong to.
        session: of the user.
    """

    def __init__(self, push: Push, session: ConnectorSession):
        self._push = push
        self._session = session
        self.changed: dict[int, bool] = {}
        self.gone: list = []

    def delay(self) -> None:
        """Store the jobs."""
        from ..sync_job import push_deletion, push_records  # which import this module

        push, session = self._push, self._session
        if self.changed:
            records = session.env[push.model_name].browse(self.changed)
            push_records(session, push, records)
        if self.gone:
            gone = [(push.relation, ref) for ref in self.gone]
            push_deletion.delay_many(session, push.model_name, gone)


class Changes:
    """All changes that are to be pushed when the transaction is committed."""

    def __init__(self):
        self._waiting: dict[tuple, Waiting] = {}

    def __deepcopy__(self, _memo) -> "Changes":
        return self  # tests copy the hooks of a cursor

    def of(self, push: Push, session: ConnectorSession) -> Waiting:
        """Return the pushed changes of a user."""
        return self._waiting.setdefault((push, session.env), Waiting(push, session))

    def delay(self) -> None:
        """Store the jobs."""
        for waiting in self._waiting.values():
            waiting.delay()


def _check(declared, model_name, is_wanted, unlink, fields) -> None:
    name = f"push_on of {declared.relation!r}"
    if not isinstance(model_name, str) or not model_name:
        raise InvalidUsageError(
            f"Cannot {name}: the model is {model_name!r}, expected its name."
        )
    if not is_wanted:
        raise InvalidUsageError(
            f"Cannot {name}: create, write and unlink are all off, expected one of "
            f"them. Say what of {model_name!r} is to be pushed."
        )
    if unlink and not callable(unlink):
        raise InvalidUsageError(
            f"Cannot {name}: unlink is {unlink!r}, expected a function that gets MAGIC "
            "and the ref of a record that is gone."
        )
    if isinstance(fields, str) or not all(isinstance(one, str) for one in fields or ()):
        raise InvalidUsageError(
            f"Cannot {name}: fields is {fields!r}, expected a list of names."
        )
