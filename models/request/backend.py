# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outbound requests of a backend that is deleted."""

from odoo import models

from ...text import reference_of


class ConnectorBackend(models.AbstractModel):
    """Backends, whose requests go with them."""

    _inherit = "connector.backend"

    def unlink(self):
        """Delete backends and their requests; nothing is deleted over there."""
        references = [reference_of(backend) for backend in self]
        result = super().unlink()
        requests_sudo = self.env["connector.request"].sudo()  # of what is gone
        requests_sudo.search([("backend_id", "in", references)]).unlink()
        return result
