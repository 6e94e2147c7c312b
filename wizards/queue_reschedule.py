# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog to change eta, channel and priority of several jobs."""

from odoo import fields, models

from ..fields.loose import LooseMany2many
from ..queue.state import NOT_STARTED
from .selected_jobs import JOB, read_domain, selected_domain, selected_jobs


class QueueReschedule(models.TransientModel):
    """Input of when the selected jobs run, and in which channel."""

    _name = "connector.queue.reschedule"
    _description = "Reschedule Jobs"

    job_ids = LooseMany2many(
        JOB, string="Jobs", default=lambda self: selected_jobs(self.env, NOT_STARTED)
    )
    domain = fields.Char(
        default=lambda self: selected_domain(self.env),
        help="Filter of the selected jobs, if all of its jobs were selected.",
    )
    is_urgency_changed = fields.Boolean(string="Change Priority")
    priority = fields.Integer(
        default=10, help="Jobs with a smaller number start first."
    )
    channel_id = fields.Many2one(
        "connector.queue.channel",
        help="Empty: the channels are not changed.",
        ondelete="cascade",
    )
    eta = fields.Datetime(
        string="Not Before",
        help="The jobs do not start before this time. Empty: not changed.",
    )

    # === ACTIONS === #

    def reschedule(self) -> dict:
        """Change the jobs and close the dialog."""
        if self.domain:
            domain = read_domain(self.domain)
            return self.env[JOB]._reschedule_all(domain, **self._changes())
        self.job_ids._reschedule(**self._changes())
        return {"type": "ir.actions.act_window_close"}

    # === HELPERS === #

    def _changes(self) -> dict:
        changes = {"channel_id": self.channel_id.id or None}
        if self.is_urgency_changed:
            changes["priority"] = self.priority
        if self.eta:
            changes["eta"] = self.eta
        return changes
