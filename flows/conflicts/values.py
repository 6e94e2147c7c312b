# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Comparable values: what a field is given and what Odoo kept, as plain JSON.

Texts that are long, pictures and lines are kept as a hash: they are compared, not read.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256

from odoo import fields, models
from odoo.fields import Command

from ..importing.changes import hash_of
from ..values.languages import DEFAULT, TranslatedText
from .texts import TEXTS

LONG = 500  # characters of a text that is kept as it is
X2MANY = ("one2many", "many2many")
HASH = "hash"
LINES = "lines"
EXTERNAL_ID = "external_id"
LINE_FIELDS = "fields"


def mapped_value(record: models.BaseModel, name: str, value) -> object:
    """Return a mapped value as Odoo takes it into a field, to be compared.

    Args:
        record: binding that has the field.
        name: of the field.
        value: as it was mapped.
    """
    field = record._fields[name]
    if isinstance(value, TranslatedText):
        return {TEXTS: _texts_of(record, value)}
    if field.type == "one2many":
        return {LINES: hash_of({name: value}), LINE_FIELDS: _line_fields(value)}
    if field.type == "many2many":
        return _records_of(name, value)
    if field.type == "binary":
        return _bytes_hash(value)
    new = field.convert_to_cache(value, record)
    return _plain_of(field, field.convert_to_record(new, record))


def kept_value(record: models.BaseModel, name: str, like: object = None) -> object:
    """Return what Odoo has in a field, in the form of a mapped value.

    Args:
        record: binding that has the field.
        name: of the field.
        like: the mapped value: it says which languages, or which fields of lines,
            are compared.
    """
    field = record._fields[name]
    form = like if isinstance(like, dict) else {}
    if TEXTS in form:
        return {TEXTS: {lang: _text_in(record, name, lang) for lang in form[TEXTS]}}
    if field.type == "one2many":
        return _kept_lines(record, name, form.get(LINE_FIELDS, ()))
    if field.type == "many2many":
        # a record that was archived is still there
        return sorted(record.with_context(active_test=False)[name].ids)
    if field.type == "binary":
        return _bytes_hash(record.with_context(bin_size=False)[name])
    return _plain_of(field, record[name])


def plain(value) -> object:
    """Return a value of a record as JSON has it; an empty text is none."""
    if value is False or isinstance(value, bool | int | float):
        return value
    if isinstance(value, models.BaseModel):
        return value.ids[0] if value.ids else None
    if isinstance(value, datetime):
        return fields.Datetime.to_string(value)  # as Odoo reads it
    if isinstance(value, date):
        return value.isoformat()
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _short(str(value))
    if isinstance(value, Mapping):  # properties
        value = dict(value)
    return {HASH: _digest(json.dumps(value, sort_keys=True, default=str).encode())}


def _plain_of(field: fields.Field, value) -> object:
    """Return a value of a field; what is empty is None, and False is one of a boolean.

    A reference keeps the model: another record may have the same id.
    """
    if value is False and field.type != "boolean":
        return None
    if field.type == "reference" and value:
        return f"{value._name},{value.id}"
    return plain(value)


def _short(text: str) -> object:
    """Return a text, or of a long one its beginning and its hash."""
    if len(text) <= LONG:
        return text
    return {HASH: _digest(text.encode("utf-8", "surrogatepass")), "text": text[:LONG]}


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:32]


def _bytes_hash(value) -> object:
    if not value:
        return None
    data = value.encode() if isinstance(value, str) else bytes(value)
    return {HASH: _digest(b"".join(data.split()))}


def _texts_of(record: models.BaseModel, value: TranslatedText) -> dict[str, object]:
    texts = {code: plain(text) for code, text in value.others.items()}
    if not value.is_lent:
        texts[record.env.lang or DEFAULT] = plain(str(value))
    return texts


def _text_in(record: models.BaseModel, name: str, lang: str) -> object:
    return _plain_of(record._fields[name], record.with_context(lang=lang)[name])


def _records_of(name: str, commands) -> object:
    """Return the ids that a command sets; a hash of commands that do other things."""
    if not commands:
        return []
    if len(commands) == 1 and commands[0][0] in (Command.SET, Command.CLEAR):
        return sorted(commands[0][2] or ())
    return {HASH: hash_of({name: list(commands)})}


def _line_fields(commands) -> list[str]:
    """Return the fields of lines that commands set."""
    found = {
        name
        for command in commands or ()
        if command[0] in (Command.CREATE, Command.UPDATE)
        for name in command[2]
    }
    return sorted(found)


def _kept_lines(record: models.BaseModel, name: str, names: Iterable[str]) -> object:
    """Return a hash of the lines that are here, as far as they were mapped.

    Which line is which says its id; that of the backend may change there.
    """
    lines = record.with_context(active_test=False)[name].with_env(record.env)
    comparable = [
        one
        for one in names
        if lines._fields[one].type not in (*X2MANY, "binary") and one != EXTERNAL_ID
    ]
    found = [[line.id, *(plain(line[n]) for n in comparable)] for line in lines]
    text = json.dumps(sorted(found, key=lambda one: one[0]), default=str)
    return {LINES: _digest(text.encode()), LINE_FIELDS: list(names)}
