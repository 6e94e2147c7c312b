# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The call that a job makes later: its function, arguments, uuid and text."""

import hashlib
import inspect
import os
import reprlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Protocol

from odoo.models import BaseModel

from ...exception import InvalidUsageError, WrongArgumentsError
from ...redaction import HIDDEN, is_secret_name
from ...secret import SecretText

TEXT_SIZE = 1000  # characters of a call
SCALAR_SIZE = 80  # characters of a text, number, date … in it
ITEM_COUNT = 10  # items of a list, dict …

MAX_DEPTH = 100  # of values in values; no job keeps deeper ones
SCALARS = (str, int, bool, float, type(None))  # nearly all arguments

DIGITS = 20  # random digits of a uuid; an even number, all but one are used
VARIANTS = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # two bits are fixed


class Declared(Protocol):
    """A function, or a method of a model, with what ``@job`` says about it."""

    __module__: str
    __name__: str
    __qualname__: str
    is_job: bool
    default_channel: str
    timeout: float | None
    on_missing: str
    public_user: str | None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it at once."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Task:
    """A delayed call of a module function, or of a method on records."""

    func: Declared
    model_name: str | None
    args: tuple[Any, ...] = ()  # after the name of the model
    kwargs: dict[str, Any] = field(default_factory=dict)
    records: BaseModel | None = None  # of which the method is called
    user_id: int | None = None  # the user who delays it, for identity keys
    company_id: int | None = None
    has_model: bool = True  # else args begin right after the session

    @classmethod
    def of_function(
        cls,
        func: Declared,
        first: object,
        args: Iterable[Any],
        kwargs: dict[str, Any],
    ) -> "Task":
        """Return the call of a function, given what ``delay`` got after the session.

        Args:
            first: text is the name of a model, and None is that there is none; anything
                else is the first argument of a function that takes no model.
        """
        if first is None or isinstance(first, str):
            return cls(func, first, tuple(args), kwargs)
        return cls(func, None, (first, *args), kwargs, has_model=False)

    @property
    def func_name(self) -> str:
        """``module.function``, or ``model.method``."""
        if self.records is not None:
            return f"{self.records._name}.{self.func.__name__}"
        return f"{self.func.__module__}.{self.func.__name__}"

    @property
    def description(self) -> str:
        """First line of the function's docstring, or its name."""
        doc = inspect.getdoc(self.func)
        return doc.partition("\n")[0] if doc else f"Function {self.func.__name__}"

    @property
    def called_args(self) -> tuple[Any, ...]:
        """All positional arguments: the model's name, or the records, come first."""
        if self.records is not None:
            return (self.records, *self.args)
        return (self.model_name, *self.args) if self.has_model else self.args

    def __str__(self) -> str:
        return f"{self.func_name} of {self.model_name}"


# === IDENTITY === #


