# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log lines of a job."""

from odoo import fields, models


class QueueJob(models.Model):
    """Jobs, with their log lines."""

    _inherit = "connector.queue.job"

    log_count = fields.Integer(
        string="Number of Log Lines", compute="_compute_log_count"
    )

    # === COMPUTE === #

    def _compute_log_count(self):
        counts = dict(
            self.env["connector.log"]._read_group(
                [("job_id", "in", self.ids)], ["job_id"], ["__count"]
            )
        )
        for job in self:
            job.log_count = counts.get(job, 0)

    # === ACTIONS === #

    def action_show_log(self) -> dict:
        """Show the lines that the job logged, in all its attempts."""
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log"),
            "res_model": "connector.log",
            "view_mode": "list,form",
            "domain": [("job_id", "=", self.id)],
        }
