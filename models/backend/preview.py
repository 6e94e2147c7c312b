# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Previews of the import, and of the export, of one record."""

from collections.abc import Iterator
from contextlib import contextmanager

from odoo import api, models

from ...components.synchronizer import Exporter, Importer, Synchronizer
from ...exception import InvalidUsageError
from ...flows.exporting.preview import ExportPreviewer
from ...flows.exporting.record_exporter import RecordExporter
from ...flows.importing.preview import ImportPreviewer
from ...flows.importing.preview_guard import read_only_cursor
from ...flows.importing.record_importer import RecordImporter
from ...flows.preview import Preview


class ConnectorBackend(models.AbstractModel):
    """What an import or an export would do, without doing it."""

    _inherit = "connector.backend"

    @api.private
    def preview_import(self, model_name: str, external_id) -> Preview:
        """Return what an import of one record would do, field by field.

        It reads the record from the backend and maps it, as the user and in the
        company of the flows, in a transaction of its own that PostgreSQL keeps
        read-only. What the current transaction has not committed is not seen.

        Args:
            model_name: binding model.
            external_id: id of the record on the backend.

        Raises:
            AccessError: the current user may not read the record here, or the user of
                the flows may not write it.
            InvalidUsageError: the importer of the model has no steps to take.
        """
        with self._previewing(model_name, Importer, RecordImporter) as (unit, guard):
            previewer = ImportPreviewer(unit, guard, self.env(cr=guard.cr))
            return previewer.run(str(external_id))

    @api.private
    def preview_export(self, model_name: str, binding_id: int) -> Preview:
        """Return what an export of one record would send, key by key.

        It maps the record, and reads what is there now, as the user of the flows. The
        transaction is read-only, and the adapter refuses to write. What the current
        transaction has not committed is not seen.

        Args:
            model_name: binding model.
            binding_id: id of the binding.

        Raises:
            AccessError: the current user may not read the record.
            InvalidUsageError: the exporter of the model has no steps to take.
        """
        with self._previewing(model_name, Exporter, RecordExporter) as (unit, guard):
            return ExportPreviewer(unit, guard, self.env(cr=guard.cr)).run(binding_id)

    # === HELPERS === #

    @contextmanager
    def _previewing(
        self, model_name: str, role: type[Synchronizer], base: type[Synchronizer]
    ) -> Iterator[tuple]:
        """Give the unit of a role, and the guard of its read-only transaction."""
        self.ensure_one()
        self.check_access("read")
        what = role.__name__.lower()
        with read_only_cursor(self.pool) as guard:
            backend = self.with_env(self.env(cr=guard.cr))
            if not backend.exists():
                raise InvalidUsageError(
                    f"Cannot preview with {self.describe()}: it is not stored yet. "
                    "Commit it before."
                )
            scope = backend._in_flow().get_environment(model_name)
            unit = scope.get_connector_unit(role)
            if not isinstance(unit, base):
                raise InvalidUsageError(
                    f"Cannot preview {model_name!r}: its {what} "
                    f"{type(unit).__qualname__} is no {base.__name__}, so that its "
                    f"steps are not known. Let it inherit {base.__name__}."
                )
            yield unit, guard
