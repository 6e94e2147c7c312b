# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs, the rows of the queue."""

import json
from collections.abc import Callable

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...fields.loose import LooseMany2one
from ...fields.reference import LastingReference
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

    uuid = fields.Char(
        string="UUID", required=True, help="Identifies the job in logs and in code."
    )
    name = fields.Char(string="Description")
    user_id = LooseMany2one(
        "res.users", required=True, help="The job runs with the rights of this user."
    )
    company_id = LooseMany2one("res.company", help="The job runs in this company.")
    context = fields.Json(
        help="Odoo context of the job, such as language and time zone."
    )

    func_name = fields.Char(string="Function", required=True)
    method_name = fields.Char(
        string="Method", help="Method of the model; empty if the job calls a function."
    )
    model_name = fields.Char(string="Model")
    payload = fields.Json(
        required=True, prefetch=False, help="Arguments of the call, as stored."
    )
    payload_version = fields.Integer(
        string="Payload Format",
        required=True,
        default=codec.VERSION,
        help="Version of the format in which the arguments are stored.",
    )
    job_function_id = LooseMany2one("connector.queue.function", string="Job Function")
    channel_id = LooseMany2one(
        "connector.queue.channel",
        required=True,
        help="The channel whose limits apply to the job.",
    )
    channel = fields.Char(string="Channel Name", related="channel_id.complete_name")
    backend_id = LastingReference(
        selection=lambda self: self.env["connector.backend"]._select_models(),
        help="The backend that the job works for.",
    )

    state = fields.Selection(
        STATES,
        required=True,
        default=PENDING,
        help="A job that a worker has taken is enqueued, also while it runs.",
    )
    hold = fields.Char(
        string="Blocked By",
        help="Why a pending job cannot start yet: eta (its planned time), key (another "
        "job with its concurrency key), or an explanation.",
    )
    priority = fields.Integer(
        required=True,
        default=DEFAULT_PRIORITY,
        help="Jobs with a smaller number start first.",
    )
    eta = fields.Datetime(
        string="Not Before", help="The job does not start before this time."
    )
    identity_key = fields.Char(
        help="As a rule, no second job with this key is created while the first one "
        "waits."
    )
    concurrency_key = fields.Char(
        help="Jobs with the same key never run at the same time."
    )
    key_news = fields.Boolean(
        string="Concurrency Key to Check",
        required=True,
        default=False,
        help="Whether the next job with the concurrency key has yet to be found.",
    )
    freed_key = fields.Char(
        string="Former Concurrency Key",
        help="A key the job no longer has; the next job with it has yet to be found.",
    )
    tags = fields.Json(string="Tags (JSON)", help="Words by which the job is found.")
    tag_names = fields.Char(
        string="Tags", compute="_compute_tag_names", search="_search_tag_names"
    )
    has_edges = fields.Boolean(
        string="Has Dependent Jobs",
        required=True,
        default=False,
        help="Other jobs wait for this job.",
    )

    attempt = fields.Integer(
        string="Attempts",
        required=True,
        default=0,
        help="How often the job has started. Never reset.",
    )
    retry = fields.Integer(
        string="Retries",
        required=True,
        default=0,
        help="Failed attempts that count towards the maximum. The count restarts at 0 "
        "when somebody retries the job.",
    )
    max_retries = fields.Integer(
        string="Maximum Retries",
        required=True,
        default=DEFAULT_MAX_RETRIES,
        help="The job fails when this number is reached; 0: no limit.",
    )
    has_own_max_retries = fields.Boolean(
        string="Retries Given with the Job",
        help="The retries were given with the job, so they are counted also after "
        "errors of the network.",
    )
    network_since = fields.Datetime(
        string="No Answer Since",
        help="When the other system began not to answer this job.",
    )
    network_until = fields.Datetime(
        string="Retried Until",
        help="When the job fails unless the other system answers before.",
    )
    timeout = fields.Float(
        string="Timeout (s)",
        help="An attempt that takes longer is interrupted; 0: no limit.",
    )
    deaths = fields.Integer(
        string="Worker Crashes",
        required=True,
        default=0,
        help="Consecutive worker crashes while running this job.",
    )
    commits = fields.Integer(
        string="Intermediate Commits",
        required=True,
        default=0,
        help="Commits the job made before its end.",
    )
    worker_id = LooseMany2one(
        "connector.queue.worker", help="The worker that took the job."
    )
    claim_number = fields.Integer(
        string="Position in Batch",
        help="The worker runs the jobs it has taken in this order.",
    )

    date_created = fields.Datetime(
        string="Created", required=True, default=fields.Datetime.now
    )
    date_enqueued = fields.Datetime(
        string="Enqueued", help="When a worker took the job."
    )
    date_started = fields.Datetime(string="Started", help="Start of the last attempt.")
    date_done = fields.Datetime(string="Ended")
    done_by_id = LooseMany2one(
        "res.users",
        string="Set to Done by",
        help="Who set the job to done. Empty when it ran, and when it is not done.",
    )
    # Long texts, like the payload, are not prefetched: lists of jobs do not need them.
    result = fields.Text(
        prefetch=False, help="What the function returned, or why the job failed."
    )
    result_json = fields.Json(
        string="Result (JSON)", prefetch=False, help="What the function returned."
    )
    exc_info = fields.Text(
        string="Traceback",
        prefetch=False,
        help="Where in the code the error was raised.",
    )
    progress = fields.Float(
        compute="_compute_progress", help="In percent, as reported by the job."
    )
    progress_message = fields.Char(
        string="Current Step",
        compute="_compute_progress",
        help="What the job is doing, as reported by the job.",
    )
    attempt_ids = fields.One2many(
        "connector.queue.attempt", "job_id", string="Past Attempts"
    )
    parent_edge_ids = fields.One2many(
        "connector.queue.edge", "child_id", string="Waits For"
    )
    child_edge_ids = fields.One2many(
        "connector.queue.edge", "parent_id", string="Followed By"
    )

    _uuid_uniq = models.Constraint(
        "UNIQUE (uuid)", "A job with this UUID already exists."
    )
    _worker_check = models.Constraint(
        "CHECK ((state = 'enqueued') = (worker_id IS NOT NULL))",
        "Only an enqueued job has a worker, and each enqueued job has one.",
    )
    _eta_check = models.Constraint(
        f"CHECK ({IS_TELLABLE})", "The planned time of a job is out of range."
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
    # for the counts of the overview, see queue.store.overview
    _open_idx = models.Index(
        "(backend_id, date_created) WHERE state IN ('waiting', 'pending')"
    )
    _ended_idx = models.Index(
        "(backend_id, state, date_done)"
        " WHERE state IN ('done', 'failed') AND done_by_id IS NULL"
    )
    _by_hand_idx = models.Index("(backend_id, date_done) WHERE done_by_id IS NOT NULL")

    def init(self):
        """Create the database objects without model, such as functions and triggers.

        Etas beyond the limit, written by earlier versions, are set to the limit.
        """
        store.bound_etas(self.env.cr)
        store.make_objects(self.env.cr)

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
        "%s @> %s::jsonb", model._field_to_sql(alias, "tags", query), json.dumps([tag])
    )
