# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Search of links: one link, or many."""

from odoo import api

from ...components.binder import is_missing
from ...exception import LinkError
from .book import LinkBook
from .link import Link, Links
from .relation import check_name
from .row import Row
from .side import Refs, describe_refs, many_sides, name_sides, one_side
from .store import ODOO


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


def _find(book: LinkBook, wanted: dict[str, tuple[str, list]]) -> list[Row]:
    """Return the links that have one of the references on each system."""
    found = []
    for system, (model, refs) in wanted.items():
        of_refs = book.find(system, model, refs).values()
        found.append({row.link_id: row for rows in of_refs for row in rows})
    ids = set.intersection(*map(set, found))
    return [row for link_id, row in sorted(found[0].items()) if link_id in ids]


def _is_given(ref) -> bool:
    """Tell whether a value is a reference or a non-empty record."""
    return not is_missing(ref) and len(getattr(ref, "_ids", "_")) > 0
