# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Channels: the lanes in which jobs wait, with their limits."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ...exception import InvalidUsageError
from ...fields.reference import LastingReference
from ...queue import store
from ...queue.channel_text import ROOT, parse_limits
from ...queue.channels.served import LIKENESS
from ...queue.delay.registry import JOB_REGISTRY
from ...queue.notify import wake_after_commit
from ...queue.settings import Settings
from ...text import did_you_mean, reference_of
from ..access_guard import framework_context, own_code

FUNCTION = "connector.queue.function"


class QueueChannel(models.Model):
    """A channel of jobs; all channels are below root."""

    _name = "connector.queue.channel"
    _inherit = ["connector.guarded", "mail.thread"]
    _description = "Queue Channel"
    _order = "complete_name"
    _rec_name = "complete_name"

    name = fields.Char(required=True)
    parent_id = fields.Many2one(
        "connector.queue.channel", string="Parent Channel", ondelete="restrict"
    )
    complete_name = fields.Char(
        string="Full Name",
        compute="_compute_complete_name",
        store=True,
        recursive=True,
        help="Names of the channel and its parents, such as root.sale.",
    )
    backend_id = LastingReference(
        selection=lambda self: self.env["connector.backend"]._select_models(),
        help="The jobs of this backend use this channel instead of the channel of "
        "their function.",
    )
    job_function_ids = fields.One2many(
        "connector.queue.function", "channel_id", string="Job Functions"
    )

    is_paused = fields.Boolean(
        string="Paused",
        tracking=True,
        help="No job starts in this channel or in the channels below it.",
    )
    pause_reason = fields.Char(
        string="Reason for the Pause",
        readonly=True,
        help="Filled in when the channel was not paused by a person.",
    )
    capacity = fields.Integer(
        tracking=True,
        help="Maximum number of jobs that run at the same time; 0: no limit.",
    )
    is_sequential = fields.Boolean(
        string="Sequential",
        tracking=True,
        help="Jobs run one at a time, in their order. A failed job blocks the next "
        "ones until it is done or cancelled.",
    )
    throttle_s = fields.Float(
        string="Throttle",
        tracking=True,
        help="Minimum number of seconds between two starts; 0: no limit.",
    )
    rate_count = fields.Integer(
        string="Rate",
        tracking=True,
        help="Maximum number of starts in a period; 0: no limit.",
    )
    rate_period_s = fields.Float(
        string="Period",
        tracking=True,
        default=60,
        help="Length of the period in seconds.",
    )
    is_open = fields.Boolean(
        string="Open",
        compute="_compute_is_open",
        store=True,
        recursive=True,
        help="Neither the channel nor one of its parents is paused.",
    )
    is_limited = fields.Boolean(
        string="Limited",
        compute="_compute_is_limited",
        store=True,
        recursive=True,
        help="The channel or one of its parents has a limit.",
    )

    running_count = fields.Integer(string="Running", compute="_compute_counts")
    ready_count = fields.Char(
        string="Ready", compute="_compute_counts", help="Jobs that can start now."
    )
    held_count = fields.Char(
        string="Held",
        compute="_compute_counts",
        help="Pending jobs that wait for their planned time, or for a job with the "
        "same concurrency key.",
    )
    failed_count = fields.Char(string="Failed", compute="_compute_counts")

    # written by the claims, see queue.store.channel
    next_start_at = fields.Datetime(
        string="Next Possible Start",
        readonly=True,
        help="With a throttle, no job starts before this time.",
    )
    period_count = fields.Integer(
        string="Starts in This Period",
        readonly=True,
        help="With a rate, the jobs that have started in the current period.",
    )
    period_end_at = fields.Datetime(
        string="End of This Period",
        readonly=True,
        help="With a rate, the end of the current period.",
    )

    _limits_check = models.Constraint(
        "CHECK (capacity >= 0 AND throttle_s >= 0 AND rate_count >= 0"
        " AND (rate_count = 0 OR rate_period_s > 0))",
        "Limits cannot be negative, and a rate needs a period.",
    )
    _sequential_check = models.Constraint(
        "CHECK (NOT is_sequential OR capacity IN (0, 1))",
        "A sequential channel runs one job at a time: its capacity must be 0 or 1.",
    )
    _backend_uniq = models.UniqueIndex(
        "(backend_id) WHERE backend_id IS NOT NULL",
        "This backend already has its own channel.",
    )
    _complete_name_uniq = models.Constraint(
        "UNIQUE (complete_name)", "A channel with this name already exists."
    )

    def init(self):
        """Create the trigger that moves the jobs of deleted channels."""
        store.make_channel_guard(self.env.cr)

    # === COMPUTE === #

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for channel in self:
            names = filter(None, [channel.parent_id.complete_name, channel.name])
            channel.complete_name = ".".join(names)

    @api.depends("is_paused", "parent_id.is_open")
    def _compute_is_open(self):
        for channel in self:
            parent = channel.parent_id
            channel.is_open = not channel.is_paused and (not parent or parent.is_open)

    @api.depends(
        "capacity",
        "is_sequential",
        "throttle_s",
        "rate_count",
        "parent_id.is_limited",
    )
    def _compute_is_limited(self):
        for channel in self:
            channel.is_limited = bool(
                channel.capacity
                or channel.is_sequential
                or channel.throttle_s
                or channel.rate_count
                or channel.parent_id.is_limited
            )

    def _compute_counts(self):
        counts = store.count_channels(self.env.cr, store.COUNT_LIMIT, self.ids)
        by_id = {count.id: count for count in counts}
        for channel in self:
            count = by_id.get(channel.id, store.ChannelFigures())
            channel.running_count = count.enqueued
            channel.ready_count = _limited(count.ready)
            channel.held_count = _limited(count.held)
            channel.failed_count = _limited(count.failed)

    # === CONSTRAINTS === #

    @api.constrains("parent_id", "name")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A channel cannot be its own parent."))
        for channel in self:
            if not channel.parent_id and channel.name != ROOT:
                raise ValidationError(
                    self.env._(
                        "Channel %(name)s has no parent. Choose one, such as root.",
                        name=channel.name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create, and clear the cache of ids by name."""
        self.check_access("create")
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Write, but not the name of root; clear the cache of ids by name."""
        self.check_access("write")  # before caches are cleared and workers woken
        if {"name", "parent_id"} & vals.keys():
            self._check_not_root()
        if {"name", "parent_id", "backend_id"} & vals.keys():
            self.env.registry.clear_cache()
        wake_after_commit(self.env.cr)  # another limit, other jobs
        if "is_paused" in vals:
            vals = {"pause_reason": False, **vals}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_root(self):
        self._check_not_root()
        self.env.registry.clear_cache()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for channel in self:
            limit = store.COUNT_LIMIT
            count = store.count_unfinished(self.env.cr, channel.ids, limit)
            if count:
                raise UserError(
                    self.env._(
                        "Cannot delete channel %(name)s: %(count)s jobs wait or run in "
                        "it, and would never be done. Move them to another channel "
                        "(Jobs > Reschedule…), or cancel them, first.",
                        name=channel.complete_name,
                        count=_limited(count),
                    )
                )

    # === ACTIONS === #

    def action_pause(self) -> None:
        """Pause the channels: none of their jobs starts."""
        self.check_access("write")
        self.write({"is_paused": True})

    def action_resume(self) -> None:
        """Resume the channels: their jobs start again."""
        self.check_access("write")
        self.write({"is_paused": False})

    def action_show_jobs(self) -> dict:
        """Show the jobs of the channel that are not done."""
        self.check_access("read")
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "connector.action_queue_job"
            ),
            "domain": [("channel_id", "=", self.id)],
            "display_name": self.complete_name,
        }

    # === HELPERS === #

    def _check_not_root(self):
        if any(channel.complete_name == ROOT for channel in self):
            raise UserError(
                self.env._("The root channel cannot be renamed, moved or deleted.")
            )

    @api.model
    @tools.ormcache("complete_name")
    def _id_of(self, complete_name: str) -> int:
        """Return the id of a channel; create those missing on its path."""
        channels = framework_context(self.sudo())  # names come from code
        return channels._find_or_create(complete_name).id

    @api.model
    @tools.ormcache("complete_name")
    def _declared_id_of(self, complete_name: str) -> int:
        """Return the id of a channel that is there, or declared by code or settings.

        Raises:
            InvalidUsageError: it is nowhere declared: a channel made of a misspelt name
                would have no limits.
        """
        rows_sudo = self.sudo().search_fetch([], ["complete_name"])  # names are public
        known = {row.complete_name: row.id for row in rows_sudo}
        if complete_name in known:
            return known[complete_name]
        declared = self._declared_names()
        if complete_name in declared:
            return self._id_of(complete_name)
        names = sorted(known.keys() | declared)
        near = did_you_mean(complete_name, names, LIKENESS)
        hint = near or f" There are {', '.join(names)}."
        raise InvalidUsageError(
            f"Cannot delay: there is no channel {complete_name!r}.{hint} A new one is "
            "made in Connectors > Queue > Channels, by default_channel of a job, or by "
            "channels in the settings."
        )

    @api.model
    def _declared_names(self) -> set[str]:
        """Return the channels of job functions and of the settings."""
        names = {function.default_channel for function in JOB_REGISTRY}
        names |= {name for _job, name in self.env[FUNCTION]._declared_jobs()}
        try:
            return names | parse_limits(Settings.find().channels).keys()
        except ValueError:  # the server says so at its start
            return names

    @api.model
    @tools.ormcache()
    def _own_channels(self) -> dict[str, int]:
        """Return the channels that belong to backends, by ``model,id``."""
        rows_sudo = self.sudo().search([("backend_id", "!=", False)])  # for all users
        return {
            reference_of(one.backend_id): one.id for one in rows_sudo if one.backend_id
        }

    @api.model
    def _configure(self, limits: dict[str, dict]) -> None:
        """Set the limits of channels from a configuration; create missing channels.

        Args:
            limits: columns by complete name, see ``queue.channel_text.parse_limits``.
        """
        for complete_name, told in limits.items():
            channel = self.browse(self._id_of(complete_name))
            changed = {name: told[name] for name in told if channel[name] != told[name]}
            if changed:
                channel.write(changed)

    def _find_or_create(self, complete_name: str):
        found = self.search([("complete_name", "=", complete_name)])
        if found:
            return found
        parent_name, _dot, name = complete_name.rpartition(".")
        parent = self._find_or_create(parent_name) if parent_name else self.browse()
        with own_code():
            return self.create({"name": name, "parent_id": parent.id})


def _limited(count: int) -> str:
    """Return a count as text, with "+" where counting stopped at the limit."""
    return f"{count:,}+" if count >= store.COUNT_LIMIT else f"{count:,}"
