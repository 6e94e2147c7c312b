# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Explanation of errors: a missing right ends the page, an empty field is named."""

from collections.abc import Iterator

import psycopg2.errors

from odoo import models

from ...components.mapping import source_field
from ...components.nested import ABSENT, find_value
from ...exception import InvalidDataError, SetupError
from ...text import is_missing
from .item import ImportItem

DENIED = "connector_denied"  # attribute of an AccessError: model and operation
DOES = {"read": "read", "write": "change", "create": "create", "unlink": "delete"}
SHOWN_GROUPS = 5


def explained(importer, item: ImportItem, error: Exception) -> Exception:
    """Return an error as the person who corrects it needs it.

    Args:
        importer: the RecordImporter of the record.
        item: the record.
        error: that its import raised.

    Raises:
        SetupError: no record can come in, since the user lacks a right on the model.
    """
    check_rights(importer, error)
    if isinstance(error, psycopg2.errors.NotNullViolation):
        if reason := _empty_field(importer, item, error):
            explanation = InvalidDataError(reason)
            explanation.__cause__ = error
            return explanation
    return error


def check_rights(importer, error: BaseException | None) -> None:
    """Refuse to go on where the user of the import lacks a right on its models.

    A right on one record only, which a record rule denies, is the record's affair; so
    is one on a model that hooks of the connector write to.

    Raises:
        SetupError: the right is missing for all records.
    """
    while error is not None and not hasattr(error, DENIED):
        error = error.__cause__
    if error is None:
        return
    model_name, operation = getattr(error, DENIED)
    if model_name in {model._name for model, _mapper, _key in _stored(importer)}:
        raise SetupError(_denied(importer, model_name, operation)) from error


def _denied(importer, model_name: str, operation: str) -> str:
    env, backend = importer.env, importer.backend_record
    access_sudo = env["ir.model.access"].sudo()  # names of groups only
    groups = access_sudo.group_names_with_access(model_name, operation)
    listed = ", ".join(groups[:SHOWN_GROUPS]) or "none"
    return (
        f"Cannot import {importer.model._name!r} from {backend.describe()}: user "
        f"{env.user.sudo().login!r}, as whom it is imported, may not "
        f"{DOES[operation]} records of {env[model_name]._description!r} "
        f"({model_name}). Give the user a group that may ({listed}), or choose another "
        "user in Run As of the backend; then press Resume on the stream."
    )


def _stored(importer) -> Iterator[tuple[models.BaseModel, object, str]]:
    """Return the models that the import stores, with the mapper of their values.

    The third part is the key of lines in the record, empty for the record itself.
    """
    yield from _of_binding(importer.env, importer.model._name, importer.mapper, "")
    for source, _target, model_name in importer.mapper.children:
        if model_name in importer.env:
            unit = importer.mapper._get_map_child_unit(model_name)
            mapper = unit._child_mapper()
            yield from _of_binding(importer.env, model_name, mapper, source)


def _of_binding(env, name: str, mapper, key: str) -> Iterator[tuple]:
    yield env[name], mapper, key
    for wrapped in env[name]._inherits:
        yield env[wrapped], mapper, key


def _empty_field(
    importer, item: ImportItem, error: psycopg2.errors.NotNullViolation
) -> str:
    """Return which required field is empty, an empty text where nobody knows."""
    table, column = error.diag.table_name, error.diag.column_name
    for model, mapper, lines in _stored(importer):
        if model._table == table and column in model._fields:
            label = model._fields[column]._description_string(importer.env)
            what = f"a line ({lines!r}) of record" if lines else "record"
            return (
                f"{label} ({column}) of {model._description} is required, and "
                f"{what} {item.external_id!r} gives no value for it: "
                f"{_source_of(mapper, item.record, lines, column)}"
            )
    return ""


def _source_of(mapper, record: dict, lines: str, column: str) -> str:
    """Return where the value of a field should come from, and what is there."""
    keys = [source_field(one) for one, target in mapper.direct if target == column]
    if not keys:
        return "no direct mapping fills it. Map it, or give it a default."
    records = record.get(lines) or [] if lines else [record]
    values = [find_value(one, keys[-1]) for one in records]
    is_there = any(value is not ABSENT for value in values)
    is_empty = is_there and any(map(is_missing, values))
    seen = "is empty" if is_empty else "led to none" if is_there else "is not there"
    return f"key {keys[-1]!r} {seen}. Correct the record there, or give a default."
