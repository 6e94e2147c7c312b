# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Retry-After: how long the far side asks to wait, as servers really write it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

RETRY_AFTER_CAP_S = 24 * 60 * 60  # a longer Retry-After may be a mistake
EPOCH_S = 1_000_000_000  # a greater number of seconds is a time, no duration
EPOCH_MS = 1_000_000_000_000  # and one that great is in milliseconds

_SECONDS = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)  # servers send fractions, too


def server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return the time by the clock of a server, ours where its answer does not say it.

    Args:
        headers: of the answer, by names in any case.
        now: naive, in UTC, as what is returned.
    """
    clock = parse_date(headers.get("Date", ""))
    return now if clock is None else clock.astimezone(timezone.utc).replace(tzinfo=None)


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Return the delay of a ``Retry-After`` header, in seconds.

    Args:
        now: naive, in UTC.

    Returns:
        Seconds in ``[1, RETRY_AFTER_CAP_S]``; None for what cannot be read: expected
        are seconds, also with a fraction, or a date.
    """
    text = text.strip()
    is_number = _SECONDS.fullmatch(text)
    return _bounded(float(text) if is_number else seconds_until(text, now))


def parse_reset(text: str, now: datetime) -> float | None:
    """Return the delay until a rate limit is reset, in seconds.

    Headers such as ``X-RateLimit-Reset`` hold a time since 1970, in seconds or
    milliseconds, or a duration, or a date; which of them, the size of the number tells.

    Args:
        now: naive, in UTC.

    Returns:
        As :func:`parse_retry_after`.
    """
    text = text.strip()
    if not _SECONDS.fullmatch(text) or float(text) < EPOCH_S:
        return parse_retry_after(text, now)
    at = float(text) / (1000 if float(text) >= EPOCH_MS else 1)
    return _bounded(at - now.replace(tzinfo=timezone.utc).timestamp())


def seconds_until(text: str, now: datetime) -> float | None:
    """Return the seconds until an HTTP or ISO date; None when it is neither.

    Args:
        now: naive, in UTC.
    """
    at = parse_date(text)
    if at is None:
        return None
    return (at - now.replace(tzinfo=timezone.utc)).total_seconds()


def parse_date(text: str) -> datetime | None:
    """Return the time of an HTTP or ISO date, with its zone; None if it is neither."""
    at = _date_of(parsedate_to_datetime, text) or _date_of(_parse_iso, text)
    return at if at is None or at.tzinfo else at.replace(tzinfo=timezone.utc)


def _bounded(seconds: float | None) -> float | None:
    return None if seconds is None else min(max(seconds, 1), RETRY_AFTER_CAP_S)


def _date_of(parse: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return parse(text)
    except (OverflowError, TypeError, ValueError):
        return None


def _parse_iso(text: str) -> datetime:
    """Parse an ISO date; before Python 3.11 it may not end with a Z."""
    return datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
