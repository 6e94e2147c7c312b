# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``MAGIC`` in the code of server actions."""

from odoo import models

from ..magic import Magic


class IrActionsServer(models.Model):
    """The code of server and scheduled actions, automation rules and webhooks."""

    _inherit = "ir.actions.server"

    def _get_eval_context(self, action=None):
        """Add MAGIC; it costs nothing until it is used."""
        eval_context = super()._get_eval_context(action)
        eval_context["MAGIC"] = Magic(self.env, action)
        return eval_context
