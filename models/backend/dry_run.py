# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dry run of a backend: what is read is real, what would be written is only shown."""

from lxml.builder import E
from lxml.etree import _Element

from odoo import api, fields, models

from ...flows.exporting.change import Change
from ...flows.exporting.exported import is_exported
from ...flows.exporting.spread import spread
from ...flows.exporting.trigger import ITSELF


class ConnectorBackendHttp(models.AbstractModel):
    """Backends to which nothing is written while they are in a dry run."""

    _inherit = "connector.backend.http"

    dry_run = fields.Boolean(
        help="Nothing is sent that could change the backend: exports end with what "
        "they would do, and the log of requests shows what they would send. Imports "
        "go on. When it is switched off, what waits is exported.",
    )

    # === CRUD === #

    def write(self, vals):
        """Write; the end of a dry run exports what waited for it."""
        is_end = "dry_run" in vals and not vals["dry_run"]
        ended = self.filtered("dry_run") if is_end else self.browse()
        result = super().write(vals)
        for backend in ended:
            backend._export_waiting()
            backend._delete_waiting()
        return result

    # === VIEWS === #

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Show in every form that the backend is in a dry run."""
        arch, view = super()._get_view(view_id, view_type, **options)
        sheet = arch.find(".//sheet") if arch.tag == "form" else None
        if sheet is not None:
            sheet.insert(0, self._dry_run_banner())
        return arch, view

    # === HELPERS === #

    @api.model
    def _dry_run_banner(self) -> _Element:
        told = self.env._(
            "Dry run: nothing is written to this backend. What would be sent is in its "
            "log of requests."
        )
        return E.div(
            {"class": "alert alert-warning text-center fw-bold", "role": "status"},
            E.field(name="dry_run", invisible="1"),
            E.i({"class": "fa fa-flask me-2", "title": self.env._("Dry Run")}),
            told,
            name="dry_run",
            invisible="not dry_run",
        )

    def _export_waiting(self) -> None:
        """Delay the exports of the bindings that are pending."""
        for name in self._binding_models():
            # whoever ends the dry run, all of it is exported
            bindings_sudo = self.env[name].sudo().with_context(active_test=False)
            if not is_exported(bindings_sudo, self):
                continue
            waiting = [("backend_id", "=", self.id), ("sync_state", "=", "pending")]
            ids = bindings_sudo.search(waiting).ids
            change = Change(name, ITSELF, "", False, ids)
            spread(bindings_sudo, name, [change], lambda one: one.id == self.id)
