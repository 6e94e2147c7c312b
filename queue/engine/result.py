# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Storable forms of results and errors of jobs, whatever they are."""

import json
import traceback
from typing import Any

from ...exception import message_of
from ...redaction import HIDDEN, TEXT_SIZE, KnownSecrets, storable

MAX_DEPTH = 100  # of values in values; far below Python's and PostgreSQL's limits
MAX_SIZE = 1_000_000  # characters of a result as JSON; a job is no place for files

_to_json = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, default=lambda value: _plain_of(value)
).encode


def result_text(result: Any, secrets: KnownSecrets) -> str | None:
    """Return a result as text that a column can hold; None for None.

    Args:
        secrets: texts that must not be stored.
    """
    return None if result is None else secrets.stored(_text_of(result), TEXT_SIZE)


def result_json(result: Any, secrets: KnownSecrets) -> str | None:
    """Return a result as JSON that jsonb can hold; None for None.

    Values unknown to JSON become their ``as_json()`` or, without it (a date, a record),
    their text. The whole becomes text where jsonb would refuse it: with nan, a zero
    character, or half a surrogate pair; nested deeper than ``MAX_DEPTH``, or longer
    than ``MAX_SIZE``.
    """
    if result is None:
        return None
    text = _storable_json(result)
    if text is None:
        text = _to_json(storable(secrets.hide(_text_of(result)))[:MAX_SIZE])
    return _hide_in_json(text, secrets) if secrets else text


def _hide_in_json(text: str, secrets: KnownSecrets) -> str:
    """Return JSON without secrets; hide all of it if it would be invalid otherwise."""
    hidden = secrets.hide(text)
    try:
        json.loads(hidden)
    except ValueError:  # the secret was a number, or part of an escape
        return _to_json(HIDDEN)
    return hidden


def traceback_text(error: BaseException) -> str:
    """Return the traceback of an error, or as much of it as is readable."""
    try:
        return "".join(traceback.format_exception(error))
    except BaseException as fault:  # noqa: BLE001 what it raises is no news
        frames = traceback.walk_tb(error.__traceback__)
        lines = [
            f'  File "{frame.f_code.co_filename}", line {line}, in '
            f"{frame.f_code.co_name}\n"
            for frame, line in frames
        ]
        reason = f"{message_of(error)} (no traceback: {message_of(fault)})\n"
        return "".join(["Traceback (most recent call last):\n", *lines, reason])


def _text_of(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 no readable text, but the job is done
        return object.__repr__(value)


def _plain_of(value: Any) -> Any:
    return value.as_json() if hasattr(value, "as_json") else _text_of(value)


def _storable_json(result: Any) -> str | None:
    """Return a result as JSON, None where Python or PostgreSQL would refuse it."""
    try:
        text = _to_json(result)
        text.encode()  # fails for half surrogates
    except (TypeError, ValueError, RecursionError):
        return None  # also keys that are no text, a circle, thousands of digits
    is_short = len(text) <= MAX_SIZE and _depth(text) <= MAX_DEPTH
    return text if is_short and "\\u0000" not in text else None


def _depth(text: str) -> int:
    """Return at least how deep the values of a JSON text are nested."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0  # true of nearly every result
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
