# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Action "Export to…" of the models that are exported to a backend."""

from odoo import api, models

ACTION = "connector.export_to_action"


class IrActionsActions(models.Model):
    """The actions that a form or a list offers."""

    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        """Offer the export of records to those who may bind them to a backend.

        One action serves all models: which are exported depends on the addons, and
        changes with each of them.
        """
        result = super().get_bindings(model_name)
        backends = self.env["connector.backend"]
        if not backends._export_models(model_name):
            return result
        action_sudo = self.env.ref(ACTION, raise_if_not_found=False)
        if not action_sudo:
            return result
        action_sudo = action_sudo.sudo()  # a name, which the button shows
        one = {
            "id": action_sudo.id,
            "name": action_sudo.name,
            "binding_view_types": action_sudo.binding_view_types,
        }
        return {**result, "action": [*result.get("action", ()), one]}
