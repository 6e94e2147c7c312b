# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Change when several jobs run."""

from odoo import fields, models

from ..models.loose_many2one import LooseMany2many
from ..queue.state import NOT_STARTED
from .selected_jobs import JOB, selected_jobs


class QueueReschedule(models.TransientModel):
    """Asks when the chosen jobs are to run."""

    _name = "connector.queue.reschedule"
    _description = "Reschedule Jobs"

    job_ids = LooseMany2many(
        JOB,
        string="Jobs",
        default=lambda self: selected_jobs(self.env, NOT_STARTED),
        required=True,
    )
    is_urgency_changed = fields.Boolean(string="Change the Priority")
    priority = fields.Integer(default=10, help="Smaller goes first.")
    eta = fields.Datetime(string="Not Before", help="Empty leaves what they have.")

    # === ACTIONS === #

    def reschedule(self) -> dict:
        """Change the jobs and close the dialog."""
        priority = self.priority if self.is_urgency_changed else None
        self.job_ids._reschedule(priority, self.eta)
        return {"type": "ir.actions.act_window_close"}
