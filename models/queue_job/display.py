# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Computed fields, log lines and dependencies of jobs for screens."""

import inspect
from collections.abc import Iterator

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import babel_locale_parse

from ...exception import FailedJobError, NotReadableJobError
from ...queue import store
from ...queue.classic.job import Job
from ...queue.delay.call import shorten
from ...queue.state import DONE, ENQUEUED, FAILED, NOT_STARTED, STARTED, STATES
from ...redaction import MESSAGE_SIZE, bounded
from ..elapsed import elapsed_text
from ..last_request import compute_last_request
from ..long_text import compute_line, compute_texts
from ..reviewed_record import hide_closed

NODES = 400  # a larger graph is unreadable
EDGES = 4_000


class QueueJob(models.Model):
    """Fields of jobs for screens only; none of them is stored."""

    _inherit = "connector.queue.job"

    shown_state = fields.Selection(
        STATES,
        string="Status",
        compute="_compute_shown_state",
        search="_search_shown_state",
        help="The state; a job that a worker has taken is Started while it runs.",
    )
    worker_name = fields.Char(
        string="Runs On",
        compute="_compute_shown_state",
        help="Host and process of the worker that is running the job.",
    )
    age = fields.Char(
        compute="_compute_age", help="Time from the creation of the job to its start."
    )
    duration = fields.Char(
        compute="_compute_shown_state", help="Running time of the last attempt."
    )
    arguments = fields.Html(compute="_compute_arguments", sanitize=False)
    log_ids = fields.One2many("connector.log", "job_id", string="Log Lines")
    log_count = fields.Integer(
        string="Number of Log Lines", compute="_compute_log_count"
    )
    is_channel_open = fields.Boolean(
        string="Channel Is Open",
        related="channel_id.is_open",
        help="Neither the channel nor one of its parents is paused.",
    )
    is_graph = fields.Boolean(string="Has Dependencies", compute="_compute_is_graph")
    # excerpts of the long texts: the list and the form read no more of them
    result_line = fields.Char(
        string="Message",
        compute="_compute_result_line",
        help="The first line of the result, or of the error.",
    )
    result_text = fields.Text(string="Result Shown", compute="_compute_texts")
    result_url = fields.Char(string="Whole Result", compute="_compute_texts")
    exc_info_text = fields.Text(string="Traceback Shown", compute="_compute_texts")
    exc_info_url = fields.Char(string="Whole Traceback", compute="_compute_texts")
    last_request = fields.Char(
        compute="_compute_last_request",
        help="The last request of the attempt that failed, and the status it got.",
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

    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        """Show the description, or the id to users who may not read the job."""
        super()._compute_display_name()
        hide_closed(self)

    def _compute_shown_state(self):
        running = self._running_now()
        now, locale = self._now_and_locale()
        for job in self:
            worker_sudo = running.get(job.id)
            job.worker_name = worker_sudo.display_name if worker_sudo else False
            job.shown_state = STARTED if worker_sudo else job.state
            since = worker_sudo.job_started_at if worker_sudo else job.date_started
            end = now if worker_sudo else job.date_done
            has_run = bool(worker_sudo) or job.state in (DONE, FAILED)
            span = end - since if has_run and end and since else None
            job.duration = elapsed_text(span, locale)

    def _search_shown_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        workers_sudo = self.env["connector.queue.worker"].sudo()  # only ids leave
        running = Domain("state", "=", ENQUEUED) & Domain(
            "id", "in", workers_sudo.search([("job_id", "!=", False)]).job_id.ids
        )
        return Domain.OR(
            running
            if state == STARTED
            else Domain("state", "=", state) & ~running
            if state == ENQUEUED
            else Domain("state", "=", state)
            for state in value
        )

    def _compute_age(self):
        now, locale = self._now_and_locale()
        for job in self:
            is_over = job.state not in (*NOT_STARTED, ENQUEUED)
            end = (job.date_started or job.date_done) if is_over else now
            has_both = job.date_created and end
            job.age = elapsed_text(end - job.date_created if has_both else None, locale)

    def _compute_arguments(self):
        for job in self:
            job.arguments = _table(_named_arguments(job))

    def _compute_is_graph(self):
        for job in self:
            job.is_graph = bool(job.parent_edge_ids or job.child_edge_ids)

    def _compute_log_count(self):
        counts = dict(
            self.env["connector.log"]._read_group(
                [("job_id", "in", self.ids)], ["job_id"], ["__count"]
            )
        )
        for job in self:
            job.log_count = counts.get(job, 0)

    def _compute_result_line(self):
        compute_line(self, "result_line")

    def _compute_texts(self):
        compute_texts(self, "result", "exc_info")

    def _compute_last_request(self):
        compute_last_request(self, "id")

    # === ACTIONS === #

    def action_show_log(self) -> dict:
        """Show the lines that the job logged, in all its attempts."""
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "connector.log",
            "view_mode": "list,form",
            "domain": [("job_id", "=", self.id)],
            "name": self.env._("Log"),
        }

    def find_graph(self) -> dict:
        """Return the jobs connected with this job, as far as the user may see them.

        Returns:
            ``nodes`` (id, name, state), ``edges`` (parent, child, condition, state) and
            ``is_cut``: whether there are more.
        """
        self.ensure_one()
        self.check_access("read")
        near = store.find_graph(self.env.cr, self.id, NODES + 1)
        jobs = self.search([("id", "in", near[:NODES])], order="id")
        edges = store.find_edges(self.env.cr, jobs.ids, EDGES)
        return {
            "nodes": [
                {"id": job.id, "name": job.name or "", "state": job.shown_state}
                for job in jobs
            ],
            "edges": [
                dict(zip(("parent", "child", "condition", "state"), edge, strict=True))
                for edge in edges
            ],
            "is_cut": len(near) > NODES or len(edges) == EDGES,
        }

    # === HELPERS === #

    def _running_now(self) -> dict:
        """Return the workers of the jobs that run now, by job id."""
        taken = self.filtered(lambda job: job.state == ENQUEUED)
        if not taken:
            return {}
        workers_sudo = (
            self.env["connector.queue.worker"]
            .sudo()  # readers of a job may see whether and where it runs
            .search_fetch(
                [("job_id", "in", taken.ids)],
                ["job_id", "job_started_at", "host", "pid"],
            )
        )
        return {
            worker.job_id.id: worker
            for worker in workers_sudo
            if taken.browse(worker.job_id.id).worker_id.id == worker.id
        }

    def _now_and_locale(self) -> tuple:
        return store.read_clock(self.env.cr), babel_locale_parse(
            self.env.lang or "en_US"
        )


