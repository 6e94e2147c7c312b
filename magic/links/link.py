# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Link and Links, one link or a set of links, and the search for them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

from odoo import api, fields, models

from ...exception import LinkError
from . import store
from .book import LinkBook, Row, follow_change
from .side import (
    EXTERNAL,
    Ref,
    Refs,
    check_name,
    describe_refs,
    group_by_model,
    is_ref,
    many_sides,
    name_sides,
    one_side,
)
from .store import ODOO

SyncDate = datetime | str | bool | None  # None is now, False is none


class LinkSet:
    """Common part of a single link and a set of links.

    It shows the links as they were when they were read, oldest first.
    """

    __slots__ = ("_env", "_model", "_rows", "relation")

    def __init__(
        self,
        env: api.Environment,
        relation: str,
        rows: Iterable[Row] = (),
        model: str = "",
    ) -> None:
        self._env = env
        self._rows = tuple(rows)
        self._model = model  # of the records, if the caller named it
        self.relation = relation

    # === SETS === #

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator["Link"]:
        for row in self._rows:
            yield Link(self._env, self.relation, [row], self._model)

    def __contains__(self, link: object) -> bool:
        return isinstance(link, LinkSet) and bool(link) and link <= self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LinkSet):
            return NotImplemented
        return self._ids == other._ids

    def __hash__(self) -> int:
        return hash(self._ids)

    def __le__(self, other: "LinkSet") -> bool:
        return self._ids <= other._ids

    def __lt__(self, other: "LinkSet") -> bool:
        return self._ids < other._ids

    def __ge__(self, other: "LinkSet") -> bool:
        return self._ids >= other._ids

    def __gt__(self, other: "LinkSet") -> bool:
        return self._ids > other._ids

    def __or__(self, other: "LinkSet") -> "Links":
        rows = {row.link_id: row for row in (*self._rows, *other._rows)}
        return self._links(rows.values())

    __add__ = __or__

    def __and__(self, other: "LinkSet") -> "Links":
        return self._links(row for row in self._rows if row.link_id in other._ids)

    def __sub__(self, other: "LinkSet") -> "Links":
        return self._links(row for row in self._rows if row.link_id not in other._ids)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.relation!r}: {self.describe() or 'empty'})"

    def describe(self) -> str:
        """Return the links as text for messages."""
        return " and ".join(row.describe() for row in self._rows)

    @property
    def _ids(self) -> frozenset[int]:
        return frozenset(row.link_id for row in self._rows)

    def _links(self, rows: Iterable[Row]) -> "Links":
        return Links(self._env, self.relation, rows, self._model)

    # === ODOO'S SIDE === #

    @property
    def odoo(self) -> models.BaseModel:
        """The linked records; empty when there are none.

        Raises:
            LinkError: the links lead to records of several models.
        """
        sides = [row.sides[ODOO] for row in self._rows if ODOO in row.sides]
        names = {side.model for side in sides}
        if len(names) > 1:
            raise LinkError(
                f"Cannot return the records of links of {self.relation!r} as one "
                f"recordset: they are of {' and '.join(sorted(names))}. Ask each link."
            )
        model = names.pop() if names else self._model or self._find_model()
        return self._env[model].browse(dict.fromkeys(side.ref for side in sides))

    def _find_model(self) -> str:
        """Return the model of the linked records; without any, "base"."""
        place = (self._env.cr, self.relation, self._env.company.id)
        model = store.find_model(*place)
        return model if model and model in self._env else "base"

    # === WRITE === #

    def update_links(self, sync_date: SyncDate = None) -> "LinkSet":
        """Set the sync date of the links, to now or to a date.

        Raises:
            AccessError: the user may not write one of the records.
        """
        if self._rows:
            check_write(self._env, self._rows)
            date = to_sync_date(sync_date)
            store.touch(self._env.cr, self._ids, date)
            follow_change(self._env)
            for row in self._rows:
                row.sync_date = date
        return self

    def unlink(self) -> None:
        """Remove the links and empty this set; the linked records stay.

        Raises:
            AccessError: the user may not write one of the records.
        """
        if self._rows:
            check_write(self._env, self._rows)
            store.delete(self._env.cr, self._ids)
            follow_change(self._env)
            self._rows = ()


class Link(LinkSet):
    """A link, or an empty one: false, with empty values."""

    __slots__ = ()

    @property
    def external(self) -> Ref | bool:
        """The reference on the other system as it was set first, False without one.

        Raises:
            LinkError: there are several other systems, none is called "external".
        """
        sides = _other_sides(self._rows[0], self.relation) if self._rows else []
        return sides[0] if sides else False

    @property
    def sync_date(self) -> datetime | bool:
        """Date at which the sides were the same for the last time; False if unknown."""
        return bool(self._rows) and (self._rows[0].sync_date or False)

    def get(self, system: str) -> Ref | models.BaseModel | bool:
        """Return the reference on a system, False without one; Odoo's is a record."""
        if system == ODOO:
            return self.odoo
        side = self._rows[0].sides.get(system) if self._rows else None
        return side.ref if side else False


