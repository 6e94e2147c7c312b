# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Events: observers of records, called at once or after the commit.

An :class:`Event` is an observer: consumers subscribe to it, for all models or
for some, and :meth:`Event.fire` calls those whose addon is installed.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, MutableSet, Sequence
from typing import Any, TypeVar, overload

from odoo.modules.registry import Registry

from .addon import addon_of_module, installed_addons
from .exception import InvalidUsageError
from .session import ConnectorSession, ConnectorSessionHandler

_logger = logging.getLogger(__name__)

Consumer = Callable[..., object]
Function = TypeVar("Function", bound=Consumer)  # which a decorator returns unchanged

IN_TRANSACTION = "transaction"  # at once; an error stops the caller's transaction
AFTER_COMMIT = "commit"  # later, on a cursor of its own; an error is logged
AS_JOB = "job"  # the consumer is a job, delayed in the caller's transaction
MOMENTS = (IN_TRANSACTION, AFTER_COMMIT, AS_JOB)


class ConsumerGroup(MutableSet[Consumer]):
    """The consumers of one model (or of all), in order of subscription.

    It compares equal to a plain set of the same functions.
    """

    def __init__(self, consumers: Iterable[Consumer] = ()) -> None:
        self._moments = dict.fromkeys(consumers, IN_TRANSACTION)

    def __contains__(self, consumer: object) -> bool:
        return consumer in self._moments

    def __iter__(self) -> Iterator[Consumer]:
        return iter(self._moments)

    def __len__(self) -> int:
        return len(self._moments)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._moments)!r})"

    def add(self, consumer: Consumer, moment: str = IN_TRANSACTION) -> None:
        """Add a consumer; a known consumer only changes its moment."""
        self._moments[consumer] = moment

    def discard(self, consumer: Consumer) -> None:
        """Remove a consumer; silent when it is unknown."""
        self._moments.pop(consumer, None)

    def moments(self) -> Iterable[tuple[Consumer, str]]:
        """Return each consumer with the moment at which it is called."""
        return self._moments.items()


