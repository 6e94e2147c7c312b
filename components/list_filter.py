# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Filter of a list: which records of a model an import asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class ListFilter:
    """Which records of a model are listed, besides those that changed since a time.

    Args:
        slice: the part of the records that a stream is for, such as a shop or a
            warehouse; empty for all.
        params: parameters of the selection, by name; the adapter says what they mean.
        start: records that changed before are not wanted, in UTC with its zone.
        until: records that changed after are not wanted.
    """

    slice: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    start: datetime | None = None
    until: datetime | None = None

    @property
    def has_times(self) -> bool:
        """Whether records are wanted of a range of time only."""
        return self.start is not None or self.until is not None

    @property
    def is_narrow(self) -> bool:
        """Whether records that are there are left out on purpose."""
        return bool(self.params) or self.has_times

    def has(self, stamp: datetime | None) -> bool:
        """Return whether a change at a time is wanted; one without a time is."""
        if stamp is None:
            return True
        if self.start is not None and stamp < self.start:
            return False
        return self.until is None or stamp <= self.until
