# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time of reading: which of two payloads of one record is the newer one.

A page takes a while to be imported, and a single record may be read and imported in
between. Payloads are compared by the database clock before their request; those that
were sent here, by their versions.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

from odoo import api

from ...components.changed_since import parse_stamp
from ...components.paged_adapter import Record, Unreadable
from ...exception import InvalidDataError
from .item import ImportItem

NUMBER = re.compile(r"\d+(\.\d+)?")


def read_clock(env: api.Environment) -> datetime:
    """Return the time of the database now, in UTC without its zone."""
    env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
    return env.cr.fetchone()[0]


def read_at_times(
    env: api.Environment, pages: Iterator[list[Record]]
) -> Iterable[tuple[datetime, list[Record]]]:
    """Give each page with the time before it was requested."""
    while True:
        read_at = read_clock(env)
        records = next(pages, None)
        if records is None:
            return
        yield read_at, records


def compare_versions(one: str | None, other: str | None) -> int | None:
    """Return -1, 0 or 1 as a version is older, the same or newer; None if unknown.

    Numbers and times can be compared; of hashes it is known only whether they differ.

    >>> compare_versions("9", "10")
    -1
    >>> compare_versions("2026-01-02", "2026-01-01T12:00:00Z")
    1
    >>> compare_versions("a9", "a10") is None
    True
    """
    if not one or not other:
        return None
    if one == other:
        return 0
    if NUMBER.fullmatch(one) and NUMBER.fullmatch(other):
        return _order(float(one), float(other))
    try:
        return _order(parse_stamp(one), parse_stamp(other))
    except ValueError:
        return None


def _order(one, other) -> int:
    return (one > other) - (one < other)


class Reading:
    """The time at which the records of a page were read.

    Args:
        importer: the RecordImporter of the page.
        read_at: that time; None: the records were sent here.
    """

    def __init__(self, importer, read_at: datetime | None):
        self.importer = importer
        self.is_sent = read_at is None
        self.read_at = read_at or read_clock(importer.env)

    def superseded(self, item: ImportItem) -> str | None:
        """Return why a record is not applied: something newer of it was."""
        binding = item.binding
        if not binding:
            return None
        last = "read_at" in binding._fields and binding.read_at
        if not self.is_sent:
            if last and last > self.read_at:
                return (
                    f"Superseded: it was read at {self.read_at} UTC, and what was read "
                    f"at {last} UTC is here."
                )
            return None
        known = "external_version" in binding._fields and binding.external_version
        if known and compare_versions(item.version, known) == -1:
            return f"Superseded: its version is {item.version}, and {known} is here."
        return None


def refuse_unreadable(record: Record) -> None:
    """Refuse a record whose content its adapter could not read.

    Raises:
        InvalidDataError: it is one.
    """
    if isinstance(record, Unreadable):
        raise InvalidDataError(record.reason)


def utc(stamp: datetime) -> datetime:
    """Return a time of the database with its zone."""
    return stamp.replace(tzinfo=timezone.utc)
