# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Button of a binding that shows what an import of its record would do."""

from odoo import models


class ConnectorBinding(models.AbstractModel):
    """The preview of an import of the record."""

    _inherit = "connector.binding"

    def action_preview_import(self) -> dict:
        """Show what an import of the record would change, field by field."""
        self.ensure_one()
        self.check_access("read")
        previews = self.env["connector.import.preview"]
        preview = previews.create(
            {
                "backend_id": self.backend_id.reference(),
                "model": self._name,
                "external_id": self.external_id,
            }
        )
        return preview.action_preview()
