# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Workers that are alive, with the jobs that they run."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import babel_locale_parse

from ...fields.loose import LooseMany2one
from ...queue import store
from ...queue.engine.registration import SILENCE_S
from ...queue.notify import wake_after_commit
from ...queue.state import ENQUEUED
from ..elapsed import elapsed_text


class QueueWorker(models.Model):
    """A worker: a thread that runs jobs of this database, in any process."""

    _name = "connector.queue.worker"
    _inherit = "connector.stored"
    _description = "Queue Worker"
    _log_access = False
    _order = "id"
    _rec_names_search = ["host"]

    uuid = fields.Char(
        string="UUID", required=True, help="Identifies the worker in logs."
    )
    host = fields.Char(help="Name of the machine.")
    pid = fields.Integer(string="Process ID")
    process_type = fields.Char(
        help="The kind of server process in which the worker runs."
    )
    threads = fields.Integer(help="Number of workers in the process.")
    only_channels = fields.Char(
        help="The worker runs jobs of these channels and the channels below them only. "
        "Empty: of all channels."
    )
    unknown_channels = fields.Char(
        help="Channels in the setting of the worker that do not exist in this database."
    )
    is_pooled = fields.Boolean(
        string="Pooled",
        help="The worker connects through a transaction pooler: it finds jobs by "
        "polling, and is considered dead when it has not reported for a while.",
    )
    refusal = fields.Text(
        string="Configuration Error",
        help="The worker runs no job because its server is misconfigured.",
    )
    backend_pid = fields.Integer(
        string="Control Connection PID",
        help="PostgreSQL process of the connection that keeps the worker registered.",
    )
    books_backend_pid = fields.Integer(
        string="Bookkeeping Connection PID",
        help="PostgreSQL process of the connection that claims and ends jobs.",
    )
    job_backend_pid = fields.Integer(
        string="Job Connection PID",
        help="PostgreSQL process of the connection that runs the job.",
    )
    date_start = fields.Datetime(string="Started")
    date_alive = fields.Datetime(string="Last Heartbeat")
    job_id = LooseMany2one(
        "connector.queue.job",
        string="Last Job",
        help="The job that the worker is running, or ran last.",
    )
    job_ids = fields.One2many(
        "connector.queue.job", "worker_id", string="Enqueued Jobs"
    )
    job_started_at = fields.Datetime(
        string="Job Started", help="When the worker started this job."
    )

    is_alive = fields.Boolean(
        string="Alive",
        compute="_compute_now",
        help="The worker has reported in the last minute.",
    )
    silence = fields.Char(
        string="Silent For",
        compute="_compute_now",
        help="Time since the worker reported last.",
    )
    life = fields.Char(
        string="Uptime", compute="_compute_now", help="Time since the worker started."
    )
    shown_job_id = fields.Many2one(
        "connector.queue.job", string="Running Job", compute="_compute_now"
    )
    duration = fields.Char(
        string="Running For",
        compute="_compute_now",
        help="Time since the job was started.",
    )

    # === COMPUTE === #

    @api.depends("host", "pid")
    def _compute_display_name(self):
        for worker in self:
            worker.display_name = f"{worker.host}:{worker.pid} (No. {worker.id})"

    def _compute_now(self):
        now = store.read_clock(self.env.cr)
        locale = babel_locale_parse(self.env.lang or "en_US")
        for worker in self:
            silence = now - worker.date_alive if worker.date_alive else None
            worker.is_alive = (silence or timedelta.max).total_seconds() < SILENCE_S
            worker.silence = elapsed_text(silence, locale)
            started = worker.date_start
            worker.life = elapsed_text(now - started if started else None, locale)
            # the job of the row may have ended since
            job = worker.job_id.exists()
            is_on = job.state == ENQUEUED and job.worker_id == worker
            worker.shown_job_id = job if is_on else False
            since = worker.job_started_at if is_on else None
            worker.duration = elapsed_text(now - since if since else None, locale)

    # === ACTIONS === #

    def action_open_job(self) -> dict:
        """Show the job that runs now."""
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "connector.queue.job",
            "view_mode": "form",
            "res_id": self.shown_job_id.id,
        }

    @api.model
    @api.private
    def assign_jobs(self, max_jobs: int | None = None) -> None:
        """Wake free workers; the classic name.

        Args:
            max_jobs: ignored; a worker claims as many as it can run soon.
        """
        wake_after_commit(self.env.cr)

    @api.model
    @api.private
    def enqueue_jobs(self) -> None:
        """Wake free workers; the classic name."""
        wake_after_commit(self.env.cr)

    @api.model
    @api.private
    def assign_then_enqueue(self, max_jobs: int | None = None) -> bool:
        """Run jobs here when no worker is alive; the classic name.

        Args:
            max_jobs: ignored.
        """
        self.env["connector.queue.job"]._cron_run()
        return True
