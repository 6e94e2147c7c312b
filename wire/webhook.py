# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks: which notifications of a backend are about which records here.

A place is where something stands in an event: a key of the payload with dots for keys
in keys (``"data.order.code"``), or a header (``"header:X-Topic"``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any

from ..exception import InvalidUsageError
from ..text import did_you_mean, is_missing
from .pages import MISSING, find_key
from .schemes import Scheme, parse_moment

PATH = "/connector/webhook/"  # of each address, before its token
HEADER = "header:"  # how a place in the headers begins
WHOLE = "."  # the place that is the whole payload
TOPICS = ("topic", "event", "type", "action")  # where most systems have the topic
DELETED = "*delete*"
TEXT_MAX = 255  # characters of an id or a topic


@dataclass(frozen=True)
class Webhook:
    """Events of a backend that are about records of one model.

    An event is a notification: the record that it names is read. With ``record`` it
    carries the whole record, which is imported as it is.

    Args:
        topics: pattern of the topics, with ``*`` for anything: ``"order.*"``.
        model: binding model of the records.
        id: place of the external id.
        event_id: place of the id of the event, which is the same when it is sent again;
            None: that of the scheme, if it has one.
        occurred: place of the time at which it happened, as ISO text or in seconds or
            milliseconds since 1970.
        deleted: patterns of the topics that tell of a deletion.
        record: place of the whole record, ``"."`` for the payload itself; None: the
            record is read.
    """

    topics: str
    model: str
    id: str = "id"
    event_id: str | None = None
    occurred: str | None = None
    deleted: str | Sequence[str] = DELETED
    record: str | None = None

    @property
    def name(self) -> str:
        """The pattern: an addon replaces a webhook by one with the same."""
        return self.topics

    def tells_of_deletion(self, topic: str) -> bool:
        """Return whether events with a topic say that a record was deleted."""
        patterns = [self.deleted] if isinstance(self.deleted, str) else self.deleted
        return any(fnmatchcase(topic, one) for one in patterns)


@dataclass(frozen=True)
class Subscription:
    """A webhook as it is registered on a backend.

    Args:
        address: to which the backend sends.
        topics: patterns, as they are declared; None where the backend does not say.
        id: of the subscription over there.
        is_active: False where the backend has given it up.
        secret: for a new one, where the scheme has a secret.
    """

    address: str
    topics: Sequence[str] | None = None
    id: str | None = None
    is_active: bool = True
    secret: str | None = None


@dataclass(frozen=True)
class EventFacts:
    """What an event says, as far as the declared webhooks can read it.

    Args:
        topic: empty where there is none.
        webhook: that is for the topic, None where none is.
        external_id: of the record, None where it was not found.
        event_id: the same when the event is sent again.
        occurred_at: in UTC without its zone.
        is_deleted: whether the record was deleted.
        problem: why it cannot be worked; empty where it can.
    """

    topic: str = ""
    webhook: Webhook | None = None
    external_id: str | None = None
    event_id: str | None = None
    occurred_at: datetime | None = None
    is_deleted: bool = False
    problem: str = ""


def read_event(
    webhooks: Mapping[str, Webhook],
    topics: str | Iterable[str],
    scheme: Scheme,
    payload: Any,
    headers: Mapping[str, str],
) -> EventFacts:
    """Return what an event says.

    Args:
        webhooks: by their patterns.
        topics: places where its topic may stand; the first that has one counts.
        scheme: of the backend.
        payload: of the event.
        headers: by names in any case.
    """
    topic = _find_topic(topics, payload, headers)
    webhook = find_webhook(webhooks, topic)
    facts = EventFacts(topic[:TEXT_MAX], webhook)
    place = webhook and webhook.event_id
    place = place or (f"{HEADER}{scheme.event_id}" if scheme.event_id else None)
    event_id = text_at(place, payload, headers) if place else None
    facts = replace(facts, event_id=event_id and event_id[:TEXT_MAX])
    if webhook is None:
        return replace(facts, problem=_unknown(topic, webhooks))
    external_id = text_at(webhook.id, payload, headers)
    return replace(
        facts,
        external_id=external_id and external_id[:TEXT_MAX],
        occurred_at=_find_moment(webhook.occurred, payload, headers),
        is_deleted=webhook.tells_of_deletion(topic),
        problem=_problem(webhook, external_id),
    )


def find_webhook(webhooks: Mapping[str, Webhook], topic: str) -> Webhook | None:
    """Return the webhook for a topic: with its very name, else the first that fits."""
    if topic in webhooks:
        return webhooks[topic]
    found = (one for one in webhooks.values() if fnmatchcase(topic, one.topics))
    return next(found, None)


def find_record(webhook: Webhook, payload: Any) -> Any:
    """Return the record that an event carries, None where it has to be read."""
    if webhook.record is None:
        return None
    found = find_key(payload, None if webhook.record == WHOLE else webhook.record)
    return found if isinstance(found, dict) else None


def find_place(place: str, payload: Any, headers: Mapping[str, str]) -> Any:
    """Return what stands at a place, ``MISSING`` where nothing does."""
    if place.startswith(HEADER):
        return headers.get(place.removeprefix(HEADER)) or MISSING
    return find_key(payload, place)


def text_at(place: str, payload: Any, headers: Mapping[str, str]) -> str | None:
    """Return the id or the word at a place, None where there is none."""
    found = find_place(place, payload, headers)
    if found is MISSING or is_missing(found) or not isinstance(found, str | int):
        return None
    return None if isinstance(found, bool) else str(found).replace("\0", "")


def check_webhooks(
    webhooks: Sequence[Any], scheme: object, models: Collection[str], owner: str
) -> None:
    """Refuse webhooks of a backend model that cannot work.

    Args:
        webhooks: as they are declared.
        scheme: of the backend model.
        models: binding models of the backend model.
        owner: name of the backend model.

    Raises:
        InvalidUsageError: one names a model that is not there, or is no webhook.
    """
    if not isinstance(scheme, Scheme):
        name = getattr(scheme, "__name__", "")
        hint = f" Did you mean {name}(…)?" if name else ""
        raise InvalidUsageError(
            f"_webhook_scheme of {owner!r} is {scheme!r}, expected PathSecret(), "
            f"SharedHeader(…), Hmac(…) or StandardWebhooks().{hint}"
        )
    for one in webhooks:
        if not isinstance(one, Webhook):
            raise InvalidUsageError(
                f"_webhooks of {owner!r} has {one!r}, expected Webhook(…)."
            )
        where = f"Webhook {one.topics!r} of {owner!r}"
        if one.model not in models:
            listed = ", ".join(map(repr, models)) or "none"
            hint = did_you_mean(one.model, models) or f" There are {listed}."
            raise InvalidUsageError(
                f"{where} is for model {one.model!r}, expected a binding with "
                f"_backend_model = {owner!r}.{hint}"
            )
        for argument in ("id", "event_id", "occurred", "record"):
            _check_place(getattr(one, argument), f"{argument} of {where}")


def _check_place(place: object, where: str) -> None:
    if place is None or (isinstance(place, str) and place.removeprefix(HEADER)):
        return
    raise InvalidUsageError(
        f"{where} is {place!r}, expected a key such as 'data.code', or a header such "
        "as 'header:X-Code'."
    )


def _find_topic(
    places: str | Iterable[str], payload: Any, headers: Mapping[str, str]
) -> str:
    places = [places] if isinstance(places, str) else places
    found = (text_at(place, payload, headers) for place in places)
    return next(filter(None, found), "")


def _find_moment(
    place: str | None, payload: Any, headers: Mapping[str, str]
) -> datetime | None:
    """Return a time in UTC without its zone, None for what is none."""
    if place is None:
        return None
    found = parse_moment(find_place(place, payload, headers))
    return found and found.astimezone(timezone.utc).replace(tzinfo=None)


def _problem(webhook: Webhook, external_id: str | None) -> str:
    if external_id is None:
        return (
            f"There is no id at {webhook.id!r}. Correct id= of Webhook "
            f"{webhook.topics!r}, then press Replay."
        )
    if len(external_id) > TEXT_MAX:
        return f"The id at {webhook.id!r} has more than {TEXT_MAX} characters."
    return ""


def _unknown(topic: str, webhooks: Mapping[str, Webhook]) -> str:
    known = ", ".join(webhooks) or "none"
    if not topic:
        return f"It has no topic. Say in _webhook_topic where it is. Known: {known}."
    return f"No webhook is for topic {topic!r}. Known: {known}."
