# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Repeats of open checkpoints, added without a lock and counted by cron."""

from odoo import api, fields, models
from odoo.fields import Domain


class CheckpointRepeat(models.Model):
    """A repeat of an open checkpoint, deleted as soon as it is counted.

    Many jobs may report the same at once. If each wrote the row of the checkpoint,
    each would wait for the commit of the job before it, and then run again from the
    start. So each only inserts a row here, and a cron counts them.
    """

    _name = "connector.checkpoint.repeat"
    _inherit = "connector.guarded"
    _description = "Checkpoint Repeat"
    _log_access = False
    _order = "id"
    _rec_names_search = ["checkpoint_id"]

    checkpoint_id = fields.Many2one(
        "connector.checkpoint", required=True, ondelete="cascade", index=True
    )
    seen_at = fields.Datetime(
        string="Occurred at", required=True, default=fields.Datetime.now
    )
    facts = fields.Json(
        string="New Values", help="Values that the checkpoint takes from the repeat."
    )

    # === HELPERS === #

    @api.model
    def _count(self, checkpoints: models.BaseModel | None = None) -> None:
        """Add the repeats to the counts of their checkpoints, and delete them.

        A checkpoint that was reviewed before the repeat was visible is reopened: no
        repeat after a review is lost.

        Args:
            checkpoints: count for these only; None means all.
        """
        domain = Domain.TRUE
        if checkpoints is not None:
            domain = Domain("checkpoint_id", "in", checkpoints.ids)
        repeats = self.search(domain)
        for checkpoint, rows in repeats.grouped("checkpoint_id").items():
            last = rows[-1:]
            still_open = checkpoint._open_again()
            still_open._see_again(len(rows), last.seen_at, last.facts or {})
        repeats.unlink()
