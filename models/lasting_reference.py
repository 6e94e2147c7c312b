# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What does a reference read as when the model it names is gone?"""

from odoo import fields


class LastingReference(fields.Reference):
    """A reference that reads as empty when the addon of its model was removed.

    The stored text stays, so that the reference works again with the addon.
    """

    def convert_to_record(self, value, record):
        """Return the record, None without a value or without its model."""
        if value and value.partition(",")[0] not in record.env:
            return None
        return super().convert_to_record(value, record)
