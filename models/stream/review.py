# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checkpoints about streams and rejected records: closed when their cause is gone."""

from odoo import models

from ..access_guard import own_code
from .stream import STREAM


class ConnectorCheckpoint(models.Model):
    """Checkpoints, on which deletions of a stream are decided."""

    _inherit = "connector.checkpoint"

    # === ACTIONS === #

    def action_delete_missing(self) -> None:
        """Settle the deletions that the checkpoint is about."""
        self._streams().action_delete_missing()

    def action_keep_missing(self) -> None:
        """Keep the records that the checkpoint is about."""
        self._streams().action_keep_missing()

    # === HELPERS === #

    def _streams(self):
        """Return the streams under review, with the rights of the user."""
        self.check_access("write")
        streams = self.filtered(lambda one: one.model == STREAM)
        return self.env[STREAM].browse(streams.mapped("record_id")).exists()

    def _review_of(self, records) -> None:
        """Mark the open checkpoints of records as reviewed: nothing is left to do."""
        # whoever imports may lack the right to review; what is closed is decided
        found = self.sudo().search(
            [
                ("model", "=", records._name),
                ("record_id", "in", records.ids),
                ("state", "=", "need_review"),
            ]
        )
        if found:
            with own_code():
                found.write({"state": "reviewed"})
