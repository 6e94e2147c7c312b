# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Missing rights on models: the error says for imports which right it is."""

from odoo import models

from ..flows.importing.explanation import DENIED


class IrModelAccess(models.Model):
    """Access rights, whose errors name model and operation for code, too."""

    _inherit = "ir.model.access"

    def _make_access_error(self, model, mode):
        """Return the error; one that a record rule raises has no such mark."""
        error = super()._make_access_error(model, mode)
        setattr(error, DENIED, (model, mode))
        return error
