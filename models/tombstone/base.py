# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deletion of bound records, which leaves tombstones, and ends questions about them."""

from odoo import models


class Base(models.AbstractModel):
    """Every model, of which bindings may go along with a record."""

    _inherit = "base"

    def unlink(self):
        """Delete records, and write tombstones of the bindings that go along."""
        tombstones = self.env["connector.tombstone"]
        gone = tombstones._bindings_of(self)
        if not gone:
            return super().unlink()
        values_list = tombstones._of_bindings(gone, self)
        asked = self.env["connector.checkpoint"]._of_bindings(gone)
        result = super().unlink()
        tombstones._write_all(values_list)
        asked._settle_deleted()
        return result
