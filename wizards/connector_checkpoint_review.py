# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog to review several checkpoints at once."""

from odoo import fields, models


class ConnectorCheckpointReview(models.TransientModel):
    """Confirmation before the selected checkpoints are marked as reviewed."""

    _name = "connector.checkpoint.review"
    _description = "Review Checkpoints"

    checkpoint_ids = fields.Many2many(
        "connector.checkpoint",
        string="Checkpoints",
        default=lambda self: self._default_checkpoints(),
        required=True,
    )

    def _default_checkpoints(self):
        """Return the selected checkpoints that wait for a review."""
        if self.env.context.get("active_model") != "connector.checkpoint":
            return False
        selected = self.env["connector.checkpoint"].browse(
            self.env.context.get("active_ids", ())
        )
        return selected.filtered(lambda checkpoint: checkpoint.state == "need_review")

    # === ACTIONS === #

    def review(self) -> dict:
        """Mark the checkpoints as reviewed and close the dialog."""
        self.checkpoint_ids.reviewed()
        return {"type": "ir.actions.act_window_close"}
