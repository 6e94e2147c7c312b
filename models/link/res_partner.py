# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Button "Links" on contacts."""

from odoo import models


class ResPartner(models.Model):
    """Contacts, with the button "Links"."""

    _name = "res.partner"
    _inherit = ["res.partner", "connector.linked"]
