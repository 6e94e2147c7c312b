# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of contacts that are cards."""

from odoo import fields, models


class CarddavContact(models.Model):
    """Binds a contact to a card; ``external_id`` is the card's name there."""

    _name = "carddav.res.partner"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "CardDAV Contact"
    _backend_model = "carddav.backend"
    _stable_key = "uid"  # of a card that got another name

    uid = fields.Char(string="UID", help="Identifies the card on every server.")
    birthday = fields.Date()
    address_ids = fields.One2many(
        comodel_name="carddav.res.partner.address",
        inverse_name="contact_id",
        string="Further Addresses",
        context={"active_test": False},  # those of an archived contact are, too
    )
