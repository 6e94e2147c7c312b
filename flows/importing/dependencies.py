# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dependencies of a page: related records are imported first, links of rings last."""

from collections.abc import Iterable

from ...components.nested import ABSENT, find_value
from ...exception import (
    MissingDependencyError,
    NothingToDoJob,
    UnmappedValueError,
    message_of,
)
from ...text import is_missing
from ..values.relations import Related
from .changes import write_split
from .faults import PAGE_FAULTS, RECORD_FAULTS, reason_of
from .item import ImportItem
from .result import REJECTED, SKIPPED
from .ring import ImportRing, Key, OpenLink
from .sql_log import handled_sql_errors
from .undo import undoable

UNMET = (SKIPPED, REJECTED)  # outcomes after which a record is not here


class Dependencies:
    """What the records of one page need to be here before them.

    Args:
        page: the PageImport.
    """

    def __init__(self, page):
        self.page = page
        self.importer = page.importer
        self.ring = ImportRing.of(page.env)
        self.related: dict[str, dict[str, int]] = {}
        """Ids of related records by binding model and external id."""
        self.unmet: dict[Key, str] = {}
        """Why related records that nothing is wrong with did not come in."""
        self._failed: dict[Key, Exception] = {}

    def import_related(self, items: list[ImportItem]) -> list[ImportItem]:
        """Import the related records that are missing, found in one query per model.

        Returns:
            The records without those that were rejected, since one that they need is
            bad.
        """
        self.related.clear()
        is_imported = False
        for source, pairs in self.page.lines.related_sources(items):
            is_imported |= self._import_missing(source, pairs)
        if is_imported:  # perhaps records of this page, also of a later chunk
            of_page = self.page.lines.items or items
            self.page._find_bindings([item for item in of_page if not item.outcome])
        return [item for item in items if not item.outcome]

    def key_of(self, item: ImportItem) -> tuple[str, str]:
        """Return what a record is called among those that wait."""
        return self.importer.model._name, item.external_id

    def close_rings(self, items: list[ImportItem]) -> None:
        """Set the links that were left empty, as far as their targets are here."""
        for item in items:
            self.ring.links += [
                OpenLink(item.binding, name, target) for name, target in item.rings
            ]
        open_links, self.ring.links = self.ring.links, []
        for link in open_links:
            model, external_id = link.target
            binder = self.importer.binder_for(model)
            record = binder.to_internal(external_id, unwrap=True)
            if not record:
                self.ring.links.append(link)
            elif link.binding.exists():
                values = {link.field: record.id}
                write_split(self.importer._silent(link.binding), values)

    # === HELPERS === #

    def _import_missing(self, source: Related, pairs: Iterable[tuple]) -> bool:
        """Import the missing records of one relation; return whether there are any.

        Args:
            source: of the mapping.
            pairs: of an item and a record that is mapped for it: its own, or a line.
        """
        wanted: dict[str, list[ImportItem]] = {}
        for item, record in pairs:
            external_id = find_value(record, source.field)
            if external_id is not ABSENT and not is_missing(external_id):
                wanted.setdefault(str(external_id), []).append(item)
        binder = self.importer.binder_for(source.model)
        known = binder.to_internal_many(wanted, unwrap=True)
        missing = [one for one in wanted if one not in known]
        for external_id in missing:
            waiting = [self.key_of(item) for item in wanted[external_id]]
            if (source.model, external_id) in [*self.ring.waiting, *waiting]:
                continue  # the mapping leaves the link empty
            try:
                with self.ring.wait(waiting):
                    self._import_one((source.model, external_id))
            except (MissingDependencyError, UnmappedValueError) as error:
                self._reject(wanted[external_id], error)
        ids = {external_id: record.id for external_id, record in known.items()}
        self.related.setdefault(source.model, {}).update(ids)
        return bool(missing)

    def _import_one(self, target: Key) -> None:
        """Import a related record, once for the page: what was bad stays so.

        Raises:
            MissingDependencyError: it is bad.
            UnmappedValueError: it waits for a value that people fill in.
        """
        if target in self._failed:
            raise self._failed[target]
        model_name, external_id = target
        try:
            with (
                handled_sql_errors(PAGE_FAULTS, RECORD_FAULTS),
                undoable(self.page.env),
            ):
                outcome = self._import_wanted(external_id, model_name)
        except PAGE_FAULTS:
            raise
        except RECORD_FAULTS as error:
            self._failed[target] = missing(self.importer, target, error)
            raise self._failed[target]  # noqa: B904 it has its cause
        else:
            if isinstance(outcome, str) and outcome.startswith(UNMET):
                self.unmet[target] = outcome

    def _import_wanted(self, external_id: str, model_name: str) -> object:
        """Import a related record; that there is nothing to do is no reason to end."""
        try:
            return self.importer._import_dependency(external_id, model_name)
        except NothingToDoJob as error:
            return f"{SKIPPED}: {message_of(error)}"

    def _reject(self, items: list[ImportItem], error: Exception) -> None:
        """Reject the records that need one that is bad; the others go on."""
        if self.page.is_single:
            raise error
        for item in items:
            if not item.outcome:
                self.page.outcomes.reject(item, error)


def missing(importer, target: Key, error: Exception) -> Exception:
    """Return the error of a record that needs one whose import failed.

    Args:
        importer: of the record.
        target: binding model and external id of what it needs.
        error: that its import raised.
    """
    if isinstance(error, MissingDependencyError | UnmappedValueError):
        return error
    model_name, external_id = target
    reason = reason_of(error)
    label = importer.env[model_name]._description
    found = MissingDependencyError(
        f"It needs {label} {external_id!r} ({model_name}), which could not be "
        f"imported: {reason} It comes in by itself once that record does.",
        model_name,
        external_id,
        reason,
    )
    found.__cause__ = error
    return found
