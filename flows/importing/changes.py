# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Changes of an import: which values differ, and how they are written.

Odoo writes what it is given, equal or not: the date of the last change moves, tracked
fields are compared, computed fields are computed. And it writes inherited fields to the
record behind a binding one by one. So only what differs is written, and to the record
that has the field.
"""

import json
from datetime import date, datetime
from hashlib import sha256

from odoo import models
from odoo.fields import Command

from ..values.languages import TranslatedText

RELATIONS = ("one2many", "many2many")


def changed_values(record, values: dict) -> dict:
    """Return the values that differ from those of a record.

    Args:
        record: of the model for which the values are.
        values: by field. Of a one2many those commands are left that change a line;
            other lists of commands are taken as they are.
    """
    found = {}
    for name, value in values.items():
        if isinstance(value, TranslatedText) and value.is_lent:
            continue
        field = record._fields[name]
        if field.type == "one2many":
            value = _changed_lines(record.env[field.comodel_name], value)
        if not _is_equal(record, field, value):
            found[name] = value
    return found


def _changed_lines(model: models.BaseModel, commands: list) -> list:
    """Return the commands to lines without those that write what is there already."""
    updated = [one[1] for one in commands or () if one[0] == Command.UPDATE]
    lines = {line.id: line for line in model.browse(updated)}
    found = []
    for command in commands or ():
        if command[0] == Command.UPDATE:
            values = changed_values(lines[command[1]], command[2])
            command = Command.update(command[1], values) if values else None
        if command:
            found.append(command)
    return found


def _is_equal(record, field, value) -> bool:
    if field.type in RELATIONS:
        return value == [] or _is_same_set(record, field, value)
    if field.type == "binary":
        return False
    new = field.convert_to_cache(value, record)
    return field.convert_to_record(new, record) == record[field.name]


def _is_same_set(record, field, value) -> bool:
    """Return whether a single command sets the records that are there already."""
    if len(value) != 1 or value[0][0] != Command.SET:
        return False
    return set(value[0][2]) == set(record[field.name].ids)


def write_split(binding, values: dict) -> None:
    """Write values to a binding and, those of inherited fields, to what it wraps.

    The values of lines are split in the same way.
    """
    own, wrapped, updates = {}, {}, []
    for name, value in values.items():
        field = binding._fields[name]
        if field.inherited:
            parent = field.related.split(".")[0]
            wrapped.setdefault(parent, {})[name] = value
        elif field.type == "one2many":
            lines = binding.env[field.comodel_name]
            found = [one for one in value if one[0] == Command.UPDATE]
            updates += [(lines.browse(one[1]), one[2]) for one in found]
            own[name] = [one for one in value if one[0] != Command.UPDATE]
        else:
            own[name] = value
    for parent, parent_values in wrapped.items():
        binding[parent].write(parent_values)
    if own := {name: value for name, value in own.items() if value != []}:
        binding.write(own)
    for line, line_values in updates:  # once they are lines of this record
        write_split(line, line_values)


def hash_of(values: dict) -> str:
    """Return a hash that is the same for equal values, whatever their order.

    Lines count by their values: a line that is created and the same line that is
    updated are equal.
    """
    comparable = {name: _without_commands(value) for name, value in values.items()}
    text = canonical_text(comparable)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _without_commands(value):
    if isinstance(value, TranslatedText):
        return value.comparable()
    if not isinstance(value, list):
        return value
    lines = [_without_command(line) for line in value]
    return sorted(canonical_text(line) for line in lines if line is not None)


def _without_command(line):
    """Return the values of a line; None where it is only linked, or deleted.

    A line that is deleted is missing among the others.
    """
    if not isinstance(line, tuple | list) or len(line) != 3:  # noqa: PLR2004 a command
        return line
    operation, _id, values = line
    if operation in (Command.CREATE, Command.UPDATE):
        return {name: _without_commands(one) for name, one in values.items()}
    return None if operation in (Command.LINK, Command.DELETE) else list(line)


def canonical_text(value: object) -> str:
    """Return values as JSON, with what JSON does not know in one form."""
    return _encoder.encode(value)


def _canonical(value):
    if isinstance(value, models.BaseModel):
        return [value._name, *value._ids]
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    return f"{type(value).__name__} {value}"


_encoder = json.JSONEncoder(sort_keys=True, default=_canonical, ensure_ascii=False)
