# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Job functions, and the channel of each."""

import inspect
import logging
from collections.abc import Callable, Iterator

import psycopg2

from odoo import api, fields, models, tools

from ...addon import addon_of
from ...queue.delay.call import Task
from ...queue.delay.registry import JOB_METHODS, JOB_REGISTRY, find_job_method

_logger = logging.getLogger(__name__)


class QueueFunction(models.Model):
    """A job function; managers may move it to another channel."""

    _name = "connector.queue.function"
    _inherit = "connector.guarded"
    _description = "Queue Job Function"
    _order = "name"

    name = fields.Char(string="Function", required=True)
    channel_id = fields.Many2one(
        "connector.queue.channel",
        required=True,
        ondelete="restrict",
        help="New jobs of the function use this channel.",
    )
    channel = fields.Char(
        string="Channel Name", related="channel_id.complete_name", store=True
    )
    note_limit = fields.Integer(
        string="Notes per Hour",
        default=3,
        help="Maximum number of failed jobs per hour for which managers get a note "
        "each. One more note covers the others.",
    )

    timeout_text = fields.Char(
        string="Timeout",
        compute="_compute_declared",
        help="Jobs that run longer are interrupted.",
    )
    retry_text = fields.Char(
        string="Retry Policy",
        compute="_compute_declared",
        help="When failed jobs are retried, as declared in the code.",
    )
    public_user = fields.Char(
        string="Public User Runs As",
        compute="_compute_declared",
        help="The user of jobs that the public user or nobody delays, where their "
        "backend has none. Empty: these are refused.",
    )
    description = fields.Text(compute="_compute_declared")
    is_missing = fields.Boolean(
        string="Missing",
        compute="_compute_declared",
        help="No installed addon defines this function.",
    )

    # written when notes are posted, see queue.store.notice
    note_count = fields.Integer(
        string="Notes in This Hour",
        readonly=True,
        help="Failures for which managers got a note in the current hour.",
    )
    notes_end_at = fields.Datetime(
        string="End of This Hour",
        readonly=True,
        help="When the count of notes starts again at 0.",
    )

    _note_limit_check = models.Constraint(
        "CHECK (note_limit >= 0)", "The number of notes per hour cannot be negative."
    )
    _name_uniq = models.Constraint(
        "UNIQUE (name)", "A job function with this name already exists."
    )

    # === COMPUTE === #

    def _compute_declared(self):
        known = {Task(one, None).func_name: one for one in JOB_REGISTRY}
        for row in self:
            function = known.get(row.name) or self._method(row.name)
            row.is_missing = function is None
            row.timeout_text = row._describe_timeout(function)
            row.retry_text = function.retry_policy.describe() if function else False
            row.public_user = function.public_user if function else False
            row.description = _read_doc(function) if function else False

    def _describe_timeout(self, function) -> str:
        seconds = getattr(function, "timeout", None)
        return f"{seconds:g} s" if seconds else self.env._("None")

    # === ACTIONS === #

    def action_show_jobs(self) -> dict:
        """Show the jobs of the function."""
        self.check_access("read")
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "connector.action_queue_job"
            ),
            "domain": [("job_function_id", "=", self.id)],
            "context": {},
            "display_name": self.name,
        }

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create, and clear the cache of places by name."""
        self.check_access("create")
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Write, and clear the cache of places by name."""
        self.check_access("write")
        self.env.registry.clear_cache()
        return super().write(vals)

    # === HELPERS === #

    @api.model
    def _method(self, func_name: str):
        """Return the job method with the name ``model.name.method``, or None."""
        model_name, _dot, name = func_name.rpartition(".")
        model_class = self.env.registry.get(model_name)
        return find_job_method(model_class, name) if model_class else None

    @api.model
    def _find_or_create_channel(self, path: str):
        """Return the channel with a complete name."""
        channels = self.env["connector.queue.channel"]
        return channels.browse(channels._id_of(path))

    @api.model
    @tools.ormcache()
    def _places(self) -> dict[str, tuple[int, int]]:
        """Return the ids of each function's row and of its channel, by name."""
        rows_sudo = self.sudo().search_fetch([], ["name", "channel_id"])  # all: a few
        return {row.name: (row.id, row.channel_id.id) for row in rows_sudo}

    def _register_hook(self):
        """Create the rows of job functions of installed addons."""
        super()._register_hook()
        self._register_jobs()

    @api.model
    def _register_jobs(self) -> None:
        """Create the missing rows; existing rows keep their channel."""
        known = self._places()
        missing = {
            name: channel
            for name, channel in self._declared_jobs()
            if name not in known
        }
        if not missing:
            return
        try:
            with self.env.cr.savepoint():
                self.create(
                    [
                        {
                            "name": name,
                            "channel_id": self._find_or_create_channel(channel).id,
                        }
                        for name, channel in sorted(missing.items())
                    ]
                )
        except (psycopg2.IntegrityError, psycopg2.OperationalError) as error:
            # another process loads the same registry at the same time
            _logger.info("job functions are registered elsewhere: %s", error)

    def _declared_jobs(self) -> Iterator[tuple[str, str]]:
        """Yield name and default channel of each job of installed addons."""
        for function in JOB_REGISTRY:
            if addon_of(function) in self.env.registry._init_modules:
                yield Task(function, None).func_name, function.default_channel
        for model_name, model_class in self.env.registry.items():
            for name in JOB_METHODS:
                method = find_job_method(model_class, name)
                if method:
                    yield f"{model_name}.{name}", method.default_channel


def _read_doc(function: Callable) -> str:
    """Return the docstring of a function, without markup."""
    return (inspect.getdoc(function) or "").replace("``", "")
