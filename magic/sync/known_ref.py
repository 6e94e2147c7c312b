# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Known refs of a chunk, with the links of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from odoo import api

from ..links.book import LinkBook
from ..links.ref import Ref, store_ref
from ..links.row import Row, Side
from .route import ODOO, Route

Key = tuple[str, str]  # a model, empty for other systems, and a ref as it is stored


@dataclass(slots=True)
class KnownLink:
    """A link of a ref, with its target as callbacks get it: a ref or a record."""

    link_id: int
    side: Side
    target: Any


@dataclass(slots=True)
class KnownRef:
    """A ref of the source; a repeated item finds the links of the first.

    Args:
        model: of the record with this id; empty on other systems.
        links: of the ref; the new one has the id of its reservation.
        reserved_id: of the link that is made when the item is created.
    """

    model: str
    ref: Ref
    links: list[KnownLink] = field(default_factory=list)
    reserved_id: int | None = None


def key_of(model: str, ref: Ref) -> Key:
    """Return the comparison key of a ref: 1 and "1" share theirs.

    Raises:
        LinkError: it is no reference.
    """
    return model, store_ref(ref).text


def find_links(
    env: api.Environment, book: LinkBook, route: Route, refs: Iterable[KnownRef]
) -> None:
    """Load the links of refs, in a few queries for all of them."""
    found = [
        (known, row)
        for known, row in _find_rows(book, route.source, refs)
        if route.target in row.sides
    ]
    sides = [row.sides[route.target] for _known, row in found]
    records = _browse(env, sides) if route.target == ODOO else {}
    for (known, row), side in zip(found, sides, strict=True):
        target = records.get(side, side.ref)
        known.links.append(KnownLink(row.link_id, side, target))


def _find_rows(
    book: LinkBook, system: str, refs: Iterable[KnownRef]
) -> Iterable[tuple[KnownRef, Row]]:
    by_model: dict[str, list[KnownRef]] = {}
    for known in refs:
        by_model.setdefault(known.model, []).append(known)
    for model, group in by_model.items():
        rows = book.find(system, model, [known.ref for known in group])
        for known in group:
            for row in rows.get(known.ref, ()):
                yield known, row


def _browse(env: api.Environment, sides: Iterable[Side]) -> dict[Side, Any]:
    """Return the records of sides; those of a model are read together."""
    ids_by_model: dict[str, list[int]] = {}
    for side in sides:
        ids_by_model.setdefault(side.model, []).append(side.ref)
    return {
        Side(model, record.id): record
        for model, ids in ids_by_model.items()
        for record in env[model].browse(ids)
    }
