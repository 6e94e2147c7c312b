# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each try of each job."""

from odoo import fields, models

from .loose_many2one import LooseMany2one


class QueueAttempt(models.Model):
    """One start of a job and how it ended."""

    _name = "connector.queue.attempt"
    _description = "Queue Job Attempt"
    _log_access = False
    _order = "job_id, attempt"

    job_id = LooseMany2one("connector.queue.job", required=True, readonly=True)
    attempt = fields.Integer(required=True, readonly=True, help="The first is 1.")
    worker_id = fields.Integer(string="Worker No.", readonly=True)
    state = fields.Selection(
        [
            ("done", "Done"),
            ("retried", "Retried"),
            ("failed", "Failed"),
            ("died", "Died"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    message = fields.Text(readonly=True)
    exc_info = fields.Text(string="Exception", readonly=True)
    date_started = fields.Datetime(string="Started", readonly=True)
    date_done = fields.Datetime(string="Ended", readonly=True)

    # the fence: two workers never both commit the same attempt
    _attempt_uniq = models.Constraint(
        "UNIQUE (job_id, attempt)", "This attempt of the job has ended already."
    )
