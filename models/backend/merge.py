# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merges on the backend: records that were merged here are merged there as well."""

from contextlib import suppress

from odoo import api, models

from ...components.backend_adapter import BackendAdapter
from ...exception import IDMissingInBackend
from ...flows.importing.tombstones import import_from
from ...queue.job import job


class ConnectorBackend(models.AbstractModel):
    """The job that merges records on the backend."""

    _inherit = "connector.backend"

    @api.private
    @job
    def merge_there(
        self, model_name: str, external_id: str, gone_ids: list[str]
    ) -> str:
        """Merge records on the backend, and drop the aliases of those that go.

        The adapter does it, by ``merge(external_id, gone_ids)``.

        Args:
            model_name: binding model.
            external_id: of the record that stays.
            gone_ids: external ids of the others.
        """
        scope = self._in_flow().get_environment(model_name)
        adapter = scope.get_connector_unit(BackendAdapter)
        # an attempt that was ended before its commit may have merged them
        with suppress(IDMissingInBackend):
            adapter.merge(external_id, gone_ids)
        aliases = self.env[model_name].search(
            [
                ("backend_id", "=", self.id),
                ("external_id", "in", gone_ids),
                ("is_alias", "=", True),
            ]
        )
        with import_from(self.reference()):  # they are gone there
            aliases.with_context(connector_no_export=self.reference()).unlink()
        return f"{', '.join(gone_ids)} merged into {external_id}"
