# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declaration of syncs, and push of changed records to another system, by jobs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from odoo import api
from odoo.models import BaseModel
from odoo.modules.registry import Registry

from ...addon import addon_of_module, is_module_installed
from ...event import Event, on_record_create, on_record_unlink, on_record_write
from ...exception import InvalidUsageError
from ...queue.delay.call import IdentifiedCall
from ...queue.delay.options import check_declared
from ...session import ConnectorSession
from ...text import did_you_mean, reference_of
from ..links.book import LinkBook
from ..links.side import Ref
from ..sync_job import push_deletion, sync_chunk
from .declared import DECLARED, PUSHES, DeclaredSync
from .description import EXTERNAL, ODOO, ODOO2X, RAISE
from .echo import is_echo_of

_WAITING = "connector.push"  # key of what is delayed when the transaction is committed


class PushedSync(DeclaredSync):
    """A declared sync that can push records when they change."""

    def push_on(  # noqa: PLR0913 what a declaration says, by keyword
        self,
        model_name: str,
        create: bool = False,
        write: bool = False,
        unlink: Callable[..., Any] | None = None,
        fields: Iterable[str] | None = None,
        public_user: str | None = None,
    ) -> None:
        """Push changed records to the other system, by ``sync_odoo2x``.

        One job for each record, however often it changes meanwhile, runs after the
        commit. What a sync of this relation writes itself is not pushed back.

        Args:
            model_name: of the records.
            create: push new records.
            write: push what was changed of known ones.
            unlink: a function that gets MAGIC and the ref of a record that is gone.
            fields: push a change only if it is one of these fields; any by default.
            public_user: XML id of the user as whom jobs run that the public user or
                nobody causes, on a web site for instance; without, such a change is
                refused.

        Raises:
            InvalidUsageError: there is nothing to push, or an argument is wrong.
        """
        flags = create, write, unlink, fields
        Push.of(self, model_name, *flags, public_user).subscribe()


def declare_sync(relation: str) -> Callable[[Callable[..., Any]], PushedSync]:
    """Declare the decorated function as the sync of a relation.

    ::

        @declare_sync("my_system_and_odoo_employee_rel")
        def employee_sync(MAGIC):
            return {"x": {"get_ref": …}, "odoo": {"create": …}}

    Raises:
        InvalidUsageError: another function is declared for it.
    """
    if not isinstance(relation, str) or not relation:
        raise InvalidUsageError(
            f"Cannot declare a sync: the relation is {relation!r}, expected its name. "
            'Write @declare_sync("name of the relation").'
        )

    def declare(function: Callable[..., Any]) -> PushedSync:
        new, known = PushedSync(relation, function), DECLARED.get(relation)
        if known and known.place != new.place:  # else it is loaded anew
            raise InvalidUsageError(
                f"Cannot declare {new.place} as sync of {relation!r}: "
                f"{known.place} is. Take another relation."
            )
        DECLARED[relation] = new
        return new

    return declare


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
        public_user: XML id of the user of jobs that the public user or nobody causes.
    """

    relation: str
    model_name: str
    module: str
    create: bool
    write: bool
    unlink: Callable[..., Any] | None
    fields: frozenset[str] | None
    public_user: str | None = None

    @classmethod
    def of(  # noqa: PLR0913 what push_on takes
        cls,
        declared: DeclaredSync,
        model_name: str,
        create: bool,
        write: bool,
        unlink: Callable[..., Any] | None,
        fields: Iterable[str] | None,
        public_user: str | None = None,
    ) -> "Push":
        """Return the push of a declared sync, with its arguments checked."""
        _check(declared, model_name, bool(create or write or unlink), unlink, fields)
        if public_user is not None:
            check_declared("public_user", public_user)
        module = declared.function.__module__
        names = None if fields is None else frozenset(fields)
        flags = bool(create), bool(write), unlink or None, names
        push = cls(declared.relation, model_name, module, *flags, public_user)
        for _database, registry in list(Registry.registries.items()):
            if registry.ready:  # else they are checked once it is loaded
                push.check_fields(registry)
        return push

    def check_fields(self, registry: Registry) -> None:
        """Check that the fields exist, where the declaring addon is installed.

        Raises:
            InvalidUsageError: one does not.
        """
        is_ours = is_module_installed(registry, addon_of_module(self.module))
        model = registry.get(self.model_name)
        if not (self.fields and is_ours and model):  # it may be of an optional addon
            return
        for name in sorted(self.fields - model._fields.keys()):
            raise InvalidUsageError(
                f"Cannot push_on of {self.relation!r}: {self.model_name!r} has no "
                f"field {name!r}, expected names of its fields."
                f"{did_you_mean(name, model._fields)}"
            )

    def subscribe(self) -> None:
        """Subscribe to the record events of the model."""
        PUSHES[self.relation, self.model_name] = self
        listeners: list[tuple[Event, object, Callable[..., Any]]] = [
            (on_record_create, self.create, self._on_create),
            (on_record_write, self.write, self._on_write),
            (on_record_unlink, self.unlink, self._on_unlink),
        ]
        for event, is_wanted, method in listeners:
            if is_wanted:
                event.subscribe(self._consumer(method), self.model_name)

    def _consumer(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return an event consumer that belongs to the declaring addon."""

        def consume(
            session: ConnectorSession, model_name: str, record_id: int, *vals: Any
        ) -> None:
            is_quiet = session.context.get("connector_no_export")
            if not is_quiet and not is_echo_of(self.relation):
                method(session, record_id, *vals)

        consume.__module__ = self.module
        return consume

    def _on_create(
        self, session: ConnectorSession, record_id: int, _vals: object
    ) -> None:
        self._wait_for_commit(session).changed[record_id] = True

    def _on_write(
        self, session: ConnectorSession, record_id: int, vals: dict[str, Any]
    ) -> None:
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

    def delay(self, session: ConnectorSession, records: BaseModel) -> None:
        """Delay a job for each record that has none yet."""
        flags = self.create, self.write
        calls = [(ODOO2X, self.relation, flags, RAISE, record) for record in records]
        sync_chunk.delay_many(
            session,
            self.model_name,
            calls,
            identity_key=_push_key,
            public_user=self.public_user,
            description=f"Push a changed record to {self.relation}",
        )

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

    def __init__(self, push: Push, session: ConnectorSession) -> None:
        self._push = push
        self._session = session
        self.changed: dict[int, bool] = {}
        self.gone: list[Ref] = []

    def delay(self) -> None:
        """Store the jobs."""
        push, session = self._push, self._session
        if self.changed:
            push.delay(session, session.env[push.model_name].browse(self.changed))
        if self.gone:
            gone = [(push.relation, ref) for ref in self.gone]
            push_deletion.delay_many(
                session, push.model_name, gone, public_user=push.public_user
            )


class Changes:
    """All changes that are to be pushed when the transaction is committed."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Push, api.Environment], Waiting] = {}

    def __deepcopy__(self, _memo: object) -> "Changes":
        return self  # tests copy the hooks of a cursor

    def of(self, push: Push, session: ConnectorSession) -> Waiting:
        """Return the pushed changes of a user."""
        return self._waiting.setdefault((push, session.env), Waiting(push, session))

    def delay(self) -> None:
        """Store the jobs."""
        for waiting in self._waiting.values():
            waiting.delay()


def _push_key(call: IdentifiedCall) -> str:
    _model_name, _helper, relation, _flags, _on_error, record = call.args
    return f"push {relation} {reference_of(record)}"


def _check(
    declared: DeclaredSync,
    model_name: object,
    is_wanted: bool,
    unlink: object,
    fields: Iterable[str] | None,
) -> None:
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
