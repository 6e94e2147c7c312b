# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checkpoints about links."""

from odoo import api, models


class ConnectorCheckpoint(models.Model):
    """Checkpoints, with relations of links as a source besides backends."""

    _inherit = "connector.checkpoint"

    @api.model
    def _select_backends(self) -> list[tuple[str, str]]:
        """Return the models a checkpoint can come from: backends and relations."""
        return super()._select_backends() + self._describe(["connector.relation"])
