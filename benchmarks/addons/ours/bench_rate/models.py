# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend over HTTP whose jobs send a request each."""

from odoo import api, fields, models

from odoo.addons.connector.api import Backend, job

server = Backend("bench_rate", version="1")


class BenchServer(models.Model):
    """A server with a rate limit."""

    _name = "bench.server"
    _inherit = "connector.backend.http"
    _description = "Server"

    _backend_type = "bench_rate"

    version = fields.Selection([("1", "1")], default="1")

    @api.private
    @job
    def ask(self):
        """Send a request."""
        return self._http_client().request("GET", "thing").status
