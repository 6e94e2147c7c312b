# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Unchanged records: known by their version, or by the hash of their values."""

from .item import ImportItem
from .result import UNCHANGED


class Unchanged:
    """Tells which records of one page have nothing new.

    Args:
        page: the PageImport.
    """

    def __init__(self, page):
        self.page = page
        self.importer = page.importer
        self.fingerprint = page.importer.fingerprint()

    def settle(self, item: ImportItem) -> None:
        """Note that a record has nothing new, whatever its last import came to."""
        if self.page._knows("sync_state") and item.binding.sync_state != "synced":
            self.page.conflicts.rest(item.binding)
        item.settle(UNCHANGED)

    def is_uptodate(self, item: ImportItem) -> bool:
        """Return whether a record is known in this version, before it is mapped."""
        binding = item.binding
        if not binding:
            return False
        is_whole = not self.page.lines.has_lines(item.record)
        if is_whole and item.version and self.page._knows("external_version"):
            kept = binding.import_hash or ""
            is_same = binding.external_version == item.version
            if is_same and kept.startswith(self.fingerprint):
                return True
        return self.importer._is_uptodate(binding)

    def has_same_values(self, item: ImportItem) -> bool:
        """Return whether a mapped record has the values of its last import."""
        if not self.page._knows("import_hash") or self.page.lines.has_vanished(item):
            return False
        return item.binding.import_hash == item.values_hash

    def note_version(self, item: ImportItem) -> None:
        """Keep the new version of a record whose values are the same."""
        if not item.version or not self.page._knows("external_version"):
            return
        if item.binding.external_version != item.version:
            self.importer._silent(item.binding).external_version = item.version
