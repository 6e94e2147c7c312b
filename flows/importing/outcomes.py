# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outcomes of a page: what became of its records, and whether too many are rejected."""

from collections import defaultdict
from collections.abc import Iterable

from ...exception import (
    MissingDependencyError,
    NothingToDoJob,
    SystemicError,
    UnclearMatchError,
    UnmappedValueError,
    message_of,
)
from ..values.value_map import MapNote, keep_notes
from .explanation import explained
from .faults import reason_of
from .item import ImportItem
from .result import NOT_DELIVERED, REJECTED, SKIPPED, Dependency, ImportResult

# So many rejections of one class are not the fault of the records.
SYSTEMIC_SHARE = 0.2  # of a page, and more than
SYSTEMIC_COUNT = 5  # records


class PageOutcomes:
    """What became of the records of one page.

    Args:
        importer: the RecordImporter of the page.
    """

    def __init__(self, importer):
        self.importer = importer
        self.result = ImportResult()
        self._rejected: defaultdict[str, list[ImportItem]] = defaultdict(list)
        """Those by the class of their error."""

    def refuse(self, item: ImportItem, error: Exception) -> None:
        """Settle a record whose import raised an error."""
        if isinstance(error, NothingToDoJob):
            item.settle(SKIPPED, message_of(error))
        else:
            self.reject(item, error)

    def reject(self, item: ImportItem, error: Exception) -> None:
        """Settle a record that cannot be imported before somebody corrects it."""
        error = explained(self.importer, item, error)
        item.settle(REJECTED, reason_of(error))
        item.error = error
        if item.known and "sync_state" in item.known._fields:
            item.known.note_rejected(item.reason)
        if isinstance(error, UnmappedValueError):
            item.map_notes.append(MapNote(error.map_name, error.value))

    def note_lost(self, external_id: str, reason: str) -> None:
        """Note that the backend did not give a record that it lists."""
        self.result.note(NOT_DELIVERED, external_id, reason)

    def note(self, items: Iterable[ImportItem]) -> None:
        """Add to the result what became of some records."""
        for item in items:
            self.result.note(item.outcome, item.external_id, item.reason)
            if item.error:
                self._note_error(item, item.error)
            if item.outcome == REJECTED:
                self.result.payloads[item.external_id] = item.record
            if item.is_asked:
                self.result.asked.add(item.external_id)
                self._rejected[UnclearMatchError.__name__].append(item)
            if item.dropped:
                self.result.dropped[item.external_id] = item.dropped

    def _note_error(self, item: ImportItem, error: Exception) -> None:
        """Note what a rejected record waits for, or of which class its error is."""
        if isinstance(error, UnmappedValueError):
            # one value that is not filled in is no fault of the page
            self.result.waiting.add(item.external_id)
        elif isinstance(error, MissingDependencyError):
            self._note_dependency(item, error)
        else:
            self._rejected[type(error).__name__].append(item)

    def _note_dependency(self, item: ImportItem, error: MissingDependencyError) -> None:
        """Note what a record waits for; one record that many need counts as one."""
        target = error.model_name, error.external_id
        self.result.waits_for[item.external_id] = target
        if target not in self.result.dependencies:
            found = Dependency(error.reason, error.is_skipped)
            self.result.dependencies[target] = found
            self._rejected[type(error).__name__].append(item)

    def keep_notes(self, items: list[ImportItem]) -> None:
        """Keep the values that people have to fill in before the next import."""
        importer = self.importer
        keep_notes(importer.env, importer.backend_record, importer.model._name, items)

    def check_systemic(self, count: int) -> None:
        """Refuse a page in which one class of error is too frequent.

        Raises:
            SystemicError: it is; nothing of the page is to be kept.
        """
        for name, items in self._rejected.items():
            first = items[0]
            if len(items) >= SYSTEMIC_COUNT and len(items) > SYSTEMIC_SHARE * count:
                raise SystemicError(
                    f"{len(items)} of {count} records of {self.importer.model._name} "
                    f"from {self.importer.backend_record.describe()} were rejected "
                    f"with {name}, expected {SYSTEMIC_SHARE:.0%} at most: it is not "
                    f"the fault of single records. The first is {first.external_id!r}: "
                    f"{first.reason} Correct the mapping or the settings, then retry."
                )
