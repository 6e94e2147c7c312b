# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conflicts of a backend: who owns its fields, and what a person has to decide."""

from collections.abc import Iterable

from odoo import SUPERUSER_ID, models

from ...flows.conflicts.bases import Base
from ...flows.conflicts.owners import Owners
from ...text import reference_of
from .checkpoint import BOTH_CHANGED


class ConnectorBackend(models.AbstractModel):
    """Owners and conflicts of the fields of a backend's records."""

    _inherit = "connector.backend"

    # === CRUD === #

    def unlink(self):
        """Delete backends, and who owns their fields."""
        references = [reference_of(backend) for backend in self]
        result = super().unlink()
        rows_sudo = self.env["connector.field.owner"].sudo()  # of what is gone
        rows_sudo.search([("backend_id", "in", references)]).unlink()
        return result

    # === HELPERS === #

    def _owners_of(self, model_name: str) -> Owners:
        """Return the owners of the fields of a binding model on this backend."""
        model_class = self.env.registry[model_name]
        chosen = self.env["connector.field.owner"]._chosen(self, model_name)
        return Owners(model_class, chosen)

    def _ask_conflicts(self, binding: models.BaseModel, asked: list, base: Base):
        """Let a person decide about fields that both sides changed.

        Args:
            binding: of the record, in the environment of the import.
            asked: the conflicts that the import in hand has found.
            base: of the binding, with the fields that wait.
        """
        checkpoint_sudo = self.env["connector.checkpoint"]._of_binding(binding)
        rows = checkpoint_sudo.conflict_ids.grouped("field")
        nothing = self.env["connector.conflict"].sudo()
        news = [one for one in asked if rows.get(one.name, nothing)._is_news(one)]
        if news:
            checkpoint_sudo = self.add_checkpoint(
                binding._name,
                binding.id,
                self._describe_conflicts(binding, base.held),
                reason=BOTH_CHANGED,
                binding=binding,
            ).sudo()
            for one in news:
                nothing._note(checkpoint_sudo, binding, one)
        self._rest_conflicts(binding, base)

    def _rest_conflicts(self, binding: models.BaseModel, base: Base) -> None:
        """Note the state of a binding, and close what nobody has to decide any more."""
        checkpoint_sudo = self.env["connector.checkpoint"]._of_binding(binding)
        over = checkpoint_sudo.conflict_ids.filtered(
            lambda row: not row.decision and row.field not in base.held
        )
        if over:
            checkpoint_sudo._settle_rows(over)
        if base.held:
            message = self._describe_conflicts(binding, base.held)
            binding.set_sync_state("conflict", message)
        elif binding.sync_state == "conflict":
            binding.set_sync_state("synced")

    def _describe_conflicts(
        self, binding: models.BaseModel, names: Iterable[str]
    ) -> str:
        labels = [
            binding._fields[name].get_description(self.env, ["string"])["string"]
            for name in sorted(names)
            if name in binding._fields
        ]
        return self.env._(
            "%(record)s was changed here and on the backend: %(fields)s.",
            record=binding.display_name,
            fields=", ".join(labels),
        )

    def _is_person(self, user: models.BaseModel) -> bool:
        """Return whether a user is a person, and not one in whose name flows run."""
        if not user or user.id == SUPERUSER_ID:
            return False
        return not any(
            self.env[name]
            .sudo()
            .search_count([("flow_user_id", "=", user.id)], limit=1)
            for name, _label in self._select_models()
        )
