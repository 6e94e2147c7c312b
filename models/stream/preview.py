# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Button of a stream that opens the preview of an import."""

from odoo import models


class ConnectorStream(models.Model):
    """The preview of one of its records."""

    _inherit = "connector.stream"

    def action_preview(self) -> dict:
        """Open the dialog that shows what the import of one record would do."""
        self.ensure_one()
        return self.env["connector.import.preview"]._action_new(
            {"backend_id": self.backend_id.reference(), "model": self.model}
        )
