# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Link changes of a chunk, collected and written in bulk."""

from collections.abc import Iterable
from datetime import datetime

from ...exception import LinkError
from ..links.book import LinkBook
from ..links.row import Side
from .known_ref import KnownLink, KnownRef


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
        by_model: dict[str, list[KnownRef]] = {}
        for known in known_refs:
            by_model.setdefault(known.model, []).append(known)
        for model, group in by_model.items():
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