class Event:
    """Something that happens to records, with the consumers that subscribed.

    ::

        on_order_paid = Event()

        @on_order_paid(model_names="sale.order")
        def export_order(session, model_name, record_id):
            ...

        on_order_paid.fire(session, "sale.order", order.id)

    A consumer subscribed for all models and again for one of them runs twice.
    """

    def __init__(self) -> None:
        self._consumers: dict[str | None, ConsumerGroup] = {None: ConsumerGroup()}

    @overload
    def __call__(
        self,
        consumer: Function,
        model_names: str | Iterable[str] | None = None,
        replacing: Consumer | None = None,
        moment: str = IN_TRANSACTION,
    ) -> Function: ...

    @overload
    def __call__(
        self,
        consumer: None = None,
        model_names: str | Iterable[str] | None = None,
        replacing: Consumer | None = None,
        moment: str = IN_TRANSACTION,
    ) -> Callable[[Function], Function]: ...

    def __call__(
        self,
        consumer: Consumer | None = None,
        model_names: str | Iterable[str] | None = None,
        replacing: Consumer | None = None,
        moment: str = IN_TRANSACTION,
    ) -> Any:
        """Subscribe the decorated function; it is returned unchanged."""

        def subscribe(function: Consumer) -> Consumer:
            self.subscribe(function, model_names, replacing, moment)
            return function

        return subscribe if consumer is None else subscribe(consumer)

    def subscribe(
        self,
        consumer: Consumer,
        model_names: str | Iterable[str] | None = None,
        replacing: Consumer | None = None,
        moment: str = IN_TRANSACTION,
    ) -> None:
        """Call the consumer whenever the event fires.

        Args:
            consumer: called as ``consumer(session, model_name, *args, **kwargs)``.
            model_names: one model, several, or None for all of them.
            replacing: a consumer to unsubscribe from the same groups; one that
                is subscribed for all models stays when a model is named here.
            moment: ``"transaction"`` calls it at once, ``"commit"`` after the
                commit with a session on a fresh cursor, ``"job"`` delays it.

        Raises:
            InvalidUsageError: the moment is unknown, or the consumer of moment
                ``"job"`` is not a job.
        """
        _check_moment(consumer, moment)
        for name in _group_names(model_names):
            group = self._consumers[name] = self._group(name)
            if replacing is not None:
                group.discard(replacing)
            group.add(consumer, moment)

    def unsubscribe(
        self, consumer: Consumer, model_names: str | Iterable[str] | None = None
    ) -> None:
        """Remove a consumer; silent when the consumer or the model is unknown."""
        for name in _group_names(model_names):
            if name in self._consumers:
                self._consumers[name].discard(consumer)

    def has_consumer_for(self, session: ConnectorSession, model_name: str) -> bool:
        """Tell whether an installed consumer listens to the model."""
        return self.has_consumer_in(session.env.registry, model_name)

    def has_consumers(self) -> bool:
        """Tell whether anybody may listen, to any model."""
        return len(self._consumers) > 1 or bool(self._consumers[None])

    def has_consumer_in(self, registry: Registry, model_name: str) -> bool:
        """Same as :meth:`has_consumer_for`, for callers without a session."""
        groups = self._consumers
        if not groups[None] and model_name not in groups:
            return False  # the path of every record that nobody watches
        return bool(self._listening(registry, model_name))

    def fire(
        self, session: ConnectorSession, model_name: str, *args: Any, **kwargs: Any
    ) -> None:
        """Call every installed consumer: those of all models first.

        Raises:
            InvalidUsageError: ``model_name`` is not a string.
        """
        if not isinstance(model_name, str):
            raise InvalidUsageError(
                f"Cannot fire an event: its model is {model_name!r}, expected the "
                "name of a model. Pass record._name."
            )
        consumers = self._listening(session.env.registry, model_name)
        self._call(consumers, session, model_name, args, kwargs)

    def fire_each(
        self,
        session: ConnectorSession,
        model_name: str,
        ids: Iterable[int],
        *args: Any,
    ) -> None:
        """Fire for each of many records; who listens is looked up once."""
        if consumers := self._listening(session.env.registry, model_name):
            for id_ in ids:
                self._call(consumers, session, model_name, (id_, *args), {})

    def _call(
        self,
        consumers: Iterable[tuple[Consumer, str]],
        session: ConnectorSession,
        model_name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        for consumer, moment in consumers:
            if moment == IN_TRANSACTION:
                consumer(session, model_name, *args, **kwargs)
            elif moment == AFTER_COMMIT:
                self._call_after_commit(consumer, session, model_name, args, kwargs)
            elif not session.context.get("connector_no_export"):
                # in the job, the consumer could not see that this is not to be exported
                self._delay(consumer, session, model_name, args, kwargs)

    def _listening(
        self, registry: Registry, model_name: str
    ) -> list[tuple[Consumer, str]]:
        """Return the installed consumers as a list of its own."""
        installed = installed_addons(registry)
        return [
            (consumer, moment)
            for name in (None, model_name)
            if self._consumers.get(name)
            for consumer, moment in self._group(name).moments()
            if addon_of_module(consumer.__module__) in installed
        ]

    def _group(self, name: str | None) -> ConsumerGroup:
        """Return the consumers of a model, including sets stored by hand."""
        group = self._consumers.get(name, ())
        return group if isinstance(group, ConsumerGroup) else ConsumerGroup(group)

    def _call_after_commit(
        self,
        consumer: Consumer,
        session: ConnectorSession,
        model_name: str,
        args: Iterable[Any],
        kwargs: dict[str, Any],
    ) -> None:
        handler = ConnectorSessionHandler(
            session.cr.dbname, session.uid, dict(session.context)
        )
        # the caller may use its dictionary of values again before the commit
        args = [dict(arg) if isinstance(arg, dict) else arg for arg in args]

        def call() -> None:
            try:
                with handler.session() as fresh:
                    if self._holds_true(fresh, model_name, args):
                        consumer(fresh, model_name, *args, **kwargs)
            except Exception:  # noqa: BLE001 the commit is made: all we can do is log
                _logger.exception(
                    "consumer %s.%s of %s failed after the commit",
                    consumer.__module__,
                    consumer.__qualname__,
                    model_name,
                )

        session.cr.postcommit.add(call)

    def _delay(
        self,
        consumer: Consumer,
        session: ConnectorSession,
        model_name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        jobs = session.env["connector.queue.job"]
        jobs._delay_consumer(consumer, model_name, args, kwargs)

    def _holds_true(
        self, session: ConnectorSession, model_name: str, args: Sequence[Any]
    ) -> bool:
        """Tell whether the change was committed, and not undone by a savepoint."""
        return True


class RecordEvent(Event):
    """An event of one record: its first argument after the model is the id.

    Args:
        leaves_record: the record exists after the event.
    """

    def __init__(self, leaves_record: bool = True) -> None:
        super().__init__()
        self._leaves_record = leaves_record

    def _holds_true(
        self, session: ConnectorSession, model_name: str, args: Sequence[Any]
    ) -> bool:
        exists = bool(session.env[model_name].browse(args[0]).exists())
        return exists is self._leaves_record


class RecordWriteEvent(RecordEvent):
    """An event of one record with the values written to it.

    As a job, a consumer is called once for several writes: while its job waits, the
    values of later ones are merged into it.
    """

    def _delay(
        self,
        consumer: Consumer,
        session: ConnectorSession,
        model_name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        session.env["connector.queue.job"]._delay_merged(consumer, model_name, *args)


def _group_names(model_names: str | Iterable[str] | None) -> list[str | None]:
    if model_names is None or isinstance(model_names, str):
        return [model_names]
    return list(model_names)


def _check_moment(consumer: Consumer, moment: str) -> None:
    if moment not in MOMENTS:
        raise InvalidUsageError(
            f"Cannot subscribe {consumer!r}: moment is {moment!r}, expected one of "
            f"{', '.join(map(repr, MOMENTS))}."
        )
    if moment == AS_JOB and not hasattr(consumer, "delay"):
        raise InvalidUsageError(
            f"Cannot subscribe {consumer!r} with moment 'job': it is a plain "
            "function, expected a job. Decorate it with @job."
        )


on_record_create = RecordEvent()
"""``consumer(session, model_name, record_id, vals)``, after the create.

``vals`` is the dictionary given to ``create`` for that record.
"""

on_record_write = RecordWriteEvent()
"""``consumer(session, model_name, record_id, vals)``, after the write, once per id.

What a write writes in turn, such as the inherited fields of the record behind a
binding, is one event of each record, with all values. Stored computed fields that
changed, and the other side of a many2many that was written, are events, too.
"""

on_record_unlink = RecordEvent(leaves_record=False)
"""``consumer(session, model_name, record_id)``, before the unlink, once per id."""
