# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Own changes: the fields that Odoo changed since both sides were equal.

They are told by the bases of a binding, which imports keep for conflicts, and exports
renew by what the backend answered.
"""

from collections.abc import Iterable
from functools import cached_property

from ...components.mapper import Mapper
from ...components.synchronizer import Importer
from ..conflicts.page_conflicts import PageConflicts, Verdict
from ..conflicts.texts import is_empty
from ..conflicts.three_way import UNKNOWN
from ..conflicts.values import LINE_FIELDS, kept_value, mapped_value
from ..importing.item import ImportItem
from ..importing.page_import import PageImport
from .export_on import declared_export
from .trigger import written_fields

ANYTHING = ""  # a field that no mapping names: methods without @changed_by run for it


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
        """Return the exported fields that Odoo changed, but for open conflicts.

        Those are fields of ``_export_on`` where the exporter sets ``sends_changes``,
        else all that its mapper reads; and those of which a person decided that the
        backend gets ours.
        """
        names = [*(self._declared() or self._sendable), *self.base.given]
        return [
            name
            for name in dict.fromkeys(names)
            if name not in self.base.held and self._has_changed(name)
        ]

    def further(self) -> list[str]:
        """Return what is exported and no base tells of, as fields to be mapped.

        These are paths to other records, lines that are not imported, and, as an empty
        name, code that does not say what it reads.
        """
        exporter, sendable = self.exporter, set(self._sendable)
        mapper = exporter.mapper
        paths = [step.field for step in mapper._direct_plan().steps]
        found = [
            path for path in paths if "." in path and path.partition(".")[0] in sendable
        ]
        found += [
            source
            for source, _target, _model in mapper.children
            if source in sendable and not self._knows_lines(source)
        ]
        is_free = (
            exporter.conflicts._computes_freely
            or exporter._overrides("_update_data")
            or type(mapper).finalize is not Mapper.finalize
        )
        return [*found, ANYTHING] if is_free else found

    def rest(self) -> None:
        """Note that there is nothing to send, but for what a person has to decide."""
        if self.base.held or self.binding.sync_state == "conflict":
            self.exporter.backend_record._rest_conflicts(self.binding, self.base)
        else:
            self.binding.set_sync_state("synced")

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

    # === HELPERS === #

    def _declared(self) -> list[str]:
        """Return the fields that the exporter was told to compare."""
        model_class = type(self.binding)
        declared = declared_export(model_class)
        if not self.exporter.sends_changes or declared is None:
            return []
        return list(written_fields(model_class, declared.write))

    @cached_property
    def _sendable(self) -> list[str]:
        """The fields that the mapper reads, without those that are not ours to send."""
        conflicts = self.exporter.conflicts
        names = conflicts.fields_to_send(None)
        return sorted(conflicts._sources if names is None else names)

    def _has_changed(self, name: str) -> bool:
        """Return whether Odoo changed a field; without a base, if it has a value."""
        before = self.base.kept_of(name)
        ours = kept_value(self.binding, name, like=self.base.mapped.get(name))
        return not is_empty(ours) if before is UNKNOWN else ours != before

    def _knows_lines(self, name: str) -> bool:
        """Return whether the base of lines tells of a change in one of them."""
        base = self.base.mapped.get(name)
        return isinstance(base, dict) and bool(base.get(LINE_FIELDS))


def differing_fields(record, values: dict) -> list[str]:
    """Return the fields of which a record has other values than those mapped."""
    return [
        name
        for name, value in values.items()
        if mapped_value(record, name, value) != kept_value(record, name)
    ]
