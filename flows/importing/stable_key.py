# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stable keys: a record that got a new external id keeps its binding.

A card that was given another file name is the same contact. Its binding declares which
of its fields says so; where the old external id is gone, the binding takes the new one.
"""

from odoo import models

from ...exception import IDMissingInBackend
from ...text import is_missing
from .item import ImportItem
from .result import UNCHANGED


def rekey(page, items: list[ImportItem]) -> None:
    """Give the bindings of renamed records their new external ids."""
    name = getattr(page.importer.model, "_stable_key", None)
    if not name:
        return
    keyed = [item for item in items if not is_missing(item.data.get(name))]
    known = _find(page, name, [item.data[name] for item in keyed]) if keyed else {}
    for item in keyed:
        bindings = known.get(item.data[name], ())
        # of several with one key, none is surely the renamed one
        if len(bindings) == 1 and _is_gone(page, bindings):
            _rekey(page, bindings, item)


def _find(page, name: str, values: list) -> dict[object, models.BaseModel]:
    """Return the bindings by their stable key, in one query."""
    external = page.binder._external_field
    found = page.binder._search([(name, "in", values)], [name, external])
    return found.grouped(name)


def stable_text(value: object) -> str | None:
    """Return a stable key as a text, None where there is none.

    Args:
        value: of the field of a binding, or as it was mapped.
    """
    if isinstance(value, models.BaseModel):
        value = value.id
    return None if is_missing(value) else str(value)


def is_gone_there(page, external_id: str) -> bool:
    """Return whether the backend has a record no more: it is read, to be sure."""
    if external_id in page.ids:
        return False  # both are there: a copy
    try:
        return not page.adapter.read(external_id)
    except IDMissingInBackend:
        return True


def _is_gone(page, binding: models.BaseModel) -> bool:
    """Return whether the backend has the record of a binding under its id no more."""
    external_id = binding[page.binder._external_field]
    if is_missing(external_id):
        return False  # it was never there: an export is about to make it
    is_listed = external_id in page.ids
    if "sync_state" in binding._fields and binding.sync_state == "gone":
        return not is_listed
    return is_gone_there(page, external_id)


def _rekey(page, binding: models.BaseModel, item: ImportItem) -> None:
    with page.binder.concurrency_guard():
        silent = page.importer._silent(binding)
        silent.write({page.binder._external_field: item.external_id})
        silent.flush_recordset()
    item.binding = binding
    item.forget_mapping()
    page.lines.forget()
    page._map(item)
    if item.outcome == UNCHANGED:  # besides its external id
        item.settle("")
