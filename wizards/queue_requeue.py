# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog to requeue several jobs, now or later."""

from odoo import fields, models

from ..fields.loose import LooseMany2many
from ..models.queue_job.actions import OVER
from ..queue.state import PENDING
from .selected_jobs import JOB, read_domain, selected_domain, selected_jobs

CLOSE = {"type": "ir.actions.act_window_close"}


class QueueRequeue(models.TransientModel):
    """Confirmation before the selected jobs are requeued."""

    _name = "connector.queue.requeue"
    _description = "Retry Jobs"

    job_ids = LooseMany2many(
        JOB, string="Jobs", default=lambda self: selected_jobs(self.env, OVER)
    )
    domain = fields.Char(
        default=lambda self: selected_domain(self.env),
        help="Filter of the selected jobs, if all of its jobs were selected.",
    )
    eta = fields.Datetime(
        string="Not Before", help="The jobs do not start before this time. Empty: now."
    )

    # === ACTIONS === #

    def requeue(self) -> dict:
        """Requeue the jobs and close the dialog."""
        eta = self.eta or None
        if self.domain:
            domain = read_domain(self.domain)
            return self.env[JOB]._move_all(domain, OVER, PENDING, eta=eta)
        return self.job_ids._requeue(eta) or CLOSE
