# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outcome of one item while its chunk runs."""

from typing import Any

from .known_ref import KnownRef
from .result import FAILED, SKIPPED, Detail, reason_of


class Outcome:
    """An item, its known ref, and what was done for it.

    Args:
        source: the item itself, until its ref is known.
    """

    __slots__ = ("action", "error", "known", "reason", "source", "target")

    def __init__(self, source: Any):
        self.source = source
        self.known: KnownRef | None = None
        self.target: Any = None
        self.action = SKIPPED
        self.reason = ""
        self.error: Exception | None = None

    def fail(self, error: Exception) -> None:
        """Mark the item as failed."""
        self.action, self.error, self.reason = FAILED, error, reason_of(error)

    def detail(self) -> Detail:
        """Return the outcome for the result."""
        return Detail(self.action, self.source, self.target, self.reason)
