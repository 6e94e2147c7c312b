# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""JSON codec of job arguments.

A payload is ``[[argument…], [[keyword, argument]…]]``. Text, numbers, booleans, None
and lists stand for themselves. What JSON does not know, or jsonb would alter, is an
object with exactly one key, its tag: ``{"$date": "2026-01-31"}``. A dict is
``{"$dict": [[key, value]…]}``, so no other object occurs, and data that looks like a
tag stays data.

A value of a subclass comes back as its base: a member of an IntEnum as int, a
defaultdict as dict, a namedtuple as tuple; ``keys()``, ``values()`` and ``items()`` of
a dict as list; a tzinfo other than ``datetime.timezone``, ``ZoneInfo`` and pytz as its
offset. Records come back in the environment of the job:
``sudo()`` and their context are not carried.
"""

import json
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, NoReturn, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytz
from markupsafe import Markup

from odoo import api
from odoo.models import BaseModel

from ...exception import NewerPayloadError, NotReadableJobError
from ...redaction import KnownSecrets
from ...secret import SecretText
from .unserializable import VIEWS, Refused, check_secrets, explain

VERSION = 2  # the newest that is read
WITH_MODEL = 1  # a function gets the row's model, or None, before its arguments
WITHOUT_MODEL = 2  # without a model in the row, arguments begin after the session
MAX_DEPTH = 100  # of values in values; far below Python's and PostgreSQL's limits

Writer = Callable[[Any, int], Any]  # of a value at a depth, in JSON types
Tagged = dict[str, Any]  # with one key
Expected = TypeVar("Expected")
Moment = TypeVar("Moment", datetime, time)

_to_json = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, check_circular=False, allow_nan=False
).encode

_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def has_model(model_name: str | None, version: int) -> bool:
    """Return whether a function gets the model's name before its stored arguments."""
    return model_name is not None or version < WITHOUT_MODEL


def encode(
    args: tuple[Any, ...], kwargs: dict[str, Any], secrets: KnownSecrets | None = None
) -> str:
    """Return the arguments of a call as JSON text for a jsonb column.

    Args:
        secrets: texts that no job may store.

    Raises:
        UnserializableArgumentError: an argument is not data, or holds a secret; the
            message says which.
    """
    text = _encode(args, kwargs)
    if secrets and secrets.is_in(text):
        check_secrets(args, kwargs, lambda value: secrets.is_in(_json_of(value)))
    return text


def _json_of(value: Any) -> str:
    return _to_json(_write(value, 1))