def _named_arguments(row) -> Iterator[tuple[str, str]]:
    """Yield name and text of each argument; those named like a secret are hidden."""
    try:
        job = Job.from_record(row, row.env)
    except NotReadableJobError as error:
        yield "", bounded(str(error), MESSAGE_SIZE)
        return
    names = _parameter_names(job)
    for place, value in enumerate(job.args):
        name = names[place] if place < len(names) else f"*{place}"
        yield name, shorten(value, name)
    for name, value in job.kwargs.items():
        yield name, shorten(value, name)


def _parameter_names(job: Job) -> list[str]:
    """Return the names of the positional parameters, as far as known."""
    try:
        parameters = list(inspect.signature(job.func).parameters.values())
    except (FailedJobError, KeyError):  # the function or its model was removed
        return []
    positional = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    names = [one.name for one in parameters if one.kind in positional]
    return names if job.method_name else names[1:]  # without the session


def _table(rows) -> Markup:
    """Return an HTML table of names and values."""
    lines = Markup("").join(
        Markup(
            '<tr><th class="w-25 fw-normal text-muted">{}</th><td>{}</td></tr>'
        ).format(name, Markup("<code>{}</code>").format(text))
        for name, text in rows
    )
    if not lines:
        return Markup("")
    return Markup(
        '<table class="table table-sm mb-0"><tbody>{}</tbody></table>'
    ).format(lines)
