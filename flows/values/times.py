# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converters of times and dates, which Odoo keeps as UTC without a zone."""

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from ...components.changed_since import parse_stamp
from .converter import UnfitValueError, converter

DATE_SIZE = len("2026-11-30")


def _parse(mapper, value, tz: str | None) -> datetime:
    """Return a time with its zone; one that comes without is of ``tz``."""
    if isinstance(value, bool):
        raise UnfitValueError("a time")
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        elif isinstance(value, int | float):
            return parse_stamp(value)
        if value.tzinfo is None:
            return value.replace(tzinfo=ZoneInfo(tz or _own_zone(mapper)))
        return value
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise UnfitValueError("an ISO 8601 time or seconds since 1970") from error


def _own_zone(mapper) -> str:
    return mapper.backend_record.tz or "UTC"


@converter
def utc(mapper, value, to_attr, tz: str | None = None):
    """Return a time as Odoo keeps it: in UTC, to the second.

    Args:
        tz: zone of times that come without one; None for that of the backend.
    """
    found = _parse(mapper, value, tz).astimezone(timezone.utc)
    return found.replace(tzinfo=None, microsecond=0)


@converter
def day(mapper, value, to_attr, tz: str | None = None):
    """Return the date of a time, or a date as it is.

    Args:
        tz: zone in which the day is meant; None for that of the backend. Odoo would
            cut off the time, and so give the date in UTC.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value.strip()) == DATE_SIZE:
            return date.fromisoformat(value.strip())
        zone = ZoneInfo(tz or _own_zone(mapper))
        return _parse(mapper, value, tz).astimezone(zone).date()
    except ValueError as error:  # UnfitValueError is one
        raise UnfitValueError("a date such as 2026-11-30, or a time") from error
