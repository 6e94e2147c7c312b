# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Own changes: the fields that Odoo changed since both sides were equal.

They are told by the bases of a binding, which imports keep for conflicts, and exports
renew by what the backend answered.
"""

from collections.abc import Iterable

from ...components.synchronizer import Importer
from ..conflicts.page_conflicts import PageConflicts, Verdict
from ..conflicts.values import kept_value, mapped_value
from ..importing.item import ImportItem
from ..importing.page_import import PageImport
from .export_on import declared_export
from .trigger import written_fields


class OwnChanges:
    """What changed here of the record in hand of an exporter.

    Args:
        exporter: the RecordExporter.
    """

    def __init__(self, exporter):
        self.exporter = exporter
        self.binding = exporter.binding
        self.base = exporter.conflicts.base

    @property
    def is_known(self) -> bool:
        """Whether it is known in which values both sides were equal last."""
        return bool(self.base.mapped)

    def fields(self) -> list[str]:
        """Return the exported fields that Odoo changed, but for open conflicts."""
        base, model_class = self.base, type(self.binding)
        declared = declared_export(model_class)
        names = written_fields(model_class, declared.write) if declared else ()
        return [
            name
            for name in names
            if name not in base.held
            and base.kept_of(name)
            != kept_value(self.binding, name, like=base.mapped.get(name))
        ]

    def rest(self) -> None:
        """Note that there is nothing to send, but for what a person has to decide."""
        if not self.base.held:
            self.binding.set_sync_state("synced")
        self.exporter.backend_record._rest_conflicts(self.binding, self.base)

    def remember(
        self, record: dict, fields: Iterable[str] | None = None, is_all: bool = True
    ) -> None:
        """Note that both sides are equal in what was exported.

        Args:
            record: what is there now, as the adapter would read it.
            fields: those that were exported; None for all.
            is_all: nothing else changed there, so that there is nothing to import.
        """
        item = ImportItem(str(self.exporter.external_id), record)
        item.begin(self.binding)
        importer = self.exporter.unit_for(Importer)
        page = PageImport(importer)
        page.lines.look_up([item])
        page.map_values(item)
        conflicts = PageConflicts(importer)
        if fields is not None:
            taken = [name for name in fields if name in item.mapped]
            conflicts.verdicts[self.binding.id] = Verdict(self.base, taken=taken)
        conflicts.remember([item])
        kept = item.values_hash if is_all else False
        self.exporter._silent(self.binding).write({"import_hash": kept})


def differing_fields(record, values: dict) -> list[str]:
    """Return the fields of which a record has other values than those mapped."""
    return [
        name
        for name, value in values.items()
        if mapped_value(record, name, value) != kept_value(record, name)
    ]
