# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Texts of a preview: values of fields, as the user who sees them may read them."""

from odoo import api, models
from odoo.tools import format_datetime, human_size

from ...redaction import HIDDEN

SHOWN = 1000  # characters of a value
NAMES = 10  # records of a list


class PreviewText:
    """Shows values of records of one environment to the user of another.

    Args:
        viewer: environment of the user.
    """

    HIDDEN = HIDDEN

    def __init__(self, viewer: api.Environment):
        self.viewer = viewer

    def label(self, field) -> str:
        """Return the label of a field in the language of the viewer."""
        return field.get_description(self.viewer, ["string"])["string"]

    def may_read(self, record: models.BaseModel, field) -> bool:
        """Return whether the viewer may read a field, such as a secret."""
        return self.viewer[record._name]._has_field_access(field, "read")

    def show(self, record: models.BaseModel, field, value) -> str:
        """Return a value as a text, empty for none."""
        if isinstance(value, models.BaseModel):
            names = [self.name(one) for one in value[:NAMES]]
            more = [f"… ({len(value)})"] if len(value) > NAMES else []
            return ", ".join([*names, *more])
        if field.type == "boolean":
            return self.viewer._("Yes") if value else self.viewer._("No")
        if value is None or value is False or value == "":
            return ""
        if field.type == "selection":
            labels = dict(field._description_selection(self.viewer))
            return labels.get(value, str(value))
        if field.type == "datetime":
            return format_datetime(self.viewer, value)
        if field.type == "binary":
            return human_size(len(value) * 3 // 4)
        text = str(value)
        return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

    def show_all(self, record: models.BaseModel, values: dict) -> str:
        """Return the values of a line as one text."""
        fields = [(record._fields[name], value) for name, value in values.items()]
        return "; ".join(
            f"{self.label(field)}: {self.show(record, field, value)}"
            for field, value in fields
            if self.may_read(record, field)
        )

    def name(self, record: models.BaseModel) -> str:
        """Return the name of a record, its id where the viewer may not read it."""
        shown = record.with_env(self.viewer)
        if shown.exists() and shown.has_access("read"):
            return shown.display_name or str(record.id)
        return f"#{record.id}"
