# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reference field that reads as empty while its model is missing."""

from odoo import fields, models

from ..text import reference_of


class LastingReference(fields.Reference):
    """A reference that reads as empty when the addon of its model was removed.

    The stored text is kept, so that the reference works again with the addon.
    """

    def convert_to_column(self, value, record, values=None, validate=True):
        """Return the text, also for a record, without a query whether it exists."""
        if isinstance(value, models.BaseModel):
            value = reference_of(value) if value else None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_record(self, value, record):
        """Return the record, None without a value or without its model."""
        if value and value.partition(",")[0] not in record.env:
            return None
        return super().convert_to_record(value, record)
