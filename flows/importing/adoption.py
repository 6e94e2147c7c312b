# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adoption: records that are here already become the counterparts of new ones there.

The binding is made first, alone: Odoo would write all inherited values with it. Then
what the policy of the binding model allows is written to the record.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ...exception import ConnectorException
from ..binding_declare import FILL, LINK
from .candidates import BOUND, MATCHED, Candidates
from .changes import RELATIONS
from .item import ImportItem
from .result import MATCHED as WAS_MATCHED
from .result import REJECTED
from .undo import undoable

NEVER_EMPTY = frozenset({"boolean", "integer", "float", "monetary"})  # 0 is a value
# What a mapping raises for a value that is not fit.
BAD_VALUE = (
    ConnectorException,
    UserError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class Pair(NamedTuple):
    """A record of the backend, and the one here that it is bound to."""

    item: ImportItem
    record_id: int
    is_alias: bool = False


def prepare_page(page, items: list[ImportItem]) -> None:
    """Look up what may be here already of a page, before its records are mapped."""
    page.tombstones.look_up(items)
    new = [item for item in items if not item.binding]
    if page.matching.is_active and new:
        page.matching.prepare(new, _guesses(page, new))


def bind_existing(page, items: list[ImportItem]) -> list[ImportItem]:
    """Bind mapped records that have no binding to what is here already.

    Returns:
        Those that were bound, without aliases.
    """
    if not (page.matching.is_active and items):
        return []
    pairs = list(_pairs(page, items))
    _adopt(page, pairs)
    return [pair.item for pair in pairs if not pair.is_alias]


def _guesses(page, items: list[ImportItem]) -> list[dict]:
    """Return the values of match keys that direct mappings give.

    What is wrong with a record is its own affair, when it is mapped.
    """
    mapper, names = page.importer.mapper, {key.field for key in page.matching.keys}
    pairs = [(source, target) for source, target in mapper.direct if target in names]
    guesses = []
    with suppress(psycopg2.Error), undoable(page.env):
        for item in items:
            with suppress(*BAD_VALUE):
                guesses.append(
                    {
                        target: mapper._map_direct(item.record, source, target)
                        for source, target in pairs
                    }
                )
    return guesses


def _pairs(page, items: list[ImportItem]) -> Iterator[Pair]:
    """Give the record here of each item that has one; reject what is not sure."""
    found = page.matching.find(items)
    sure = [one.ids[0] for one in found if one.outcome == MATCHED]
    readable = page.matching.readable(sure)
    for item, candidates in zip(items, found, strict=True):
        decision = page.matching.decisions.get(item.external_id)
        if decision:
            if decision.record_id:
                yield _decided(page, item, decision.record_id)
        elif candidates.outcome == MATCHED and candidates.ids[0] in readable:
            yield Pair(item, candidates.ids[0])
        elif candidates.ids or candidates.outcome == BOUND:
            _reject(page, item, candidates)


def _decided(page, item: ImportItem, record_id: int) -> Pair:
    """Return what a person decided: a record that is bound already gets an alias."""
    is_bound = bool(page.matching.bound({record_id}))
    return Pair(item, record_id, is_alias=is_bound)


def _reject(page, item: ImportItem, candidates: Candidates) -> None:
    """Let a person choose, and leave the record until then."""
    reason = candidates.describe(page.binder.unwrap_model())
    page.importer.backend_record._ask_match(
        page.importer.model._name, item.external_id, candidates, reason
    )
    item.settle(REJECTED, reason)
    item.is_asked = True


def _adopt(page, pairs: list[Pair]) -> None:
    if not pairs:
        return
    with page.binder.concurrency_guard():
        values = [_binding_values(page, pair) for pair in pairs]
        bindings = page.importer._silent(page.importer.model).create(values)
        page.importer.model.flush_model()
    for pair, binding in zip(pairs, bindings.with_env(page.env), strict=True):
        pair.item.binding = binding
        if not pair.is_alias:
            _write(page, pair.item)
        pair.item.settle(WAS_MATCHED)


def _binding_values(page, pair: Pair) -> dict:
    """Return the values of a binding, without those of the record that it wraps."""
    model_fields = page.importer.model._fields
    own = {
        name: value
        for name, value in pair.item.data.items()
        if not model_fields[name].inherited and model_fields[name].type not in RELATIONS
    }
    alias = {"is_alias": True} if pair.is_alias else {}
    record = {page.binder._normal_field(): pair.record_id}
    return {**own, **alias, **record, **page.storing.identity_of(pair.item)}


def _write(page, item: ImportItem) -> None:
    """Write what the policy allows to a record that was bound."""
    item.forget_mapping()
    page._map(item)  # as a known record: later imports compare with these values
    policy = page.importer.model._on_match
    item.data = {  # also for the texts in other languages, which are written later
        name: value
        for name, value in item.data.items()
        if _is_allowed(item.binding, name, policy)
    }
    page.importer._update(item.binding, {**item.data, **page.storing.state_of(item)})


def _is_allowed(binding: models.BaseModel, name: str, policy: str) -> bool:
    if policy == FILL and not binding._fields[name].inherited:
        return False
    return is_written(binding, name, policy)


def is_written(record: models.BaseModel, name: str, policy: str) -> bool:
    """Return whether a policy lets a match write a field of a record here."""
    return policy != LINK and (policy != FILL or _is_empty(record, name))


def _is_empty(record: models.BaseModel, name: str) -> bool:
    field = record._fields[name]
    if field.type in NEVER_EMPTY:
        return False
    if field.type == "html":
        return is_html_empty(record[name])
    return not record[name]
