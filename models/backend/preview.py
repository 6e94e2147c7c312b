# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Preview of the import of one record from a backend."""

from odoo import api, models

from ...components.synchronizer import Importer
from ...exception import InvalidUsageError
from ...flows.importing.preview import ImportPreview, Previewer
from ...flows.importing.preview_guard import read_only_cursor
from ...flows.importing.record_importer import RecordImporter


class ConnectorBackend(models.AbstractModel):
    """What an import would do, without doing it."""

    _inherit = "connector.backend"

    @api.private
    def preview_import(self, model_name: str, external_id) -> ImportPreview:
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
        self.ensure_one()
        self.check_access("read")
        with read_only_cursor(self.pool) as guard:
            viewer = self.env(cr=guard.cr)
            backend = self.with_env(viewer)
            if not backend.exists():
                raise InvalidUsageError(
                    f"Cannot preview an import from {self.describe()}: it is not "
                    "stored yet. Commit it before."
                )
            scope = backend._in_flow().get_environment(model_name)
            importer = scope.get_connector_unit(Importer)
            if not isinstance(importer, RecordImporter):
                raise InvalidUsageError(
                    f"Cannot preview an import of {model_name!r}: its importer "
                    f"{type(importer).__qualname__} is no RecordImporter, so that its "
                    "steps are not known. Let it inherit RecordImporter."
                )
            return Previewer(importer, guard, viewer).run(str(external_id))
