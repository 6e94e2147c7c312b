# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deletion of bound records, which leaves tombstones."""

from odoo import models


class Base(models.AbstractModel):
    """Every model, of which bindings may go along with a record."""

    _inherit = "base"

    def unlink(self):
        """Delete records, and write tombstones of the bindings that go along."""
        tombstones = self.env["connector.tombstone"]
        values_list = tombstones._of_records(self)
        result = super().unlink()
        if values_list:
            tombstones._write_all(values_list)
        return result
