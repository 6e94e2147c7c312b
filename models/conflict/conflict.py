# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conflicts: fields that both sides changed, each a line of a checkpoint."""

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ...redaction import HIDDEN
from ..access_guard import framework_context, own_code
from .sides import show, side_of_base, side_of_value

ODOO = "odoo"
REMOTE = "remote"
SETTLED = "settled"


class ConnectorConflict(models.Model):
    """A field of a record that Odoo and its backend changed to different values.

    It is kept after the decision, so that this can be taken back.
    """

    _name = "connector.conflict"
    _inherit = ["connector.guarded"]
    _description = "Conflict"
    _order = "checkpoint_id, id"
    _rec_name = "field"
    _rec_names_search = ("field",)

    checkpoint_id = fields.Many2one(
        "connector.checkpoint",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="The checkpoint that asks about the record.",
    )
    field = fields.Char(
        string="Technical Name", required=True, readonly=True, help="Name of the field."
    )
    kind = fields.Selection(
        [("changed", "Changed on Both Sides"), ("flips", "Keeps Changing")],
        string="What Happened",
        required=True,
        default="changed",
        readonly=True,
        help="Keeps Changing: both systems set the field again and again.",
    )
    decision = fields.Selection(
        [(ODOO, "Ours"), (REMOTE, "Theirs"), (SETTLED, "Settled by Itself")],
        readonly=True,
        copy=False,
        help="Whose value was taken.",
    )
    sides = fields.Json(
        string="Values",
        groups=NO_ACCESS,
        readonly=True,
        help="Base, ours and theirs, as they are shown, compared and written.",
    )
    label = fields.Char(
        string="Field", compute="_compute_texts", help="The field as forms name it."
    )
    base = fields.Text(
        string="Before",
        compute="_compute_texts",
        help="The value on both sides before they changed it.",
    )
    ours = fields.Text(compute="_compute_texts", help="The value in Odoo.")
    theirs = fields.Text(compute="_compute_texts", help="The value on the backend.")

    _field_uniq = models.UniqueIndex(
        "(checkpoint_id, field)", "The checkpoint asks about this field already."
    )

    # === COMPUTE === #

    @api.depends("sides", "field", "checkpoint_id.model")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_texts(self):
        """Show the values, as far as the user may read the field."""
        for row, row_sudo in zip(self, self.sudo(), strict=True):
            model = self.env.get(row_sudo.checkpoint_id.model)
            field = model._fields.get(row.field) if model is not None else None
            if field is None:
                row.label = row.field
                row.base = row.ours = row.theirs = False
                continue
            row.label = field.get_description(self.env, ["string"])["string"]
            is_open = model.sudo(False)._has_field_access(field, "read")
            for name in ("base", "ours", "theirs"):
                side = (row_sudo.sides or {}).get(name) or {}
                row[name] = show(model.sudo(False), field, side) if is_open else HIDDEN

    # === HELPERS === #

    def _note(self, checkpoint_sudo, binding: models.BaseModel, found) -> None:
        """Keep what an import found out about a field, new or again.

        Args:
            checkpoint_sudo: that asks about the record.
            binding: of the record, in the environment of the import.
            found: the FieldConflict.
        """
        name = found.name
        ours = binding.with_context(active_test=False)[name]  # archived ones, too
        sides = {
            "base": side_of_base(binding, name, found.base),
            "ours": side_of_value(binding, name, ours, found.ours),
            "theirs": side_of_value(binding, name, found.value, found.theirs),
        }
        values = {"sides": sides, "kind": found.kind, "decision": False}
        known_sudo = checkpoint_sudo.conflict_ids.filtered(
            lambda row: row.field == name
        )
        with own_code():
            rows_sudo = framework_context(known_sudo)
            if known_sudo:
                rows_sudo.write(values)
            else:
                ids = {"checkpoint_id": checkpoint_sudo.id, "field": name}
                rows_sudo.create({**ids, **values})

    def _is_news(self, found) -> bool:
        """Return whether a conflict has other values than this line."""
        sides = self.sudo().sides or {}
        known = [(sides.get(side) or {}).get("plain") for side in ("ours", "theirs")]
        return bool(self.decision) or known != [found.ours, found.theirs]
