# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Let several jobs run again at once."""

from odoo import models

from ..models.loose_many2one import LooseMany2many
from ..queue.state import CANCELLED, FAILED
from .selected_jobs import JOB, selected_jobs


class QueueRequeue(models.TransientModel):
    """Asks once before the chosen jobs run again."""

    _name = "connector.queue.requeue"
    _description = "Requeue Jobs"

    job_ids = LooseMany2many(
        JOB,
        string="Jobs",
        default=lambda self: selected_jobs(self.env, (FAILED, CANCELLED)),
        required=True,
    )

    # === ACTIONS === #

    def requeue(self) -> dict:
        """Let the jobs run again and close the dialog."""
        self.job_ids.requeue()
        return {"type": "ir.actions.act_window_close"}