def _encode(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    try:
        return _to_json(
            [
                [_write(value, 1) for value in args],
                [[_write(name, 1), _write(kwargs[name], 1)] for name in kwargs],
            ]
        )
    except Refused as refused:
        raise explain(args, kwargs, _write, MAX_DEPTH) from refused


def decode(
    payload: list[Any] | str, env: api.Environment, version: int = VERSION
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments that were given to ``encode``.

    Args:
        payload: JSON, as text or as parsed by the driver.
        env: records come back in this environment.
        version: format of the payload, as it was stored with the job.

    Raises:
        NotReadableJobError: the payload was not written by ``encode``, or names a
            model that this database lacks.
        NewerPayloadError: a later version of ``encode`` wrote it.
    """
    if version > VERSION:
        raise NewerPayloadError(
            f"Cannot read the job's arguments: their format is {version}, expected at "
            f"most {VERSION}. Update the addon connector; the job waits for it.",
            ignore_retry=True,
        )
    try:
        args, kwargs = json.loads(payload) if isinstance(payload, str) else payload
        reader = _Reader(env)
        values = reader.read(_expect(list, args))
        return tuple(values), dict(reader.read_pairs(kwargs, key_type=str))
    except _UNREADABLE as error:
        raise NotReadableJobError(
            f"Cannot read the job's arguments: {error}; expected what "
            "odoo.addons.connector.queue.delay.codec.encode() wrote. "
            "Delay the job again from its source."
        ) from error


# === WRITE === #


def _write(value: Any, depth: int) -> Any:
    """Return the value in JSON types."""
    kind = type(value)
    if kind is str and value.isascii() and "\0" not in value:
        return value  # nearly every value is a scalar: save the call
    writer = _WRITERS.get(kind) or _find_writer(value)
    return writer(value, depth)


def _find_writer(value: object) -> Writer:
    """Return the writer of the nearest base class. Model classes must not be cached:
    each reload of a registry creates new ones.
    """
    for base in type(value).__mro__:
        if base in _WRITERS:
            return _WRITERS[base]
    raise Refused


def _refuse(_value: object, _depth: int) -> NoReturn:
    raise Refused


def _write_itself(value: Any, _depth: int) -> Any:
    return value


def _write_int(value: int, _depth: int) -> int | Tagged:
    value = int.__int__(value)
    if -(2**63) <= value < 2**63:
        return value
    return {"$int": hex(value)}  # decimals are limited in length, and slow


def _write_float(value: float, _depth: int) -> float | Tagged:
    """Tag floats that numeric would lose or alter: nan, inf, -0.0, 1e22."""
    text = float.__repr__(value)
    if "e" in text or "n" in text or text == "-0.0":
        return {"$float": text}
    return float.__float__(value)


def _write_text(value: str, _depth: int) -> str | Tagged:
    value = str.__str__(value)
    if "\0" not in value and (value.isascii() or _is_unicode(value)):
        return value
    return {"$str": value.encode("unicode_escape").decode("ascii")}


def _is_unicode(text: str) -> bool:
    """Return whether the text is free of surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _write_markup(value: Markup, depth: int) -> Tagged:
    return {"$markup": _write_text(value, depth)}


def _write_list(value: Iterable[Any], depth: int) -> list[Any]:
    if depth > MAX_DEPTH:
        raise Refused
    return [_write(item, depth + 1) for item in value]


def _write_dict(value: dict[Any, Any], depth: int) -> Tagged:
    if depth > MAX_DEPTH:
        raise Refused
    depth += 1
    pairs = [[_write(key, depth), _write(item, depth)] for key, item in value.items()]
    return {"$dict": pairs}


def _tagged_list(tag: str) -> Writer:
    return lambda value, depth: {tag: _write_list(value, depth)}


def _write_records(records: BaseModel, _depth: int) -> Tagged:
    ids = list(records._ids)  # ``ids`` would give those of the origin of a new record
    if not all(type(id_) is int for id_ in ids):
        raise Refused
    return {"$records": [records._name, ids]}


def _write_moment(value: Any) -> str | list[Any]:
    """Return a datetime or time as text, [text, fold] or [text, fold, *zone]."""
    zone = value.tzinfo
    if isinstance(zone, ZoneInfo) and zone.key:
        bare = value.replace(tzinfo=None).isoformat()
        return [bare, value.fold, "zoneinfo", zone.key]
    if isinstance(zone, pytz.BaseTzInfo) and zone.zone:
        # With its offset: pytz has one tzinfo per offset and zone.
        return [value.isoformat(), value.fold, "pytz", zone.zone]
    if zone is not None and value.utcoffset() is None:
        raise Refused
    return [value.isoformat(), value.fold] if value.fold else value.isoformat()


def _tagged(tag: str, to_json: Callable[[Any], Any]) -> Writer:
    return lambda value, _depth: {tag: to_json(value)}


_WRITERS: dict[type, Writer] = {
    type(None): _write_itself,
    bool: _write_itself,
    int: _write_int,
    float: _write_float,
    str: _write_text,
    Markup: _write_markup,
    SecretText: _refuse,
    list: _write_list,
    **dict.fromkeys(VIEWS, _write_list),
    tuple: _tagged_list("$tuple"),
    dict: _write_dict,
    set: _tagged_list("$set"),
    frozenset: _tagged_list("$frozenset"),
    bytes: _tagged("$bytes", lambda value: b64encode(value).decode()),
    Decimal: _tagged("$decimal", Decimal.__str__),
    date: _tagged("$date", date.isoformat),
    datetime: _tagged("$datetime", _write_moment),
    time: _tagged("$time", _write_moment),
    timedelta: _tagged(
        "$timedelta", lambda value: [value.days, value.seconds, value.microseconds]
    ),
    UUID: _tagged("$uuid", UUID.__str__),
    BaseModel: _write_records,
}


# === READ === #


class _Reader:
    """Decoder of values; records of one model are prefetched together."""

    def __init__(self, env: api.Environment) -> None:
        self.env = env
        self.prefetch_ids: dict[str, list[int]] = defaultdict(list)

    def read(self, value: Any) -> Any:
        """Return the value of its JSON form."""
        if isinstance(value, list):
            return [self.read(item) for item in value]
        if isinstance(value, dict):
            return self._read_tagged(value)
        return value

    def read_pairs(
        self, pairs: object, key_type: type[Expected]
    ) -> Iterator[tuple[Expected, Any]]:
        """Yield the keys and values of a dict."""
        for key, value in _expect(list, pairs):
            yield _expect(key_type, self.read(key)), self.read(value)

    def _read_tagged(self, value: dict[str, Any]) -> Any:
        if len(value) != 1:
            raise ValueError(f"{value!r:.60} has not one key")
        ((tag, content),) = value.items()
        if tag == "$dict":
            return dict(self.read_pairs(content, key_type=object))
        if tag == "$records":
            return self._read_records(*_expect(list, content))
        if tag in _COLLECTIONS:
            return _COLLECTIONS[tag](self.read(_expect(list, content)))
        if tag == "$markup":
            return Markup(_expect(str, self.read(content)))
        if tag not in _READERS:
            raise LookupError(f"{tag!r} is no tag of format {VERSION}")
        content_type, from_json = _READERS[tag]
        try:
            return from_json(_expect(content_type, content))
        except _UNREADABLE as error:
            raise ValueError(f"{value!r:.80}: {error}") from error

    def _read_records(self, model_name: str, ids: list[Any]) -> BaseModel:
        if model_name not in self.env:
            raise LookupError(f"model {model_name!r} is not installed (any more)")
        prefetch_ids = self.prefetch_ids[model_name]
        prefetch_ids += [_expect(int, id_) for id_ in ids]
        return self.env[model_name].browse(ids).with_prefetch(prefetch_ids)


def _expect(expected: type[Expected], value: object) -> Expected:
    if not isinstance(value, expected):
        raise TypeError(f"{value!r:.60} is no {expected.__name__}")
    return value


def _read_datetime(content: object) -> datetime:
    moment, zone = _read_moment(datetime, content)
    if zone is None:
        return moment
    if moment.tzinfo:  # pytz chooses its tzinfo by the moment
        return moment.astimezone(zone).replace(fold=moment.fold)
    return moment.replace(tzinfo=zone)


def _read_time(content: object) -> time:
    moment, zone = _read_moment(time, content)
    return moment if zone is None else moment.replace(tzinfo=zone)


def _read_moment(cls: type[Moment], content: object) -> tuple[Moment, tzinfo | None]:
    """Return a datetime or time and its zone, None without a named zone."""
    if isinstance(content, str):
        return cls.fromisoformat(content), None
    text, fold, *zone = _expect(list, content)
    moment = cls.fromisoformat(text).replace(fold=fold)
    if not zone:
        return moment, None
    library, name = zone
    return moment, _ZONES[library](name)


_ZONES: dict[str, Callable[[str], tzinfo]] = {
    "zoneinfo": ZoneInfo,
    "pytz": pytz.timezone,
}

_COLLECTIONS: dict[str, type] = {"$tuple": tuple, "$set": set, "$frozenset": frozenset}

_READERS: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "$int": (str, lambda text: int(text, 16)),
    "$float": (str, float),
    "$str": (str, lambda text: text.encode("ascii").decode("unicode_escape")),
    "$bytes": (str, lambda text: b64decode(text, validate=True)),
    "$decimal": (str, Decimal),
    "$date": (str, date.fromisoformat),
    "$datetime": (object, _read_datetime),
    "$time": (object, _read_time),
    "$timedelta": (list, lambda parts: timedelta(*parts)),
    "$uuid": (str, UUID),
}
