# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Progress of running jobs, and requests to stop them."""

from odoo import fields, models

from ...fields.loose import LooseMany2one


class QueueProgress(models.Model):
    """The progress that a job reported last."""

    _name = "connector.queue.progress"
    _inherit = "connector.stored"
    _description = "Queue Job Progress"
    _log_access = False
    _order = "job_id"
    _rec_names_search = ["job_id"]

    job_id = LooseMany2one("connector.queue.job", required=True)
    done = fields.Float(help="Amount of work done so far.")
    total = fields.Float(help="Amount of work in total.")
    message = fields.Char()
    date = fields.Datetime()

    _job_uniq = models.Constraint(
        "UNIQUE (job_id)", "The progress of this job is already stored."
    )


class QueueCancel(models.Model):
    """A request to stop the running attempt of a job."""

    _name = "connector.queue.cancel"
    _inherit = "connector.stored"
    _description = "Queue Job Cancellation"
    _log_access = False
    _order = "job_id, attempt"
    _rec_names_search = ["job_id"]

    job_id = LooseMany2one("connector.queue.job", required=True)
    attempt = fields.Integer(required=True, help="Number of the attempt to stop.")
    user_id = LooseMany2one("res.users", string="Requested by")
    date = fields.Datetime()

    _attempt_uniq = models.Constraint(
        "UNIQUE (job_id, attempt)", "This attempt has already been requested to stop."
    )
