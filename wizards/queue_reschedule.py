# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Change when several jobs run."""

from odoo import fields, models

from ..models.loose_many2one import LooseMany2many
from ..models.queue_job_change import NOT_STARTED

JOB = "connector.queue.job"


class QueueReschedule(models.TransientModel):
    """Asks when the chosen jobs are to run."""

    _name = "connector.queue.reschedule"
    _description = "Reschedule Jobs"

    job_ids = LooseMany2many(
        JOB,
        string="Jobs",
        default=lambda self: self._default_jobs(),
        required=True,
    )
    is_urgency_changed = fields.Boolean(string="Change the Priority")
    priority = fields.Integer(default=10, help="Smaller goes first.")
    eta = fields.Datetime(string="Not Before", help="Empty leaves what they have.")

    def _default_jobs(self):
        """Return the selected jobs that have not started."""
        if self.env.context.get("active_model") != JOB:
            return False
        selected = self.env[JOB].browse(self.env.context.get("active_ids", ()))
        return selected.filtered(lambda job: job.state in NOT_STARTED)

    # === ACTIONS === #

    def reschedule(self) -> dict:
        """Change the jobs and close the dialog."""
        priority = self.priority if self.is_urgency_changed else None
        self.job_ids._reschedule(priority, self.eta)
        return {"type": "ir.actions.act_window_close"}
