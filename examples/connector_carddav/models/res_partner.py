# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts, with the cards they are bound to."""

from odoo import fields, models


class ResPartner(models.Model):
    """Knows the cards of a contact, one for each address book it is in."""

    _inherit = "res.partner"

    carddav_bind_ids = fields.One2many(
        comodel_name="carddav.res.partner",
        inverse_name="odoo_id",
        string="CardDAV Cards",
        groups="connector_carddav.carddav_group_manager",
    )
