# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend, and bindings of partners."""

from odoo import fields, models


class BenchShop(models.Model):
    """A backend with contacts."""

    _name = "bench.shop"
    _inherit = "connector.backend"
    _description = "Shop"

    name = fields.Char()


class BenchContact(models.Model):
    """A partner with its id over there."""

    _name = "bench.contact"
    _inherit = "external.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Contact of a Shop"

    backend_id = fields.Many2one("bench.shop", required=True, ondelete="restrict")
    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    external_id = fields.Char(index=True)
