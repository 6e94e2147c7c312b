# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The call that a job makes later: its function, arguments, uuid and text."""

import hashlib
import inspect
import os
import reprlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ...redaction import HIDDEN, is_secret_name
from ...secret import SecretText

TEXT_SIZE = 1000  # characters of a call
SCALAR_SIZE = 80  # characters of a text, number, date … in it
ITEM_COUNT = 10  # items of a list, dict …

DIGITS = 20  # random digits of a uuid; an even number, all but one are used
VARIANTS = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # two bits are fixed


@dataclass(frozen=True)
class Task:
    """A delayed call of a module function, or of a method on records."""

    func: Callable
    model_name: str | None
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    records: object = None  # of which the method is called; None for a function
    user_id: int | None = None  # the user who delays it, for identity keys
    company_id: int | None = None

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

    def __str__(self) -> str:
        return f"{self.func_name} of {self.model_name}"


def identity_exact(task: Task) -> str:
    """Return a key that is the same for the same call by the same user and company."""
    parts = (
        task.func_name,
        task.model_name,
        task.records,
        task.args,
        sorted(task.kwargs.items()),
        task.user_id,
        task.company_id,
    )
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()


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


def describe(func_name: str, args: tuple, kwargs: dict[str, Any]) -> str:
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

    def __init__(self):
        super().__init__()
        self.maxlevel = 4
        self.maxstring = self.maxother = SCALAR_SIZE
        self.maxlist = self.maxtuple = self.maxdict = ITEM_COUNT
        self.maxset = self.maxfrozenset = ITEM_COUNT

    def repr1(self, x, level):
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

    def repr_int(self, x, level):
        """Return decimals; hexadecimals when Python would refuse so many."""
        text = repr(x) if x.bit_length() < 256 else hex(x)
        return text if len(text) <= SCALAR_SIZE else f"{text[: SCALAR_SIZE - 3]}..."

    def repr_bytes(self, x, level):
        """Return the beginning, without converting the whole to text."""
        more = "..." if len(x) > SCALAR_SIZE else ""
        return repr(bytes(x[:SCALAR_SIZE])) + more

    def repr_dict(self, x, level):
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
