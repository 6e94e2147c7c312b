# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The lanes in which jobs wait."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

ROOT = "root"


class QueueChannel(models.Model):
    """A lane of jobs, below the root channel."""

    _name = "connector.queue.channel"
    _description = "Queue Channel"
    _order = "complete_name"
    _rec_name = "complete_name"

    name = fields.Char(required=True)
    parent_id = fields.Many2one("connector.queue.channel", ondelete="restrict")
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, recursive=True
    )
    job_function_ids = fields.One2many("connector.queue.function", "channel_id")

    _complete_name_uniq = models.Constraint(
        "UNIQUE (complete_name)", "There is a channel with this name already."
    )

    # === COMPUTE === #

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for channel in self:
            names = filter(None, [channel.parent_id.complete_name, channel.name])
            channel.complete_name = ".".join(names)

    # === CONSTRAINTS === #

    @api.constrains("parent_id", "name")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A channel cannot be below itself."))
        for channel in self:
            if not channel.parent_id and channel.name != ROOT:
                raise ValidationError(
                    self.env._(
                        "Channel %(name)s has no parent. Put it below root.",
                        name=channel.name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Forget the ids that are kept by name."""
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Refuse to rename the root channel; forget the ids kept by name."""
        if {"name", "parent_id"} & vals.keys():
            self._check_not_root()
            self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_root(self):
        self._check_not_root()
        self.env.registry.clear_cache()

    # === HELPERS === #

    def _check_not_root(self):
        if any(channel.complete_name == ROOT for channel in self):
            raise UserError(self.env._("The root channel stays where and what it is."))

    @api.model
    @tools.ormcache("complete_name")
    def _id_of(self, complete_name: str) -> int:
        """Return the id of a channel; the missing ones on its path are created."""
        return self.sudo()._find_or_create(complete_name).id  # names come from code

    def _find_or_create(self, complete_name: str):
        found = self.search([("complete_name", "=", complete_name)])
        if found:
            return found
        parent_name, _dot, name = complete_name.rpartition(".")
        parent = self._find_or_create(parent_name) if parent_name else self.browse()
        return self.create({"name": name, "parent_id": parent.id})
