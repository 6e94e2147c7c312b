# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text of a call for screens, shortened and without secrets."""

import reprlib
from itertools import islice
from typing import Any

from ...redaction import HIDDEN, is_secret_name
from ...secret import SecretText

TEXT_SIZE = 1000  # characters of a call
SCALAR_SIZE = 80  # characters of a text, number, date … in it
ITEM_COUNT = 10  # items of a list, dict …


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
