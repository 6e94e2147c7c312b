# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small helpers for the texts of messages and for values that other systems send."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from odoo.models import BaseModel


def did_you_mean(word: object, known: Iterable[Any], cutoff: float = 0.6) -> str:
    """Return the hint with the known word that is most alike, for an error message.

    >>> did_you_mean("craete", ["create", "update"])
    " Did you mean 'create'?"
    >>> did_you_mean("color", ["create", "update"])
    ''

    Args:
        cutoff: likeness that is needed, 1 for the same word.
    """
    names = [name for name in known if isinstance(name, str)]
    near = get_close_matches(str(word), names, n=1, cutoff=cutoff)
    return f" Did you mean {near[0]!r}?" if near else ""


def is_missing(value: object) -> bool:
    """Return whether a value is missing: None, False or empty text, but not 0.

    >>> [is_missing(value) for value in (None, False, "", 0, 0.0, [])]
    [True, True, True, False, False, False]
    """
    return value is None or value is False or value == ""


def sentence(text: object) -> str:
    """Return a text with a full stop, for a message that goes on after it.

    >>> sentence("No scheme supplied")
    'No scheme supplied.'
    >>> sentence("It is asked again.")
    'It is asked again.'
    """
    shown = str(text).rstrip()
    return shown if shown.endswith((".", "!", "?", "…")) else f"{shown}."


def reference_of(record: BaseModel) -> str:
    """Return a record as Odoo's reference fields have it, such as ``res.partner,5``."""
    return f"{record._name},{record.id}"
