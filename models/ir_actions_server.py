# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where does the code of actions know MAGIC from?"""

from odoo import models

from ..magic import Magic


class IrActionsServer(models.Model):
    """The code of server and scheduled actions, automation rules and webhooks."""

    _inherit = "ir.actions.server"

    def _get_eval_context(self, action=None):
        """Add MAGIC, which costs nothing before it is used."""
        eval_context = super()._get_eval_context(action)
        eval_context["MAGIC"] = Magic(self.env, action)
        return eval_context
