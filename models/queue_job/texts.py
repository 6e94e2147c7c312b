# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Results and errors of jobs as screens show them, whatever their length."""

from odoo import fields, models

from ...queue import store
from ..long_text import (
    NO_TEXTS,
    SHOWN_SIZE,
    START_SIZE,
    download_url,
    first_line,
    shown_text,
)


class QueueJob(models.Model):
    """Excerpts of the long texts of a job; the list and the form read no more."""

    _inherit = "connector.queue.job"

    result_line = fields.Char(
        string="Message",
        compute="_compute_result_line",
        help="The first line of the result, or of the error.",
    )
    result_text = fields.Text(string="Result Shown", compute="_compute_texts")
    result_url = fields.Char(string="Whole Result", compute="_compute_texts")
    exc_info_text = fields.Text(string="Traceback Shown", compute="_compute_texts")
    exc_info_url = fields.Char(string="Whole Traceback", compute="_compute_texts")

    # === COMPUTE === #

    # Without depends: Odoo would read the whole texts with the fields made of them.

    def _compute_result_line(self):
        starts = store.read_job_starts(self.env.cr, self.ids, START_SIZE)
        for job in self:
            job.result_line = first_line(starts.get(job.id))

    def _compute_texts(self):
        texts = store.read_job_texts(self.env.cr, self.ids, SHOWN_SIZE)
        for job in self:
            result, exc_info = texts.get(job.id, NO_TEXTS)
            job.result_text = shown_text(result)
            job.result_url = download_url(job, "result", result)
            job.exc_info_text = shown_text(exc_info)
            job.exc_info_url = download_url(job, "exc_info", exc_info)
