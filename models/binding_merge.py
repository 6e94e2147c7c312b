# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of merged records."""

from collections.abc import Iterable, Iterator

from odoo import models

from .binding import binding_fields


def find_bindings(records: models.BaseModel) -> Iterator[tuple[models.BaseModel, str]]:
    """Return the bindings of records by model, and the field with the record.

    They come with elevated rights: who merges two contacts may not know, or read, all
    systems that these are bound to.
    """
    for name, field in binding_fields(records.env, records._name):
        bindings_sudo = records.env[name].sudo().with_context(active_test=False)
        found = bindings_sudo.search([(field, "in", records.ids)], order="id")
        if found:
            yield found, field


def meetings(gone: models.BaseModel, stays: models.BaseModel) -> list[models.BaseModel]:
    """Return the bindings that a merge brings together on one backend.

    Each recordset begins with the binding that stays the one of the record.
    """
    found = []
    for bindings, field in find_bindings(gone | stays):
        if "backend_id" not in bindings._fields or not (bindings[field] & gone):
            continue
        for together in bindings.grouped("backend_id").values():
            if len(together) > 1 and together[field] & gone:
                own = together.filtered_domain([(field, "=", stays.id)])
                found.append((own | together).sorted(_is_alias))
    return found


def make_aliases(meeting: models.BaseModel) -> None:
    """Make all bindings but the first aliases, where their model has these."""
    if "is_alias" in meeting._fields:
        quiet = meeting[1:].with_context(connector_no_export=True)
        quiet.write({"is_alias": True})
        quiet.flush_recordset(["is_alias"])


def describe(bindings: Iterable[models.BaseModel]) -> str:
    """Return the ids of bindings: not all readers may read more of them."""
    return ", ".join(_described(binding) for binding in bindings)


def _described(binding: models.BaseModel) -> str:
    external_id = binding["external_id"] if "external_id" in binding._fields else None
    known = f" (external ID {external_id!r})" if external_id else ""
    return f"{binding._name},{binding.id}{known}"


def _is_alias(binding: models.BaseModel) -> bool:
    return "is_alias" in binding._fields and binding.is_alias
