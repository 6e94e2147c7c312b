# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of contacts that are addresses of a card."""

from odoo import api, fields, models


class CarddavAddress(models.Model):
    """Binds a child contact to a further address, number or e-mail of a card."""

    _name = "carddav.res.partner.address"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "CardDAV Address"
    _backend_model = "carddav.backend"

    contact_id = fields.Many2one(
        comodel_name="carddav.res.partner",
        string="Card",
        required=True,
        index=True,
        ondelete="cascade",
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Make each address a child of the contact it belongs to."""
        contacts = self.env["carddav.res.partner"]
        for vals in vals_list:
            vals["parent_id"] = contacts.browse(vals["contact_id"]).odoo_id.id
        return super().create(vals_list)

    def unlink(self):
        """Archive the child contacts: they may stand on orders that have to stay."""
        self.odoo_id.action_archive()
        return super().unlink()
