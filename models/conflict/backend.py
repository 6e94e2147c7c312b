# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conflicts of a backend: who owns its fields, and what a person has to decide."""

from odoo import models

from ...flows.conflicts.owners import Owners


class ConnectorBackend(models.AbstractModel):
    """Owners and conflicts of the fields of a backend's records."""

    _inherit = "connector.backend"

    # === HELPERS === #

    def _owners_of(self, model_name: str) -> Owners:
        """Return the owners of the fields of a binding model on this backend."""
        return Owners(self.env.registry[model_name])

    def _ask_conflicts(
        self, binding: models.BaseModel, asked: list, held: set[str]
    ) -> None:
        """Let a person decide about fields that both sides changed.

        Args:
            binding: of the record.
            asked: the conflicts that the import in hand has found.
            held: names of all fields that wait for a decision.
        """
        if not held:
            binding.set_sync_state("synced")
            return
        names = ", ".join(_label(binding, name) for name in sorted(held))
        message = self.env._(
            "%(record)s was changed here and on the backend: %(fields)s.",
            record=binding.display_name,
            fields=names,
        )
        self.add_checkpoint(
            binding._name, binding.id, message, reason="conflict", binding=binding
        )
        binding.set_sync_state("conflict", message)


def _label(binding: models.BaseModel, name: str) -> str:
    return binding._fields[name]._description_string(binding.env)
