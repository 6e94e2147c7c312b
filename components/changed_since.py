# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stamps of records: when they were changed on the backend, and in which order."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from ..exception import InvalidDataError, InvalidUsageError
from ..text import is_missing

UNIX = "unix"  # format of a time: whole seconds since 1970


@dataclass(frozen=True)
class ChangedSince:
    """How an adapter finds the records that were changed since a time.

    Args:
        param: name of the parameter with which the backend is asked for them, where the
            adapter asks a server.
        sorted: the backend gives the records in the order of these times. Then the
            cursor of a stream moves with each page, else once, after the last page.
        lookback: how far before the newest known change the next import begins. It
            covers transactions over there that were committed later than their time
            says, and clocks that differ. What is known already is not imported again.
        granularity: smallest step of these times. After a page of a sorted stream the
            backend is asked again from the newest time less this step: so records of
            the same time are not lost, whether it includes that time or not.
        field: key of a record under which the time of its last change stands: an ISO
            8601 text, or a number of seconds since 1970. A time without a zone is UTC.
            Where it is not given, it has the name of the parameter.
        params: further parameters of the list, such as the one for its order.
        clock: header of an answer with the time of the backend; the first page is not
            read before it is known. None: the time is that of the database.
        format: of the parameter: ``"unix"`` for whole seconds since 1970, or a format
            of ``strftime``, in UTC. None: ISO 8601 with its zone.
    """

    param: str = ""
    sorted: bool = False
    lookback: timedelta = timedelta(minutes=5)
    granularity: timedelta = timedelta(seconds=1)
    field: str = ""
    params: Mapping[str, Any] = made_by(default_factory=dict)
    clock: str | None = None
    format: str | None = None

    def __post_init__(self) -> None:
        if not self.field:
            object.__setattr__(self, "field", self.param)
        if not self.field:
            raise InvalidUsageError(
                "ChangedSince() names neither a parameter nor a key of the records. "
                'Write ChangedSince("updated_at"), for instance.'
            )

    def written(self, since: datetime) -> str | int:
        """Return a time as the backend reads it in the parameter.

        Args:
            since: with its zone.
        """
        since = since.astimezone(timezone.utc)
        if self.format == UNIX:
            return math.floor(since.timestamp())
        return since.strftime(self.format) if self.format else since.isoformat()

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


def parse_stamp(value: str | int | float | Decimal | datetime) -> datetime:
    """Return a time in UTC with its zone.

    >>> parse_stamp("2026-11-30T12:00:00+02:00").isoformat()
    '2026-11-30T10:00:00+00:00'
    >>> parse_stamp(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    if isinstance(value, int | float | Decimal):
        return datetime.fromtimestamp(float(value), timezone.utc)
    if isinstance(value, str):
        # Python 3.10 does not read the letter
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    if value.tzinfo is None:
        return value.replace(tzinfo=timezone.utc)
    return value.astimezone(timezone.utc)
