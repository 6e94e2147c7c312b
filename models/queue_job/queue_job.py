# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs, the rows of the queue."""

import json
from collections.abc import Callable

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...fields.loose import LooseMany2one
from ...queue import store
from ...queue.delay import codec
from ...queue.delay.options import DEFAULT_MAX_RETRIES, DEFAULT_PRIORITY
from ...queue.eta import IS_TELLABLE
from ...queue.server.cron_fallback import run_without_worker
from ...queue.state import PENDING, STATES


class QueueJob(models.Model):
    """A job: a call that runs later, in a separate transaction.

    Rows are written by ``queue/store`` only; rows from elsewhere are not run.
    """

    _name = "connector.queue.job"
    _inherit = ["connector.loose", "connector.stored"]
    _description = "Queue Job"
    _log_access = False
    _order = "id DESC"

    uuid = fields.Char(string="UUID", required=True, readonly=True)
    name = fields.Char(string="Description", readonly=True)
    user_id = LooseMany2one("res.users", required=True, readonly=True)
    company_id = LooseMany2one("res.company", readonly=True)
    context = fields.Json(readonly=True)

    func_name = fields.Char(required=True, readonly=True)
    method_name = fields.Char(readonly=True)
    model_name = fields.Char(string="Model", readonly=True)
    payload = fields.Json(required=True, readonly=True)
    payload_version = fields.Integer(
        required=True, readonly=True, default=codec.VERSION
    )
    job_function_id = LooseMany2one("connector.queue.function", readonly=True)
    channel_id = LooseMany2one("connector.queue.channel", required=True, readonly=True)
    channel = fields.Char(string="Channel Name", related="channel_id.complete_name")

    state = fields.Selection(STATES, required=True, readonly=True, default=PENDING)
    hold = fields.Char(readonly=True, help="Why a pending job may not start yet.")
    priority = fields.Integer(required=True, readonly=True, default=DEFAULT_PRIORITY)
    eta = fields.Datetime(string="Not Before", readonly=True)
    identity_key = fields.Char(readonly=True)
    concurrency_key = fields.Char(
        readonly=True, help="Jobs with the same never run at the same time."
    )
    key_news = fields.Boolean(
        required=True,
        readonly=True,
        default=False,
        help="Whether the next job with the key is to be looked for.",
    )
    freed_key = fields.Char(
        readonly=True, help="Another key that the job had, of which there are news."
    )
    tags = fields.Json(
        "List of Tags", readonly=True, help="Texts by which jobs are found."
    )
    tag_names = fields.Char(
        string="Tags", compute="_compute_tag_names", search="_search_tag_names"
    )
    has_edges = fields.Boolean(
        required=True, readonly=True, default=False, help="Others wait for it."
    )

    attempt = fields.Integer(string="Starts", required=True, readonly=True, default=0)
    retry = fields.Integer(
        string="Current try", required=True, readonly=True, default=0
    )
    max_retries = fields.Integer(
        required=True, readonly=True, default=DEFAULT_MAX_RETRIES
    )
    has_own_max_retries = fields.Boolean(
        readonly=True,
        help="The retries were given with the job, so they are counted also after "
        "errors of the network.",
    )
    network_since = fields.Datetime(
        string="No Answer Since",
        readonly=True,
        help="When the other system began not to answer this job.",
    )
    network_until = fields.Datetime(
        string="Retried Until",
        readonly=True,
        help="When the job fails unless the other system answers before.",
    )
    timeout = fields.Float(
        string="Timeout (s)", readonly=True, help="It is interrupted when it is over."
    )
    deaths = fields.Integer(
        required=True,
        readonly=True,
        default=0,
        help="Workers that died with it in a row.",
    )
    commits = fields.Integer(
        required=True,
        readonly=True,
        default=0,
        help="Commits in the middle of the job.",
    )
    worker_id = LooseMany2one("connector.queue.worker", readonly=True)
    claim_number = fields.Integer(readonly=True, help="Its place among the claims.")

    date_created = fields.Datetime(
        string="Created", required=True, readonly=True, default=fields.Datetime.now
    )
    date_enqueued = fields.Datetime(string="Enqueued", readonly=True)
    date_started = fields.Datetime(string="Started", readonly=True)
    date_done = fields.Datetime(string="Ended", readonly=True)
    result = fields.Text(readonly=True)
    result_json = fields.Json(
        string="Result as JSON", readonly=True, help="What the function returned."
    )
    exc_info = fields.Text(string="Exception", readonly=True)
    progress = fields.Float(
        compute="_compute_progress", help="Percent of the work, as the job says."
    )
    progress_message = fields.Char(compute="_compute_progress")
    attempt_ids = fields.One2many("connector.queue.attempt", "job_id", readonly=True)
    parent_edge_ids = fields.One2many(
        "connector.queue.edge", "child_id", string="Waits For", readonly=True
    )
    child_edge_ids = fields.One2many(
        "connector.queue.edge", "parent_id", string="Then", readonly=True
    )

    _uuid_uniq = models.Constraint("UNIQUE (uuid)", "There is a job with this UUID.")
    _worker_check = models.Constraint(
        "CHECK ((state = 'enqueued') = (worker_id IS NOT NULL))",
        "A job has a worker if and only if it is enqueued.",
    )
    _eta_check = models.Constraint(
        f"CHECK ({IS_TELLABLE})", "A job cannot be told to wait that long."
    )
    _ready_idx = models.Index(
        "(channel_id, priority, id) WHERE state = 'pending' AND hold IS NULL"
    )
    _eta_idx = models.Index("(eta) WHERE state = 'pending' AND hold = 'eta'")
    _taken_idx = models.Index("(channel_id) WHERE state = 'enqueued'")
    _order_idx = models.Index(
        "(channel_id, state, priority, id)"
        " WHERE state IN ('waiting', 'failed')"
        " OR (state = 'pending' AND hold IN ('eta', 'key'))"
    )
    _key_idx = models.Index(
        "(identity_key, state, id) WHERE identity_key IS NOT NULL AND state <> 'done'"
    )
    _identity_uniq = models.UniqueIndex(
        "(identity_key)"
        " WHERE identity_key IS NOT NULL AND state IN ('waiting', 'pending')"
    )
    _active_uniq = models.UniqueIndex(
        "(concurrency_key) WHERE concurrency_key IS NOT NULL"
        " AND (state = 'enqueued' OR (state = 'pending' AND hold IS NULL))"
    )
    _behind_idx = models.Index(
        "(concurrency_key, priority, id) WHERE state = 'pending' AND hold = 'key'"
    )
    _news_idx = models.Index("(priority, id) WHERE key_news AND state <> 'enqueued'")
    # for lists, newest first. A job that succeeds is written twice into the first
    # index and once into the second, always at the end; into the others never.
    _unfinished_idx = models.Index(
        "(id) WHERE state IN ('waiting', 'pending', 'enqueued', 'failed')"
    )
    _own_idx = models.Index("(user_id, id) WHERE state IN ('waiting', 'pending')")
    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")
    _failed_idx = models.Index("(id) WHERE state = 'failed'")
    _cancelled_idx = models.Index("(id) WHERE state = 'cancelled'")
    _tags_idx = models.Index("USING gin (tags jsonb_path_ops) WHERE tags IS NOT NULL")

    def init(self):
        """Create the database objects without model: functions, burst and admission.

        Etas beyond the limit, written by earlier versions, are set to the limit.
        """
        store.bound_etas(self.env.cr)
        store.make_functions(self.env.cr)
        store.make_burst(self.env.cr)
        store.make_admission(self.env.cr)

    # === COMPUTE === #

    @api.depends("tags")
    def _compute_tag_names(self):
        for job in self:
            job.tag_names = ", ".join(job.tags or ())

    def _search_tag_names(self, operator, value):
        """Find jobs by a whole tag, which is what the index supports."""
        if operator == "in":
            return Domain.OR(Domain.custom(to_sql=_has_tag(tag)) for tag in value)
        return NotImplemented

    def _compute_progress(self):
        told = (
            self.env["connector.queue.progress"]
            .sudo()
            .search_fetch(
                [("job_id", "in", self.ids)], ["job_id", "done", "total", "message"]
            )
        )  # readers of a job may see its progress
        by_job = {row.job_id.id: row for row in told}
        for job in self:
            row = by_job.get(job.id, told.browse())
            job.progress = 100 * row.done / row.total if row.total else 0
            job.progress_message = row.message

    # === HELPERS === #

    def _register_hook(self):
        """Trigger the cron after an install, so that all servers load the addon."""
        super()._register_hook()
        if self._original_module in self.env.registry.updated_modules:
            self._call_cron()

    @api.model
    def _call_cron(self) -> None:
        """Trigger the cron that runs jobs; it runs as root."""
        self.env.ref("connector.queue_cron_run").sudo()._trigger()

    @api.model
    def _cron_run(self) -> None:
        """Run jobs here for a while when no worker is alive."""
        if run_without_worker(self.env.cr.dbname):
            self._call_cron()


def _has_tag(tag: str) -> Callable:
    """Return the condition that a job has a tag, in a form that uses the index."""
    return lambda model, alias, query: SQL(
        "%s @> %s::jsonb",
        model._field_to_sql(alias, "tags", query),
        json.dumps([tag]),
    )
