# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The workers that are alive, and what they run."""

from odoo import api, fields, models

from ..queue.wake import wake_after_commit
from .loose_many2one import LooseMany2one


class QueueWorker(models.Model):
    """A thread that runs the jobs of this database in some process."""

    _name = "connector.queue.worker"
    _description = "Queue Worker"
    _log_access = False
    _order = "id"
    _rec_name = "uuid"

    uuid = fields.Char(string="UUID", required=True, readonly=True)
    host = fields.Char(readonly=True)
    pid = fields.Integer(string="Process", readonly=True)
    process_type = fields.Char(readonly=True)
    threads = fields.Integer(readonly=True, help="Workers in the process.")
    only_channels = fields.Char(
        readonly=True, help="Channels whose jobs it runs, with those below; none: all."
    )
    unknown_channels = fields.Char(
        readonly=True, help="Those of them that this database does not have."
    )
    is_pooled = fields.Boolean(
        string="Pooled",
        readonly=True,
        help="A transaction pooler stands before PostgreSQL: jobs are found by "
        "polling, and a dead worker by its silence.",
    )
    refusal = fields.Text(
        string="Why It Runs No Job",
        readonly=True,
        help="What is wrong with the settings of that server.",
    )
    backend_pid = fields.Integer(string="PostgreSQL process", readonly=True)
    books_backend_pid = fields.Integer(
        string="PostgreSQL process of books", readonly=True
    )
    job_backend_pid = fields.Integer(string="PostgreSQL process of job", readonly=True)
    date_start = fields.Datetime(string="Started", readonly=True)
    date_alive = fields.Datetime(string="Last Sign of Life", readonly=True)
    job_id = LooseMany2one("connector.queue.job", string="Runs", readonly=True)
    job_ids = fields.One2many("connector.queue.job", "worker_id", readonly=True)
    job_started_at = fields.Datetime(string="Since", readonly=True)

    @api.model
    @api.private
    def assign_jobs(self, max_jobs: int | None = None) -> None:
        """Let free workers look for jobs; the classic name.

        Args:
            max_jobs: of no meaning: a worker takes as many as it can run soon.
        """
        wake_after_commit(self.env.cr)

    @api.model
    @api.private
    def enqueue_jobs(self) -> None:
        """Let free workers look for jobs; the classic name."""
        wake_after_commit(self.env.cr)

    @api.model
    @api.private
    def assign_then_enqueue(self, max_jobs: int | None = None) -> bool:
        """See that jobs run; the classic name.

        Args:
            max_jobs: of no meaning, as above.
        """
        self.env["connector.queue.job"]._cron_run()
        return True
