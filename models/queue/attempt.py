# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Attempts of jobs: when each started, where it ran and how it ended."""

from odoo import fields, models
from odoo.tools import babel_locale_parse

from ...fields.loose import LooseMany2one
from ...queue.state import OUTCOMES
from ..elapsed import elapsed_text
from ..long_text import compute_line, compute_texts


class QueueAttempt(models.Model):
    """An attempt of a job, stored when it has ended."""

    _name = "connector.queue.attempt"
    _inherit = "connector.stored"
    _description = "Queue Job Attempt"
    _log_access = False
    _order = "job_id, attempt"
    _rec_names_search = ["job_id"]

    job_id = LooseMany2one("connector.queue.job", required=True)
    attempt = fields.Integer(
        required=True, help="Number of the attempt; the first one is 1."
    )
    worker_id = fields.Integer(string="Worker No.", help="Database id of the worker.")
    state = fields.Selection(
        OUTCOMES,
        string="Outcome",
        required=True,
        help="Conflicted: the transaction conflicted with another one and is repeated. "
        "Died: the worker crashed.",
    )
    message = fields.Text(prefetch=False)
    exc_info = fields.Text(
        string="Traceback",
        prefetch=False,
        help="Where in the code the error was raised.",
    )
    message_line = fields.Char(
        string="Error",
        compute="_compute_message_line",
        help="The first line of the message.",
    )
    message_text = fields.Text(string="Message Shown", compute="_compute_texts")
    exc_info_text = fields.Text(string="Traceback Shown", compute="_compute_texts")
    exc_info_url = fields.Char(string="Whole Traceback", compute="_compute_texts")
    date_started = fields.Datetime(string="Started")
    date_done = fields.Datetime(string="Ended")
    duration = fields.Char(compute="_compute_duration")
    worker_name = fields.Char(string="Worker", compute="_compute_worker_name")

    # the fence: two workers never both commit the same attempt
    _attempt_uniq = models.Constraint(
        "UNIQUE (job_id, attempt)", "This attempt of the job has already ended."
    )
    # rows come in the order of time and are never changed: a BRIN index is tiny
    _time_idx = models.Index("USING brin (date_done)")

    # === COMPUTE === #

    def _compute_duration(self):
        locale = babel_locale_parse(self.env.lang or "en_US")
        for attempt in self:
            has_both = attempt.date_started and attempt.date_done
            span = attempt.date_done - attempt.date_started if has_both else None
            attempt.duration = elapsed_text(span, locale)

    def _compute_message_line(self):
        compute_line(self, "message_line")

    def _compute_texts(self):
        compute_texts(self, "message", "exc_info")

    def _compute_worker_name(self):
        workers_sudo = self.env["connector.queue.worker"].sudo()  # readers of an
        ids = {attempt.worker_id for attempt in self}  # attempt may see where it ran
        known = workers_sudo.search([("id", "in", list(ids))]).grouped("id")
        for attempt in self:
            number = attempt.worker_id
            name = known[number].display_name if number in known else False
            attempt.worker_name = name or (number and self.env._("No. %s", number))
