# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports of records that a person chose, and what waits to be exported."""

from collections.abc import Sequence

from odoo import api, fields, models
from odoo.fields import Domain

from ...exception import InvalidUsageError
from ...flows.binding_declare import record_field, wrapped_model
from ...flows.exporting.exported import exported_of, is_exported
from ...queue.job import job
from ...queue.state import ENQUEUED, NOT_STARTED
from ...text import reference_of
from ..binding import binding_fields

USER = "connector.group_connector_user"
METHODS = (
    "export_record",
    "export_changed",
    "export_run",
    "export_delete_record",
    "export_chosen",
    "export_kept",
)


class ConnectorBackend(models.AbstractModel):
    """The exports of records that are chosen by hand."""

    _inherit = "connector.backend"

    pending_export_count = fields.Integer(
        string="Pending Exports",
        compute="_compute_pending_export_count",
        groups=USER,
        help="Exports to this backend that have not ended, of those that you may see.",
    )

    # === COMPUTE === #

    def _compute_pending_export_count(self):
        """Count the jobs of all backends, in one query."""
        references = [reference_of(backend) for backend in self if backend.id]
        domain = [*self._pending_exports(), ("backend_id", "in", references)]
        counts = dict(
            self.env["connector.queue.job"]._read_group(
                domain, ["backend_id"], ["__count"]
            )
        )
        for backend in self:
            backend.pending_export_count = counts.get(reference_of(backend), 0)

    # === ACTIONS === #

    def action_open_pending_exports(self) -> dict:
        """Show the exports to the backend that have not ended."""
        action = self.action_open_jobs()
        name = self.env._("Pending Exports")
        domain = Domain(action["domain"]) & Domain(self._pending_exports())
        return {**action, "name": name, "domain": list(domain)}

    # === JOBS === #

    @api.private
    @job
    def export_chosen(self, model_name: str, record_ids: Sequence[int]) -> str:
        """Bind records that are not bound yet, and delay the exports of all of them.

        Args:
            model_name: binding model.
            record_ids: ids of the records that it wraps.

        Returns:
            How many are new to the backend, and how many are exported.

        Raises:
            AccessError: the user may not make bindings, or read a record.
            InvalidUsageError: nothing exports records of that model.
        """
        bindings = self.env[model_name]
        bindings.check_access("create")
        if not is_exported(bindings, self):
            raise InvalidUsageError(
                f"Cannot export to {self.describe()}: {model_name!r} has no exporter "
                "there. Register an ExportMapper, or declare _export_on."
            )
        field = record_field(type(bindings))
        records = self.env[wrapped_model(type(bindings))].browse(record_ids)
        records = exported_of(bindings, self, records.exists())
        records.check_access("read")
        bound = bindings._bound_to(self, records)
        new = (records - bound[field]).ids
        made = bindings.with_context(connector_no_export=True).create(
            [{"backend_id": self.id, field: id_} for id_ in new]
        )
        ids = (bound + made).ids
        self.delay_export_records(model_name, ids)
        return f"{len(made)} new there, {len(ids)} to be exported"

    # === HELPERS === #

    @api.model
    def _pending_exports(self) -> list:
        states = [*NOT_STARTED, ENQUEUED]
        return [("method_name", "in", METHODS), ("state", "in", states)]

    @api.model
    def _export_targets(self, model_name: str) -> list[tuple]:
        """Return where the user may export records of a model to.

        Returns:
            Backends, each with the binding model.
        """
        found = []
        for name in self._export_models(model_name):
            backends = self.env[self.env[name]._backend_model]
            if backends.has_access("read"):
                for backend in backends.search([("active", "=", True)]):
                    if is_exported(self.env[name], backend):
                        found.append((backend, name))
        return found

    @api.model
    def _export_models(self, model_name: str) -> list[str]:
        """Return the binding models by which the user may export records of a model."""
        return [
            name
            for name, _field in binding_fields(self.env, model_name)
            if is_exported(self.env[name]) and self.env[name].has_access("create")
        ]
