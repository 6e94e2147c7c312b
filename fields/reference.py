# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What does a reference read as when the model it names is gone?"""

from odoo import fields, models


class LastingReference(fields.Reference):
    """A reference that reads as empty when the addon of its model was removed.

    The stored text stays, so that the reference works again with the addon.
    """

    def convert_to_column(self, value, record, values=None, validate=True):
        """Return the text; of a record, too, which saves a look whether it is there."""
        if isinstance(value, models.BaseModel):
            value = f"{value._name},{value.id}" if value else None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_record(self, value, record):
        """Return the record, None without a value or without its model."""
        if value and value.partition(",")[0] not in record.env:
            return None
        return super().convert_to_record(value, record)
