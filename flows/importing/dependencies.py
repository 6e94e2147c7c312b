# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dependencies of a page: related records are imported first, links of rings last."""

from collections.abc import Iterable
from contextlib import suppress

from ...exception import NothingToDoJob
from ...text import is_missing
from ..values.relations import Related
from .changes import write_split
from .item import ImportItem
from .ring import ImportRing, OpenLink


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

    def import_related(self, items: list[ImportItem]) -> None:
        """Import the related records that are missing, found in one query per model."""
        self.related.clear()
        is_imported = False
        for source, pairs in self.page.lines.related_sources(items):
            is_imported |= self._import_missing(source, pairs)
        if is_imported:  # perhaps records of this page, also of a later chunk
            of_page = self.page.lines.items or items
            self.page._find_bindings([item for item in of_page if not item.outcome])

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
            external_id = record.get(source.field)
            if not is_missing(external_id):
                wanted.setdefault(str(external_id), []).append(item)
        binder = self.importer.binder_for(source.model)
        known = binder.to_internal_many(wanted, unwrap=True)
        missing = [one for one in wanted if one not in known]
        for external_id in missing:
            waiting = [self.key_of(item) for item in wanted[external_id]]
            if (source.model, external_id) in [*self.ring.waiting, *waiting]:
                continue  # the mapping leaves the link empty
            # what the dependency has nothing to do for is no reason to end here
            with self.ring.wait(waiting), suppress(NothingToDoJob):
                self.importer._import_dependency(external_id, source.model)
        ids = {external_id: record.id for external_id, record in known.items()}
        self.related.setdefault(source.model, {}).update(ids)
        return bool(missing)
