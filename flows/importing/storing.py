# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Storing of a page: new bindings are created together, known ones are written."""

from odoo import fields

from .item import ImportItem
from .result import CREATED, UNCHANGED, UPDATED


class Storing:
    """Stores the mapped records of one page.

    Args:
        page: the PageImport.
    """

    def __init__(self, page):
        self.page = page
        self.importer = page.importer
        self.binder = page.binder

    def create(self, items: list[ImportItem]) -> None:
        """Create the bindings of new records."""
        if not items:
            return
        for item in items:
            item.data = {**item.data, **self.identity_of(item), **self.state_of(item)}
        with self.binder.concurrency_guard():
            if self.importer._overrides("_create"):
                for item in items:
                    self.importer._take(item)
                    item.binding = self.importer._create(item.data)
            else:
                created = self.importer._create([item.data for item in items])
                for item, binding in zip(items, created, strict=True):
                    item.binding = binding
            self.importer.model.flush_model()
        for item in items:
            item.settle(CREATED)

    def update(self, items: list[ImportItem]) -> None:
        """Write what differs to the bindings of known records."""
        self.page.conflicts.settle(items)
        for item in items:
            self.importer._take(item)
            if self.page._knows("sync_state") and item.binding.sync_state == "gone":
                self.importer._revive(item.binding)
            values = {**item.data, **self.state_of(item)}
            if self.page._knows("export_hash"):
                values["export_hash"] = False  # what was sent last is not there now
            self.importer._update(item.binding, values)
            item.settle(UPDATED if item.data else UNCHANGED)

    def identity_of(self, item: ImportItem) -> dict:
        """Return the values that make a record the binding of its external id."""
        return {
            self.binder._backend_field: self.importer.backend_record.id,
            self.binder._external_field: item.external_id,
        }

    def state_of(self, item: ImportItem) -> dict:
        """Return what a binding keeps of the import of its record."""
        state = {
            self.binder._sync_date_field: fields.Datetime.now(),
            "external_version": item.version,
            "import_hash": item.values_hash,
            "sync_state": self.page.conflicts.state_of(item),
            "sync_reason": False,
            "read_at": self.page.reading.read_at,
        }
        return {name: value for name, value in state.items() if self.page._knows(name)}
