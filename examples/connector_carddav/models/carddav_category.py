# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of tags that are categories of cards."""

from odoo import models


class CarddavCategory(models.Model):
    """Binds a tag to a category; ``external_id`` is its name in the cards."""

    _name = "carddav.res.partner.category"
    _inherit = "connector.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "CardDAV Category"
    _backend_model = "carddav.backend"
