# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sides of a conflict as they are kept for a person: shown, compared and written."""

from typing import Any

from odoo import models
from odoo.fields import Command
from odoo.tools import html2plaintext

from ...flows.conflicts.texts import TEXTS
from ...flows.conflicts.three_way import UNKNOWN
from ...flows.conflicts.values import HASH, LINES, plain
from ...flows.importing.preview_text import PreviewText
from ...flows.values.languages import DEFAULT, TranslatedText
from ...redaction import TEXT_SIZE
from ...secret import known_secrets

RELATIONS = ("many2one", "many2many")
# Of other types no value is kept: what is there is imported again.
WRITTEN = frozenset(
    (
        *("char", "text", "html", "integer", "float", "monetary", "boolean"),
        *("date", "datetime", "selection", *RELATIONS),
    )
)


def side_of_base(record: models.BaseModel, name: str, base: object) -> dict:
    """Return the side that both sides were before, empty where it is not known."""
    if base is UNKNOWN:
        return {}
    field = record._fields[name]
    side = {"plain": base}
    if field.type in RELATIONS and not isinstance(base, dict):
        return {**side, "value": base}
    if isinstance(base, dict):
        text = _text_of_dict(base)
    else:
        text = _shown(record, field, base)
    return {**side, "text": text}


def side_of_value(
    record: models.BaseModel, name: str, value: Any, compared: object
) -> dict:
    """Return the side of a value of a field.

    Args:
        record: the binding.
        name: of the field.
        value: of the record, or as it was mapped.
        compared: the value as it is compared.
    """
    field = record._fields[name]
    side = {"plain": compared}
    if isinstance(compared, dict) and TEXTS in compared:
        texts = _texts(record, name, value, compared[TEXTS])
        shown = "\n".join(f"{lang}: {text}" for lang, text in texts.items())
        return {**side, "text": shown, "texts": texts}
    if field.type not in WRITTEN:
        return {**side, "text": _shown(record, field, value)}
    if field.type in RELATIONS:
        return {**side, **_relation(field, value)}
    kept = _as_kept(record, field, value)
    return {**side, "text": _shown(record, field, kept), "value": _json(kept)}


def is_written(record: models.BaseModel, name: str, side: dict) -> bool:
    """Return whether the value of a side can be written: not what was deleted since.

    Args:
        record: the binding.
        name: of the field.
        side: as it was kept.
    """
    field, value = record._fields[name], side.get("value")
    if field.type == "many2one" and value:
        return bool(record.env[field.comodel_name].browse(value).exists())
    return "value" in side or "texts" in side


def values_of(record: models.BaseModel, name: str, side: dict) -> dict:
    """Return what writes a side to the record, in the language of the flow."""
    field = record._fields[name]
    if "texts" in side:
        own = record.env.lang or DEFAULT
        texts = {code: text or "" for code, text in side["texts"].items()}
        lent = own not in texts
        return {name: TranslatedText(texts.pop(own, ""), texts, is_lent=lent)}
    if field.type == "many2many":
        known = record.env[field.comodel_name].browse(side["value"] or ()).exists()
        return {name: [Command.set(known.ids)]}
    return {name: side["value"]}


def show(viewer: models.BaseModel, field, side: dict) -> str:
    """Return the text of a side, with names as far as the viewer may read them.

    Args:
        viewer: model of the binding, with the rights of the user.
        field: of the binding.
        side: as it was kept.
    """
    if field.type in RELATIONS and "value" in side:
        ids = side["value"] if isinstance(side["value"], list) else [side["value"]]
        records = viewer.env[field.comodel_name].browse(filter(None, ids))
        return PreviewText(viewer.env).show(viewer, field, records)
    return side.get("text") or ""


def _relation(field, value) -> dict:
    """Return the ids of a relation; no value for commands that do not set them."""
    if isinstance(value, models.BaseModel):
        return {"value": value.ids if field.type == "many2many" else value.id or None}
    if field.type == "many2one":
        return {"value": value or None}
    if len(value) == 1 and value[0][0] == Command.SET:
        return {"value": list(value[0][2])}
    return {"value": []} if not value else {}


def _as_kept(record: models.BaseModel, field, value):
    real = field.base_field if field.type == "selection" else field
    return real.convert_to_record(real.convert_to_cache(value, record), record)


def _json(value):
    """Return a scalar as JSON has it, however long."""
    return str(value) if isinstance(value, str) else plain(value)


def _shown(record: models.BaseModel, field, value) -> str:
    if field.type == "one2many":
        return ""
    if field.type == "html" and value:
        value = html2plaintext(value)
    text = PreviewText(record.env).show(record, field, value)
    return known_secrets(record.env.cr).stored(text, TEXT_SIZE)


def _text_of_dict(base: dict) -> str:
    """Return what is known of a base that is kept as a hash, or in languages."""
    if TEXTS in base:
        return "\n".join(f"{lang}: {text or ''}" for lang, text in base[TEXTS].items())
    if HASH in base and "text" in base:
        return f"{base['text']}…"
    return "" if LINES in base else "…"


def _texts(record: models.BaseModel, name: str, value, langs) -> dict[str, str]:
    """Return the texts of a field by language."""
    if isinstance(value, TranslatedText):
        own = {} if value.is_lent else {record.env.lang or DEFAULT: str(value)}
        return {**value.others, **own}
    return {lang: record.with_context(lang=lang)[name] or "" for lang in langs}
