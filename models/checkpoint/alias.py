# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checkpoints about aliases: second bindings of records that were merged here."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...components.backend_adapter import BackendAdapter
from ...exception import NoConnectorUnitError


class ConnectorCheckpoint(models.Model):
    """What a person may do about aliases: merge there, unbind, or keep them."""

    _inherit = "connector.checkpoint"

    has_alias = fields.Boolean(
        string="About an Alias",
        compute="_compute_has_alias",
        help="The record has a second binding on the backend since records were "
        "merged here.",
    )
    can_merge_there = fields.Boolean(
        string="Can Be Merged There",
        compute="_compute_has_alias",
        help="The backend can merge the records as well.",
    )

    # === COMPUTE === #

    @api.depends("binding_id", "state")
    def _compute_has_alias(self):
        for checkpoint in self:
            aliases_sudo = checkpoint._aliases()
            checkpoint.has_alias = bool(aliases_sudo)
            checkpoint.can_merge_there = _can_merge(aliases_sudo)

    # === ACTIONS === #

    def action_merge_there(self) -> None:
        """Merge the records on the backend as well, in a job."""
        aliases_sudo = self._checked_aliases()
        main_sudo = self._main_of(aliases_sudo)
        if not main_sudo or not _can_merge(aliases_sudo):
            raise UserError(
                self.env._(
                    "The backend of %(name)s cannot merge records. Merge them there "
                    "by hand, or unbind the alias.",
                    name=self.name,
                )
            )
        backend_sudo = aliases_sudo.backend_id
        backend_sudo.delayed().merge_there(
            aliases_sudo._name,
            main_sudo.external_id,
            aliases_sudo.mapped("external_id"),
        )
        self.reviewed()

    def action_unbind_alias(self) -> None:
        """Delete the aliases; their records on the backend are not imported again."""
        self._checked_aliases().unlink()
        self.reviewed()

    # === HELPERS === #

    def _checked_aliases(self) -> models.BaseModel:
        """Return the aliases that a reviewer of the checkpoint may settle.

        Raises:
            UserError: there are none any more.
        """
        self.check_access("write")
        self.ensure_one()
        aliases_sudo = self._aliases()
        if not aliases_sudo or self.state != "need_review":
            raise UserError(
                self.env._(
                    "%(name)s is not about an alias, or was settled already. Press "
                    "Reviewed if nothing is left to do.",
                    name=self.name,
                )
            )
        return aliases_sudo

    def _aliases(self) -> models.BaseModel | None:
        """Return the aliases of the record on the backend, with elevated rights.

        Reviewers need no rights on bindings: what they may do is to answer the question
        of the checkpoint.
        """
        binding = self.binding_id
        binding_sudo = binding.sudo().exists() if binding else None
        if not binding_sudo or "is_alias" not in binding_sudo._fields:
            return None
        if not binding_sudo.is_alias:
            return None
        return self._siblings(binding_sudo, is_alias=True)

    def _main_of(self, aliases_sudo: models.BaseModel) -> models.BaseModel:
        """Return the binding that counts, beside aliases."""
        return self._siblings(aliases_sudo[:1], is_alias=False)

    def _siblings(self, binding_sudo, is_alias: bool) -> models.BaseModel:
        """Return the bindings of the same record on the same backend."""
        field = "odoo_id" if "odoo_id" in binding_sudo._fields else "openerp_id"
        return binding_sudo.with_context(active_test=False).search(
            [
                ("backend_id", "=", binding_sudo.backend_id.id),
                (field, "=", binding_sudo[field].id),
                ("is_alias", "=", is_alias),
            ]
        )


def _can_merge(aliases_sudo: models.BaseModel | None) -> bool:
    """Return whether the adapter of some bindings merges records on the backend."""
    backend_sudo = aliases_sudo.backend_id if aliases_sudo else None
    if not backend_sudo or "active" not in backend_sudo._fields:
        return False
    scope = backend_sudo.get_environment(aliases_sudo._name)
    try:
        adapter = scope.get_connector_unit(BackendAdapter)
    except (NoConnectorUnitError, ValueError):  # the connector declares none
        return False
    return callable(getattr(adapter, "merge", None))
