# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lets a checkpoint be about links."""

from odoo import api, models


class ConnectorCheckpoint(models.Model):
    """A checkpoint about links comes from their relation, not from a backend."""

    _inherit = "connector.checkpoint"

    @api.model
    def _select_backends(self) -> list[tuple[str, str]]:
        """Return what a checkpoint can come from."""
        return super()._select_backends() + self._describe(["connector.relation"])
