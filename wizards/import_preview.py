# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog that shows what an import, or an export, of one record would do."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..exception import ConnectorException, message_of
from ..flows import preview as outcomes

LINE_FIELDS = ("field", "label", "here", "new", "is_changed", "note")


class ConnectorImportPreview(models.TransientModel):
    """Maps one record, and stores and sends nothing of it."""

    _name = "connector.import.preview"
    _inherit = ["connector.names.backend"]
    _description = "Preview of an Import or Export"
    _rec_name = "external_id"

    direction = fields.Selection(
        [("import", "Import"), ("export", "Export")],
        required=True,
        readonly=True,
        default="import",
        help="Whether the record would be imported or exported.",
    )
    binding_id = fields.Many2oneReference(
        model_field="model",
        readonly=True,
        help="The binding whose record would be exported.",
    )
    record_name = fields.Char(
        string="Record", readonly=True, help="The record that would be exported."
    )
    backend_id = fields.Reference(selection="_select_backends", required=True)
    model = fields.Selection(
        selection="_select_bindings",
        string="Kind of Record",
        required=True,
        help="The binding model of the record.",
    )
    external_id = fields.Char(
        string="External ID",
        help="Id of the record on the backend; an export of a new record has none.",
    )
    outcome = fields.Selection(
        [
            (outcomes.CREATE, "It would be created"),
            (outcomes.UPDATE, "It would be updated"),
            (outcomes.MATCH, "It would be bound to a record that is here"),
            (outcomes.UNCHANGED, "Nothing would change"),
            (outcomes.SKIP, "It would be skipped"),
            (outcomes.REJECT, "It would be rejected"),
            (outcomes.MISSING, "The backend does not have it"),
            (outcomes.UNKNOWN, "A mapping writes"),
        ],
        readonly=True,
        help="What would become of the record.",
    )
    reason = fields.Text(readonly=True)
    notes = fields.Text(readonly=True)
    line_ids = fields.One2many(
        "connector.import.preview.line", "wizard_id", string="Fields", readonly=True
    )

    @api.model
    def _select_bindings(self) -> list[tuple[str, str]]:
        """Return the binding models that flows know, with their labels."""
        return [
            (name, f"{model_class._description} ({name})")
            for name, model_class in sorted(self.env.registry.items())
            if getattr(model_class, "_backend_model", None)
        ]

    @api.model
    def _action_new(self, defaults: dict) -> dict:
        """Return the action that opens a new dialog."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview an Import"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }

    # === ACTIONS === #

    def action_preview(self) -> dict:
        """Read and map the record, and show what would be done."""
        self.ensure_one()
        self.check_access("write")
        try:
            preview = self._preview()
        except (ConnectorException, OSError) as error:
            raise UserError(message_of(error)) from error
        lines = [
            {name: getattr(line, name) for name in LINE_FIELDS}
            for line in sorted(preview.lines, key=lambda one: not one.is_changed)
        ]
        self.write(
            {
                "outcome": preview.outcome,
                "reason": preview.reason,
                "notes": "\n".join(preview.notes),
                "line_ids": [Command.clear(), *map(Command.create, lines)],
            }
        )
        return {**self._action_new({}), "name": self._title(), "res_id": self.id}

    # === HELPERS === #

    def _preview(self) -> outcomes.Preview:
        if self.direction == "export":
            return self.backend_id.preview_export(self.model, self.binding_id)
        if not self.external_id:
            raise UserError(self.env._("Give the id that the record has there."))
        return self.backend_id.preview_import(self.model, self.external_id)

    def _title(self) -> str:
        if self.direction == "export":
            return self.env._("Preview an Export")
        return self.env._("Preview an Import")


class ConnectorImportPreviewLine(models.TransientModel):
    """One field of the previewed record."""

    _name = "connector.import.preview.line"
    _description = "Field in the Preview of an Import"
    _order = "is_changed desc, id"
    _rec_name = "label"

    wizard_id = fields.Many2one(
        "connector.import.preview",
        string="Preview",
        required=True,
        ondelete="cascade",
        index=True,
        help="The preview that shows the field.",
    )
    field = fields.Char(string="Technical Name", help="Name of the field in code.")
    label = fields.Char(string="Field")
    here = fields.Text(string="Now", help="The value on the side that would change.")
    new = fields.Text(string="Then", help="The value after that.")
    is_changed = fields.Boolean(string="Changed")
    note = fields.Char()
