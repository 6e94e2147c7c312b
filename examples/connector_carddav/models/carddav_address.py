# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of contacts that are addresses of a card."""

from odoo import fields, models


class CarddavAddress(models.Model):
    """Binds a child contact to a further address, number or e-mail of a card."""

    _name = "carddav.res.partner.address"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "CardDAV Address"
    _backend_model = "carddav.backend"
    _line_of = ("contact_id", "parent_id")

    contact_id = fields.Many2one(
        comodel_name="carddav.res.partner",
        string="Card",
        required=True,
        index=True,
        ondelete="cascade",
    )

    # === CRUD === #

    def unlink(self):
        """Archive the child contacts: they may stand on orders that have to stay."""
        self.odoo_id.action_archive()
        return super().unlink()
