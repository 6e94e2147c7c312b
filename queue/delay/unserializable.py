# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors for job arguments that cannot be stored, with what to pass instead."""

import enum
from collections.abc import Callable, Iterable, Iterator, MappingView
from datetime import time
from typing import Any, NamedTuple, cast

from odoo import api
from odoo.models import BaseModel
from odoo.sql_db import BaseCursor
from odoo.tools.translate import LazyGettext

from ...exception import UnserializableArgumentError
from ...secret import SecretText
from ...session import ConnectorSession
from .call import shorten

_nothing: dict[str, Any] = {}
VIEWS = (
    MappingView,
    *map(type, (_nothing.keys(), _nothing.values(), _nothing.items())),
)
CONTAINERS = (dict, list, tuple, set, frozenset, *VIEWS)

NO_SECRET = "A job keeps no secret: pass the backend, and read it in the job."
KEY_STEP, A_KEY = ", key ", ", a key"
ONLY_IDS = "Pass the ids of records that hold the data."
REMEDIES = [
    (SecretText, NO_SECRET),
    (BaseModel, "The records are not saved: create them before you delay the job."),
    (LazyGettext, "Translate it first: env._(text)."),
    ((api.Environment, BaseCursor, ConnectorSession), "The job gets its own."),
    ((bytearray, memoryview), "Pass bytes(value)."),
    (time, "The offset of its zone depends on the day: pass a datetime."),
    (enum.Enum, "Pass its value."),
    (type, "Pass its dotted name as text."),
    (Callable, "Declare the function with @job and delay it, or pass its name."),
    (Iterator, "Pass list(value)."),
]


class Refused(Exception):
    """A value cannot be written; ``explain`` reports which and why."""


def explain(
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    write: Callable[[Any, int], Any],
    max_depth: int,
) -> UnserializableArgumentError:
    """Return the error that names the refused value among the arguments.

    Args:
        write: raises ``Refused`` for what it cannot write at a depth.
        max_depth: how deep values may be nested.
    """
    # there is one: else nobody had called this
    found = cast(_Found, _find_refused(_arguments(args, kwargs), write))
    path, parents = found.step, list[Any]()
    while isinstance(found.value, CONTAINERS):
        if any(found.value is parent for parent in parents):
            return _error(path, found, "contains itself", ONLY_IDS)
        parents.append(found.value)
        inner = _find_refused(_items(found.value), write)
        if inner is None or len(parents) > max_depth:
            reason = f"is nested more than {max_depth} levels deep"
            return _error(path, found, reason, ONLY_IDS)
        found, path = inner, path + inner.step
    return _error(path, found, "is no data that JSON could keep", _remedy(found.value))


def check_secrets(
    args: tuple[Any, ...], kwargs: dict[str, Any], is_secret: Callable[[Any], bool]
) -> None:
    """Raise the error that names the argument that holds a secret.

    Args:
        is_secret: whether a value is or holds a secret.
    """

    def refuse_secret(value: object, _depth: int) -> None:
        if is_secret(value):
            raise Refused

    path, found = "", _find_refused(_arguments(args, kwargs), refuse_secret)
    while found:
        is_key = found.step.startswith(KEY_STEP)  # which would show it
        path += A_KEY if is_key else found.step
        items = _items(found.value) if isinstance(found.value, CONTAINERS) else ()
        found = _find_refused(items, refuse_secret)
    if path:
        raise UnserializableArgumentError(
            f"Cannot store the job: {path} holds a secret that was read in this "
            f"transaction. {NO_SECRET}",
            path,
        )


class _Found(NamedTuple):
    """A value, the step that leads to it, and its name there."""

    step: str
    name: Any
    value: Any


def _arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[_Found]:
    for position, value in enumerate(args, start=1):
        yield _Found(f"argument {position}", None, value)
    for name, value in kwargs.items():
        yield _Found(f"argument {name!r}", name, value)


def _items(container: Any) -> Iterator[_Found]:
    if isinstance(container, dict):
        for key, value in container.items():
            yield _Found(f"{KEY_STEP}{shorten(key)}", None, key)
            yield _Found(f"[{shorten(key)}]", key, value)
    elif isinstance(container, (list, tuple)):
        for index, value in enumerate(container):
            yield _Found(f"[{index}]", None, value)
    else:
        for value in container:
            yield _Found(", member", None, value)


def _find_refused(
    candidates: Iterable[_Found], write: Callable[[Any, int], Any]
) -> _Found | None:
    for found in candidates:
        try:
            write(found.value, 1)
        except Refused:
            return found
    return None


def _remedy(value: object) -> str:
    fitting = (text for kind, text in REMEDIES if isinstance(value, kind))
    return next(fitting, "Pass plain data instead: an id, a text, a dict.")


def _error(
    path: str, found: _Found, reason: str, remedy: str
) -> UnserializableArgumentError:
    kind = type(found.value)
    return UnserializableArgumentError(
        f"Cannot store the job: {path} is {shorten(found.value, found.name)} "
        f"({kind.__module__}.{kind.__qualname__}), which {reason}. {remedy}",
        path,
    )
