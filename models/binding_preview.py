# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Buttons of a binding that show what an import or an export would do."""

from odoo import models


class ConnectorBinding(models.AbstractModel):
    """The previews of the record."""

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

    def action_preview_export(self) -> dict:
        """Show what an export of the record would send, key by key."""
        self.ensure_one()
        self.check_access("read")
        preview = self.env["connector.import.preview"].create(
            {
                "direction": "export",
                "backend_id": self.backend_id.reference(),
                "model": self._name,
                "binding_id": self.id,
                "external_id": self.external_id,
                "record_name": self.display_name,
            }
        )
        return preview.action_preview()
