# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exporter of changes: for records that hold more than Odoo knows, with their lines.

A card, or an order whose lines have notes of their own: what Odoo does not know of them
stays as it is, since only what changed here is sent.
"""

from collections.abc import Iterator

from ...components.map_record import MapRecord
from ...components.mapper import ExportMapper, ImportMapper
from ...components.synchronizer import Importer
from ..importing.item import ImportItem
from ..importing.lines import PageLines
from .record_exporter import RecordExporter


class ChangesExporter(RecordExporter):
    """Exports what Odoo changed since both sides were equal, and of which lines.

    The record is read before, and imported first where it changed there. Where the
    export mapper names lines among its ``children``, under the key of the import
    mapper, those that are on both sides are sent: each as a dictionary with its
    ``key``, which is its external id without that of the record, and what changed of
    it. One that is not sent was deleted here; those that were made here stay here.
    """

    compare_first = sends_changes = True

    # === STEPS === #

    def _create_data(self, map_record: MapRecord, **options) -> dict:
        """Return the values of a new record; none of its lines is on both sides."""
        return self._with_lines(super()._create_data(map_record, **options))

    def _update_data(self, map_record: MapRecord, **options) -> dict:
        """Return what changed, with the lines where one of them did."""
        return self._with_lines(super()._update_data(map_record, **options))

    # === HELPERS === #

    def _with_lines(self, data: dict) -> dict:
        """Return values with what is to be said of lines; nothing of a new record's."""
        for source, target, model_name in self.mapper.children:
            if target in data and self.external_id is None:
                del data[target]
            elif target in data:
                lines = self._said_of_lines(source, target, model_name)
                data[target] = list(lines)
        return data

    def _said_of_lines(
        self, source: str, target: str, model_name: str
    ) -> Iterator[dict]:
        """Return the lines that are on both sides, with what changed of them."""
        record = self.there[0] if self.there else self._read()
        item = ImportItem(str(self.external_id), record)
        page = PageLines(self.unit_for(Importer))
        there = page.keyed(item, target, model_name)
        reader = self.unit_for(ImportMapper, model_name)
        mapper = self.unit_for(ExportMapper, model_name)
        for line in self.binding[source]:
            if line.external_id not in there:
                continue
            mapped = reader.map_record(there[line.external_id]).values()
            fields = self._differing(line, mapped)
            options = {"fields": fields, "missing_as_none": True}
            said = mapper.map_record(line).values(**options) if fields else {}
            key = line.external_id.removeprefix(f"{self.external_id}/")
            yield {"key": key, **said}
