# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reasons of checkpoints, with advice for the reviewer."""

from odoo import api, fields, models
from odoo.tools import ormcache

from ...exception import InvalidUsageError
from ...text import did_you_mean
from .checkpoint import SEVERITIES


class CheckpointReason(models.Model):
    """A reason for checkpoints. Connectors add theirs as data and refer to the code."""

    _name = "connector.checkpoint.reason"
    _inherit = "connector.guarded"
    _description = "Checkpoint Reason"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="The code by which connectors refer to this reason."
    )
    advice = fields.Text(
        string="What to Do", translate=True, help="Instructions for the reviewer."
    )
    severity = fields.Selection(
        SEVERITIES,
        required=True,
        default="major",
        help="Default severity of checkpoints with this reason.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assign to",
        domain=lambda self: self.env["connector.checkpoint"]._reviewer_domain(),
        help="Checkpoints with this reason are assigned to this user. Empty: to the "
        "reviewer of the backend.",
    )
    sequence = fields.Integer(default=10)

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "A reason with this code already exists."
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create reasons, and clear the cache of codes."""
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Write, and clear the cache when a code changes."""
        if "code" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        """Delete reasons, and clear the cache of codes."""
        self.env.registry.clear_cache()
        return super().unlink()

    # === HELPERS === #

    @api.model
    def _of_code(self, code: str) -> "CheckpointReason":
        """Return the reason with a code.

        Raises:
            InvalidUsageError: no reason has this code.
        """
        reason = self.browse(self._id_of_code(code))
        if reason:
            return reason
        codes = (
            self.sudo().search([("code", "!=", False)]).mapped("code")
        )  # codes are no secret
        hint = did_you_mean(code, codes) or f" There are {', '.join(codes)}."
        raise InvalidUsageError(
            f"Cannot add a checkpoint with reason {code!r}: there is no such reason."
            f"{hint} Correct the code, or add a connector.checkpoint.reason as data."
        )

    @api.model
    @ormcache("code")
    def _id_of_code(self, code: str) -> int | None:
        return self.sudo().search([("code", "=", code)], limit=1).id or None
