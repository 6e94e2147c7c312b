# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog that exports chosen records to one or several backends."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..flows.binding_declare import wrapped_model
from ..flows.exporting.exported import exported_of
from ..queue.state import CANCELLED, NOT_STARTED
from ..text import reference_of

AT_ONCE = 500  # records; more are bound by jobs, each for so many


class ExportTo(models.TransientModel):
    """Binds chosen records to the chosen backends, and delays their exports."""

    _name = "connector.export.to"
    _description = "Export to a Backend"
    _rec_name = "model"

    model = fields.Char(readonly=True, help="Model of the records.")
    record_ids = fields.Json(
        string="Record IDs", readonly=True, help="Ids of the records that are exported."
    )
    record_count = fields.Integer(string="Records", compute="_compute_record_count")
    target_ids = fields.One2many(
        "connector.export.to.target", "wizard_id", string="Backends"
    )
    state = fields.Selection(
        [("choose", "Choose"), ("done", "Delayed"), ("undone", "Taken Back")],
        string="Step",
        default="choose",
        readonly=True,
    )
    taken_back = fields.Text(
        string="Outcome", readonly=True, help="What of the exports could be taken back."
    )

    @api.depends("record_ids")
    def _compute_record_count(self):
        for wizard in self:
            wizard.record_count = len(wizard.record_ids or ())

    @api.model
    def default_get(self, fields):
        """Offer the backends for the records at hand."""
        values = super().default_get(fields)
        name = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids")
        if name not in self.env or not ids:
            return values
        values.update({"model": name, "record_ids": ids})
        offers = self.target_ids._offers(self.env[name].browse(ids))
        for one in offers:
            one["is_chosen"] = len(offers) == 1
        values["target_ids"] = [Command.create(one) for one in offers]
        return values

    # === ACTIONS === #

    def action_export(self) -> dict:
        """Bind the records to the chosen backends, and delay their exports."""
        self.ensure_one()
        self.check_access("write")
        chosen = self.target_ids.filtered("is_chosen")
        if self.state != "choose" or not chosen:
            raise UserError(
                self.env._(
                    "Nothing to export: select records and press Export to…, then "
                    "choose a backend."
                )
            )
        for target in chosen:
            target._export(self.env[self.model].browse(self.record_ids))
        self.state = "done"
        return self._reopened()

    def action_take_back(self) -> dict:
        """Undo what was delayed here and has not started."""
        self.ensure_one()
        self.check_access("write")
        texts = [target._take_back() for target in self.target_ids if target.started_at]
        self.write({"state": "undone", "taken_back": "\n".join(texts)})
        return self._reopened()

    # === HELPERS === #

    def _reopened(self) -> dict:
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export to…"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }


class ExportToTarget(models.TransientModel):
    """One of the backends to which the records may be exported."""

    _name = "connector.export.to.target"
    _inherit = ["connector.names.backend"]
    _description = "Backend of an Export"
    _order = "id"
    _rec_name = "label"

    wizard_id = fields.Many2one(
        "connector.export.to",
        string="Dialog",
        required=True,
        ondelete="cascade",
        index=True,
        help="The export that offers the backend.",
    )
    is_chosen = fields.Boolean(string="Export", help="Export the records to it.")
    backend_id = fields.Reference(
        selection="_select_backends", required=True, readonly=True
    )
    model = fields.Char(
        string="Binding Model",
        required=True,
        readonly=True,
        help="Model of the bindings that the records get.",
    )
    label = fields.Char(string="As", help="What the records are on the backend.")
    new_count = fields.Integer(
        string="New There", readonly=True, help="Records that it does not have yet."
    )
    bound_count = fields.Integer(
        string="There Already",
        readonly=True,
        help="Records that it has, which are exported again.",
    )
    left_out_count = fields.Integer(
        string="Left Out",
        readonly=True,
        help="Records that the connector does not export, such as archived ones.",
    )
    started_at = fields.Datetime(
        string="Delayed At", readonly=True, help="When their exports were delayed."
    )
    job_uuids = fields.Json(
        string="Jobs", readonly=True, help="Jobs that bind many records."
    )
    result = fields.Char(readonly=True, help="What was delayed.")

    # === HELPERS === #

    @api.model
    def _offers(self, records: models.BaseModel) -> list[dict]:
        """Return the values of a target for each backend that takes such records."""
        backends = self.env["connector.backend"]
        offers = []
        for backend, name in backends._export_targets(records._name):
            bindings = self.env[name]
            exported = exported_of(bindings, backend, records.exists())
            bound = len(bindings._bound_to(backend, exported))
            offers.append(
                {
                    "backend_id": backend.reference(),
                    "model": name,
                    "label": self.env["ir.model"]._get(name).sudo().name,
                    "bound_count": bound,
                    "new_count": len(exported) - bound,
                    "left_out_count": len(records) - len(exported),
                }
            )
        return offers

    def _export(self, records: models.BaseModel) -> None:
        """Delay the exports of records; many are bound by jobs of their own."""
        backend = self._checked_backend()
        self.started_at = self.env.cr.now().replace(microsecond=0)
        ids = records.ids
        if len(ids) <= AT_ONCE:
            self.result = backend.export_chosen(self.model, ids)
            return
        parts = [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]
        calls = [(self.model, part) for part in parts]
        self.job_uuids = backend.delayed_many(calls).export_chosen()
        self.result = self.env._(
            "%(count)s records in %(jobs)s jobs", count=len(ids), jobs=len(parts)
        )

    def _checked_backend(self) -> models.BaseModel:
        """Return the backend, if the user may export to it."""
        targets = self.env["connector.backend"]._export_targets(self.wizard_id.model)
        if (self.backend_id, self.model) not in targets:
            raise AccessError(
                self.env._(
                    "You may not export %(model)s to %(backend)s. Ask for the right to "
                    "create %(bindings)s.",
                    model=self.wizard_id.model,
                    backend=reference_of(self.backend_id),
                    bindings=self.label,
                )
            )
        return self.backend_id

    def _take_back(self) -> str:
        """Undo what has not started; return how much of it that is."""
        backend = self._checked_backend()
        # With elevated rights: they are the jobs of this dialog, and of its user. Other
        # uuids, which a client may write into it, are left out.
        jobs_sudo = self.env["connector.queue.job"].sudo()
        jobs_sudo = jobs_sudo.search(
            [
                ("uuid", "in", self.job_uuids or []),
                ("user_id", "=", self.env.uid),
                ("method_name", "=", "export_chosen"),
                ("backend_id", "=", reference_of(backend)),
            ]
        )
        text = jobs_sudo._cancelled_text()
        jobs_sudo._move_rows(list(NOT_STARTED), CANCELLED, text)
        bindings = self.env[self.model]
        records = self.env[wrapped_model(type(bindings))].browse(
            self.wizard_id.record_ids
        )
        made = bindings._bound_to(backend, records).filtered_domain(
            [("create_date", ">=", self.started_at), ("create_uid", "=", self.env.uid)]
        )
        taken = made._take_back_exports()
        return self.env._(
            "%(backend)s: %(taken)s of %(made)s taken back",
            backend=backend.display_name,
            taken=taken,
            made=len(made),
        )
