# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stamps of records: when they were changed on the backend, and in which order."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ..exception import InvalidDataError
from ..text import is_missing


@dataclass(frozen=True)
class ChangedSince:
    """How an adapter finds the records that were changed since a time.

    Args:
        field: key of a record under which the time of its last change stands: an ISO
            8601 text, or a number of seconds since 1970. A time without a zone is UTC.
        sorted: the backend gives the records in the order of these times. Then the
            cursor of a stream moves with each page, else once, after the last page.
        lookback: how far before the newest known change the next import begins. It
            covers transactions over there that were committed later than their time
            says, and clocks that differ. What is known already is not imported again.
        granularity: smallest step of these times. After a page of a sorted stream the
            backend is asked again from the newest time less this step: so records of
            the same time are not lost, whether it includes that time or not.
    """

    field: str
    sorted: bool = False
    lookback: timedelta = timedelta(minutes=5)
    granularity: timedelta = timedelta(seconds=1)

    def stamp_of(self, record: dict[str, Any]) -> datetime | None:
        """Return when a record was changed, in UTC with its zone; None if unknown.

        Raises:
            InvalidDataError: what stands there is no time.
        """
        value: Any = record.get(self.field)
        if is_missing(value):
            return None
        try:
            return parse_stamp(value)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise InvalidDataError(
                f"The time of the last change, {self.field!r}, is {value!r}, expected "
                "an ISO 8601 text or seconds since 1970. Name another key in "
                "ChangedSince."
            ) from error


def parse_stamp(value: str | int | float | datetime) -> datetime:
    """Return a time in UTC with its zone.

    >>> parse_stamp("2026-11-30T12:00:00+02:00").isoformat()
    '2026-11-30T10:00:00+00:00'
    >>> parse_stamp(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, timezone.utc)
    if isinstance(value, str):
        # Python 3.10 does not read the letter
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if value.tzinfo is None:
        return value.replace(tzinfo=timezone.utc)
    return value.astimezone(timezone.utc)
