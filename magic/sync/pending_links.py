# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links of a chunk: those its items have, and the changes that are written in bulk.

Also the checks of items and of what callbacks return: each is one thing with a
reference.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from odoo import api
from odoo.models import BaseModel

from ...exception import InvalidDataError, LinkError
from ..links.book import LinkBook, Row
from ..links.side import Ref, Side, group_by_model, is_ref, store_ref
from .description import ODOO, Route

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
    for model, group in group_by_model(refs).items():
        rows = book.find(system, model, [known.ref for known in group])
        for known in group:
            for row in rows.get(known.ref, ()):
                yield known, row


def _browse(env: api.Environment, sides: Iterable[Side]) -> dict[Side, Any]:
    """Return the records of sides; those of a model are read together."""
    return {
        Side(model, record.id): record
        for model, of_model in group_by_model(sides).items()
        for record in env[model].browse([side.ref for side in of_model])
    }


class PendingLinks:
    """Link changes of a chunk; each kind is written in one statement.

    Args:
        book: of the relation.
        source: system of the items.
        target: system on which they get a side.
        sync_date: when both sides were the same.
    """

    def __init__(self, book: LinkBook, source: str, target: str, sync_date: datetime):
        self._book = book
        self._source = source
        self._target = target
        self._sync_date = sync_date
        self._reserved: set[int] = set()
        self._created: dict[int, Side] = {}
        self._moved: dict[int, Side] = {}
        self._touched: set[int] = set()

    def reserve(self, known_refs: Iterable[KnownRef]) -> None:
        """Reserve links for refs, before their callbacks run."""
        for model, group in group_by_model(known_refs).items():
            refs = [known.ref for known in group]
            link_ids = self._book.reserve(self._source, model, refs, self._sync_date)
            for known in group:
                known.reserved_id = link_ids[known.ref]
            self._reserved.update(link_ids.values())

    def put(self, known: KnownRef, link: KnownLink) -> None:
        """Add a link to a ref, or change the target of one of its links."""
        others = [one for one in known.links if one.link_id != link.link_id]
        known.links = [*others, link]
        is_new = link.link_id in self._reserved
        (self._created if is_new else self._moved)[link.link_id] = link.side

    def touch(self, known: KnownRef) -> None:
        """Mark the links of a ref as synchronized now."""
        for link in known.links:
            self._touched.add(link.link_id)

    def write(self) -> dict[int, LinkError]:
        """Write all changes; return the reasons for unwritten links, by link id."""
        refused: dict[int, LinkError] = {}
        if self._created:
            refused |= self._book.complete(self._sides(self._created), self._sync_date)
        if self._moved:
            refused |= self._book.move(self._sides(self._moved), self._sync_date)
        touched = self._touched - self._created.keys() - self._moved.keys()
        if touched:
            self._book.touch(touched, self._sync_date)
        unused = self._reserved - self._created.keys() | self._reserved & refused.keys()
        if unused:
            self._book.discard(unused)
        return refused

    def _sides(self, sides: dict[int, Side]) -> dict[int, tuple]:
        return {
            link_id: (self._target, side.model, side.ref)
            for link_id, side in sides.items()
        }


# === CHECKS === #


def check_record(item: Any) -> tuple[str, Ref | None]:
    """Return model and id of a record item; None while it has no id.

    Raises:
        InvalidDataError: it is none, or several.
    """
    if not isinstance(item, BaseModel) or len(item._ids) > 1:
        raise InvalidDataError(
            f"Cannot synchronize {item!r:.80}: it is a {type(item).__name__}, expected "
            "one record. Pass the records themselves in src_list."
        )
    record_id = item._ids[0] if item._ids else None
    return item._name, record_id if isinstance(record_id, int) else None


def side_of(route: Route, target: Any, callback: str) -> Side:
    """Return the link side for the return value of a callback.

    Args:
        callback: its name, for messages.

    Raises:
        InvalidDataError: it is no saved record, or no ref.
    """
    if route.target == ODOO:
        if isinstance(target, BaseModel) and len(target._ids) == 1:
            (record_id,) = target._ids
            if isinstance(record_id, int):
                return Side(target._name, record_id)
        raise _refusal(target, callback, "one record that is saved")
    if not is_ref(target):
        raise _refusal(target, callback, "a ref")
    try:
        store_ref(target)
    except LinkError as error:
        raise _refusal(target, callback, "a ref") from error
    return Side("", target)


def _refusal(target: Any, callback: str, expected: str) -> InvalidDataError:
    return InvalidDataError(
        f"Cannot link what {callback} returned: it is {target!r:.80}, expected "
        f"{expected}. Return it at the end of {callback}, or raise NothingToDoJob."
    )
