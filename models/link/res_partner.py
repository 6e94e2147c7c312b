# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which links has a contact?"""

from odoo import models


class ResPartner(models.Model):
    """Contacts have the button "Links"."""

    _name = "res.partner"
    _inherit = ["res.partner", "connector.linked"]
