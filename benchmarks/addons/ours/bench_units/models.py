# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend and a binding of partners."""

from odoo import fields, models

from odoo.addons.connector.backend import Backend

bench = Backend("bench", version="1")


class BenchBackend(models.Model):
    """A backend of nothing."""

    _name = "bench.backend"
    _inherit = "connector.backend"
    _description = "Backend"

    _backend_type = "bench"

    version = fields.Selection([("1", "1")], default="1")


class BenchPartner(models.Model):
    """A partner with its id over there."""

    _name = "bench.partner"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Binding of a Partner"

    backend_id = fields.Many2one("bench.backend", required=True, ondelete="restrict")
    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
