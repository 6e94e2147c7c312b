# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Last request of the job of a checkpoint, with its answer."""

from odoo import api, fields, models

from ..last_request import compute_last_request


class ConnectorCheckpoint(models.Model):
    """What was sent and answered when the job of a checkpoint failed."""

    _inherit = "connector.checkpoint"

    last_request = fields.Char(
        compute="_compute_last_request",
        help="The last request of the job that failed, and the status it got.",
    )
    last_request_sent = fields.Text(
        string="What Was Sent",
        compute="_compute_last_request",
        help="Headers and body of the last request, without secrets.",
    )
    last_request_answer = fields.Text(
        string="What Was Answered",
        compute="_compute_last_request",
        help="Headers and body of the answer to the last request, without secrets.",
    )

    # === COMPUTE === #

    @api.depends("job_id")
    def _compute_last_request(self):
        compute_last_request(self, "job_id")
