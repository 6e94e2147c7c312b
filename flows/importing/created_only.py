# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values that only a new record gets, which do not count when it is mapped again."""

from odoo import models
from odoo.fields import Command


def without_created_only(
    values: dict, model: models.BaseModel, created_only: set[tuple[str, str]]
) -> dict:
    """Return values, and those of lines, as an update of the record would have them.

    Args:
        values: of a new record, by field.
        model: of the record.
        created_only: model and field of each value from an ``only_create`` mapping.
    """
    if not created_only:
        return values
    return {
        name: _of_lines(value, model, name, created_only)
        for name, value in values.items()
        if (model._name, name) not in created_only
    }


def _of_lines(value, model: models.BaseModel, name: str, created_only):
    field = model._fields.get(name)
    if not isinstance(value, list) or field is None or field.type != "one2many":
        return value
    lines = model.env[field.comodel_name]
    return [
        (*command[:2], without_created_only(command[2], lines, created_only))
        if command[0] in (Command.CREATE, Command.UPDATE)
        else command
        for command in value
    ]
