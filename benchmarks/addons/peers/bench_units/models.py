# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend and a binding of partners."""

from odoo import fields, models


class BenchBackend(models.Model):
    """A backend of nothing."""

    _name = "bench.backend"
    _inherit = "connector.backend"
    _description = "Backend"

    name = fields.Char()


class BenchPartner(models.Model):
    """A partner with its id over there."""

    _name = "bench.partner"
    _inherit = "external.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Binding of a Partner"

    backend_id = fields.Many2one("bench.backend", required=True, ondelete="restrict")
    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    external_id = fields.Char(index=True)
