# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outcome of an import: what became of each record of a page."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

CREATED = "created"
MATCHED = "matched"  # a record that was here already is bound to it
UPDATED = "updated"
UNCHANGED = "unchanged"  # the same version or the same values as last time
SKIPPED = "skipped"  # the importer does not want it
REJECTED = "rejected"  # it cannot be imported before somebody corrects it
NOT_DELIVERED = "not delivered"  # the backend lists it, and did not give it

DELETED = "deleted"  # it is gone on the backend, and settled here


class Dependency(NamedTuple):
    """A record that is not here, and that others need.

    Args:
        reason: why it is not here.
        is_skipped: its importer did not want it, or it was deleted here.
    """

    reason: str
    is_skipped: bool


@dataclass
class ImportResult:
    """What became of the records of an import, and why some were not imported."""

    counts: Counter[str] = field(default_factory=Counter)
    """Number of records by outcome."""

    rejected: dict[str, str] = field(default_factory=dict)
    """Reason by external id."""

    skipped: dict[str, str] = field(default_factory=dict)
    """Reason by external id."""

    not_delivered: dict[str, str] = field(default_factory=dict)
    """Reason by external id."""

    waiting: set[str] = field(default_factory=set)
    """External ids of rejected records that wait for a value to be filled in."""

    waits_for: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Binding model and external id of the record that a rejected one waits for."""

    dependencies: dict[tuple[str, str], "Dependency"] = field(default_factory=dict)
    """What others wait for, by binding model and external id."""

    payloads: dict[str, object] = field(default_factory=dict)
    """Records that were rejected, as the backend sent them, by external id."""

    deleted: list[str] = field(default_factory=list)
    """External ids."""

    asked: set[str] = field(default_factory=set)
    """External ids of rejected records about which a checkpoint was made already."""

    dropped: dict[str, list[str]] = field(default_factory=dict)
    """What was left out of records that were imported, by external id."""

    def note(self, outcome: str, external_id: str, reason: str = "") -> None:
        """Count the outcome of one record, and keep why it was not imported."""
        self.counts[outcome] += 1
        if outcome == REJECTED:
            self.rejected[external_id] = reason
        elif outcome == SKIPPED:
            self.skipped[external_id] = reason
        elif outcome == NOT_DELIVERED:
            self.not_delivered[external_id] = reason
        elif outcome == DELETED:
            self.deleted.append(external_id)

    def merge(self, other: "ImportResult") -> None:
        """Add what became of the records of another page."""
        self.counts.update(other.counts)
        self.rejected.update(other.rejected)
        self.skipped.update(other.skipped)
        self.not_delivered.update(other.not_delivered)
        self.waiting.update(other.waiting)
        self.waits_for.update(other.waits_for)
        self.dependencies.update(other.dependencies)
        self.payloads.update(other.payloads)
        self.deleted += other.deleted
        self.asked |= other.asked
        self.dropped.update(other.dropped)

    def __str__(self) -> str:
        """Return the counts as a sentence, for the result of a job."""
        counts = [f"{number} {outcome}" for outcome, number in self.counts.items()]
        return ", ".join(counts) or "no records"