@dataclass(frozen=True)
class IdentifiedCall:
    """A delayed call as functions of identity keys see it: as the classic ``Job``.

    ``args`` begin with the name of the model, or with the records of a method, so that
    a key made of them is that of one call.
    """

    task: Task

    @property
    def args(self) -> tuple[Any, ...]:
        """All positional arguments after the session."""
        return self.task.called_args

    def __str__(self) -> str:
        return str(self.task)

    def __getattr__(self, name: str) -> Any:
        """Return what is the same for the call and the ``Task``, such as ``kwargs``."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.task, name)


def identity_exact(call: Any) -> str:
    """Return a key that is the same for the same call by the same user and company.

    The order of a dict's keys, of records and of a set does not count.

    Args:
        call: what a function of identity keys gets, a ``Task`` or a classic ``Job``.
    """
    task = getattr(call, "task", call)
    parts = (
        task.func_name,
        task.model_name,
        task.records,
        task.args,
        sorted(task.kwargs.items()),
        call.user_id,
        call.company_id,
        *(() if task.has_model else ("without a model",)),
    )
    text = exact_text(parts)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def exact_text(value: Any, depth: int = 0) -> str:
    """Return the ``repr`` of a value, the same for equal values of one kind.

    Where Python's has a fixed order it is that, so that keys of earlier versions stay.
    """
    if type(value) in SCALARS or depth > MAX_DEPTH:  # which no job can keep
        return repr(value)
    if isinstance(value, BaseModel):
        ids = sorted(value._ids, key=lambda one: one or 0)  # new records come first
        return f"{value._name}{tuple(ids)!r}"
    text = partial(exact_text, depth=depth + 1)
    if isinstance(value, dict):
        pairs = sorted((text(key), text(value[key])) for key in value)
        return f"{{{', '.join(': '.join(pair) for pair in pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(text, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, set | frozenset):
        items = f"{{{', '.join(sorted(map(text, value)))}}}" if value else ""
        is_plain = isinstance(value, set) and value
        return items if is_plain else f"{type(value).__name__}({items})"
    return repr(value)


# === CHECK === #


def check_calls(tasks: Iterable[Task]) -> None:
    """Check that calls of one function can be made with their arguments.

    Raises:
        WrongArgumentsError: an argument is missing, or the function knows it not.
        InvalidUsageError: a method of records is called for none.
    """
    seen = set()
    for task in tasks:
        is_empty = task.records is not None and not task.records._ids
        shape = len(task.args), task.has_model, is_empty, *task.kwargs
        if shape not in seen:  # nearly all calls of one function are alike
            _check_call(task, is_empty)
            seen.add(shape)


def _check_call(task: Task, is_empty: bool) -> None:
    if is_empty and not _is_of_the_model(type(task.records), task.func.__name__):
        raise InvalidUsageError(
            f"Cannot delay {task.func_name}: there is no record, expected one at "
            "least. Delay nothing where there are none; decorate the method with "
            "@api.model if it works without records."
        )
    func = task.func
    if task.records is not None:  # an addon may have overridden what carries @job
        func = getattr(type(task.records), func.__name__)
    before = 1 if task.records is None else 0  # the session; records are counted
    count = before + len(task.called_args)
    fault = _fault_of(func, count, frozenset(task.kwargs))
    if fault:
        names = ", ".join(map(repr, sorted(task.kwargs))) or "no keyword"
        raise WrongArgumentsError(
            f"Cannot delay {task.func_name}: {fault}. It got {len(task.args)} "
            f"positional arguments and {names}, expected those of "
            f"{func.__name__}{_signature_of(func)}. Pass what is missing, and drop "
            "what the function does not take."
        )


@lru_cache(maxsize=1024)
def _fault_of(
    func: Callable[..., Any], count: int, names: frozenset[str]
) -> str | None:
    """Return why a function cannot be called in a way, None when it can.

    Args:
        count: of positional arguments.
        names: of keyword arguments.
    """
    signature = _signature_of(func)
    try:
        if signature is not None:
            signature.bind(*[None] * count, **dict.fromkeys(names))
    except TypeError as error:
        return str(error)
    return None


def _signature_of(func: Callable[..., Any]) -> inspect.Signature | None:
    """Return what a function really takes: a decorator may add arguments, or drop."""
    try:
        return inspect.signature(func, follow_wrapped=False)
    except (TypeError, ValueError):  # of a built-in function, or of a mock
        return None


def _is_of_the_model(model_class: type, name: str) -> bool:
    """Return whether a method works without records: one definition says so."""
    definitions = (vars(cls).get(name) for cls in model_class.__mro__)
    return any(getattr(one, "_api_model", False) for one in definitions)


# === UUID === #


def new_uuids(count: int) -> list[str]:
    """Return UUIDs of version 7, which begin with the time (RFC 9562, 5.7).

    Jobs made together lie together in the index, to which each start and end of a job
    writes: that matters beside a million other jobs.
    """
    now = f"{time.time_ns() // 1_000_000:012x}"
    begin = f"{now[:8]}-{now[8:]}-7"
    digits = os.urandom(count * DIGITS // 2).hex()
    chunks = (digits[at : at + DIGITS] for at in range(0, len(digits), DIGITS))
    return [
        f"{begin}{one[:3]}-{VARIANTS[one[3]]}{one[4:7]}-{one[7:19]}" for one in chunks
    ]


def new_uuid() -> str:
    """Return the UUID of one job."""
    return new_uuids(1)[0]


# === TEXT === #


def describe(func_name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return the call as text: ``func('a', 1, key=True)``.

    Long values are shortened; values named like a secret are hidden, also under a key
    of a dict. The text has at most ``TEXT_SIZE`` printable characters.
    """
    shown = [shorten(value) for value in args]
    shown += [f"{name}={shorten(kwargs[name], name)}" for name in kwargs]
    text = f"{func_name}({', '.join(shown)})"
    if not text.isprintable():
        text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text if len(text) <= TEXT_SIZE else f"{text[: TEXT_SIZE - 2]}…)"


def shorten(value: Any, name: Any = None) -> str:
    """Return the ``repr`` of a value, short and without secrets.

    Args:
        name: keyword or key of the value; a name like a secret's hides the value.
    """
    return HIDDEN if is_secret_name(name) else _shortener.repr(value)


class _Shortener(reprlib.Repr):
    """``repr`` of values by their nearest base; dicts keep their order and secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxstring = self.maxother = SCALAR_SIZE
        self.maxlist = self.maxtuple = self.maxdict = ITEM_COUNT
        self.maxset = self.maxfrozenset = ITEM_COUNT

    def repr1(self, x: Any, level: int) -> str:
        """Return the text of a value at a level of nesting."""
        kind = type(x)
        if kind in _PLAIN_TYPES or (kind is str and len(x) <= SCALAR_SIZE):
            return repr(x)  # nearly every value is a scalar: save the search
        if kind is SecretText:
            return HIDDEN
        for base in _SHOWN_TYPES:
            if isinstance(x, base):
                return getattr(self, f"repr_{base.__name__}")(x, level)
        return self.repr_instance(x, level)

    def repr_int(self, x: int, level: int) -> str:
        """Return decimals; hexadecimals when Python would refuse so many."""
        text = repr(x) if x.bit_length() < 256 else hex(x)
        return text if len(text) <= SCALAR_SIZE else f"{text[: SCALAR_SIZE - 3]}..."

    def repr_bytes(self, x: bytes, level: int) -> str:
        """Return the beginning, without converting the whole to text."""
        more = "..." if len(x) > SCALAR_SIZE else ""
        return repr(bytes(x[:SCALAR_SIZE])) + more

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Return the first pairs in their order."""
        if level <= 0:
            return "{...}"
        pairs = [
            f"{self.repr1(key, level - 1)}: "
            + (HIDDEN if is_secret_name(key) else self.repr1(value, level - 1))
            for key, value in islice(x.items(), self.maxdict)
        ]
        more = ["..."] if len(x) > self.maxdict else []
        return f"{{{', '.join(pairs + more)}}}"


_PLAIN_TYPES = (bool, float, type(None))
_SHOWN_TYPES = (str, int, bytes, dict, list, tuple, set, frozenset)

_shortener = _Shortener()