class Links(LinkSet):
    """A set of links, which may be empty; iterating yields single links."""

    __slots__ = ()

    def __getitem__(self, place: int | slice) -> "Link | Links":
        if isinstance(place, slice):
            return self._links(self._rows[place])
        return Link(self._env, self.relation, [self._rows[place]], self._model)

    def as_one(self) -> Link:
        """Return the only link, or an empty link.

        Raises:
            LinkError: there are several.
        """
        if len(self._rows) > 1:
            raise LinkError(
                f"Cannot take {len(self._rows)} links of {self.relation!r} as one: "
                f"there are {self.describe()}. Go through them."
            )
        return Link(self._env, self.relation, self._rows, self._model)

    @property
    def external(self) -> list[Ref]:
        """The references on the other system, of the links that have one.

        Raises:
            LinkError: there are several other systems, none is called "external".
        """
        return [ref for row in self._rows for ref in _other_sides(row, self.relation)]

    @property
    def sync_date(self) -> datetime | bool:
        """The oldest sync date of the links, False if one is unknown."""
        dates = [row.sync_date for row in self._rows if row.sync_date]
        return min(dates) if dates and len(dates) == len(self) else False

    def get(self, system: str) -> list[Ref] | models.BaseModel:
        """Return the references on a system; those of Odoo are records."""
        if system == ODOO:
            return self.odoo
        return [row.sides[system].ref for row in self._rows if system in row.sides]


def _other_sides(row: Row, relation: str) -> list[Ref]:
    """Return the reference of the only side outside of Odoo, if there is one."""
    others = {system: side for system, side in row.sides.items() if system != ODOO}
    if EXTERNAL in others:
        return [others[EXTERNAL].ref]
    if len(others) > 1:
        raise LinkError(
            f"Cannot tell which side of {row.describe()} of relation {relation!r} is "
            f"the external one: there are {', '.join(map(repr, others))}. Ask for one "
            "with get(system)."
        )
    return [side.ref for side in others.values()]


def check_write(env: api.Environment, rows: Iterable[Row]) -> None:
    """Refuse users who may not write the linked records.

    Raises:
        AccessError: that is so.
    """
    sides = [row.sides[ODOO] for row in rows if ODOO in row.sides]
    for model, of_model in group_by_model(sides).items():
        env[model].browse([side.ref for side in of_model]).check_access("write")


def to_sync_date(date: SyncDate) -> datetime | None:
    """Return a date as it is stored: None is now, False is none."""
    if date is None:
        return fields.Datetime.now()
    if isinstance(date, datetime) and date.tzinfo:
        date = date.astimezone(timezone.utc).replace(tzinfo=None)
    return fields.Datetime.to_datetime(date) or None


# === SEARCH === #


def get_link(env: api.Environment, relation: str, refs: Refs | None) -> Link:
    """Return the link of a reference, or an empty link.

    Args:
        env: its company decides about the relation.
        relation: name of the relation.
        refs: a reference on the system "external"; a record; or ``{system: reference,
            other: None}``, which is the link with this reference and with a side on the
            other system. What is missing (False, "", no record, or None alone) has no
            link.

    Raises:
        LinkError: there are several such links.
    """
    sides = name_sides(refs)
    given = {system: ref for system, ref in sides.items() if ref is not None}
    if not given or not all(map(_is_given, given.values())):
        return Link(env, check_name(relation))
    for system, ref in given.items():
        one_side(system, ref)
    many = {system: ref if system == ODOO else [ref] for system, ref in given.items()}
    links = search_links(env, relation, {**sides, **many})
    if len(links) > 1:
        raise LinkError(
            f"Cannot return the one link of {describe_refs(given)} in relation "
            f"{relation!r}: there are {len(links)}, {links.describe()}. Use "
            "search_links, or remove the wrong ones."
        )
    return links.as_one()


def search_links(
    env: api.Environment, relation: str, refs: Refs | None = None
) -> Links:
    """Return links of a relation, oldest first.

    Args:
        env: its company decides about the relation.
        relation: name of the relation.
        refs: records; a list of references on the system "external"; or ``{system:
            references, other: None}``, which are the links with one of these and with
            a side on the other system. None alone: all links.
    """
    book = LinkBook(env, relation)
    if refs is None:
        return Links(env, relation, book.find_all())
    sides = name_sides(refs)
    wanted = {
        system: many_sides(system, those)
        for system, those in sides.items()
        if those is not None
    }
    rows = _find(book, wanted) if wanted else book.find_all()
    rows = [row for row in rows if row.sides.keys() >= sides.keys()]
    model = wanted[ODOO][0] if ODOO in wanted else ""
    return Links(env, relation, rows, model)


def _find(book: LinkBook, wanted: dict[str, tuple[str, list[Ref]]]) -> list[Row]:
    """Return the links that have one of the references on each system."""
    found = []
    for system, (model, refs) in wanted.items():
        of_refs = book.find(system, model, refs).values()
        found.append({row.link_id: row for rows in of_refs for row in rows})
    ids = set.intersection(*map(set, found))
    return [row for link_id, row in sorted(found[0].items()) if link_id in ids]


def _is_given(ref: object) -> bool:
    """Tell whether a value is a reference or a non-empty record."""
    return is_ref(ref) and len(getattr(ref, "_ids", "_")) > 0
