# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Model whose methods are called by two job queues."""

from odoo import api, fields, models

from odoo.addons.connector.queue.job import job

MARK = "connector.beside.mark"


class BesideMark(models.Model):
    """That a job ran."""

    _name = MARK
    _description = "Mark of a Job"

    name = fields.Char()

    @api.model
    @job
    def leave(self, name):
        """Leave a mark, as a job of ours."""
        self.create({"name": name})

    @api.model
    @job
    def leave_and_delay_theirs(self, name):
        """Leave a mark, and let the other queue leave one."""
        self.create({"name": name})
        self.with_delay().leave_theirs(f"theirs of {name}")

    def leave_theirs(self, name):
        """Leave a mark, as a job of the other queue."""
        self.create({"name": name})

    def leave_theirs_and_delay(self, name):
        """Leave a mark as a job of the other queue, and let ours leave one."""
        self.create({"name": name})
        self.delayed().leave(f"ours of {name}")
