# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Creation of links, completion of partial ones, and links of merged records."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import psycopg2.errors

from odoo import api, models
from odoo.exceptions import ConcurrencyError

from ...exception import LinkError
from . import store
from .book import (
    MANY2MANY,
    ONE2ONE,
    LinkBook,
    Row,
    delete_dead,
    follow_change,
    prepare_relation,
    read_rows,
)
from .link import Link, SyncDate, check_write, to_sync_date
from .side import Side, check_name, describe_refs, name_sides, one_side


def set_link(
    env: api.Environment,
    relation: str,
    refs: Mapping[str, object],
    sync_date: SyncDate = None,
    allow_many2many: bool = False,
) -> Link:
    """Return the link between references, created or completed when missing.

    Args:
        env: its company decides about the relation.
        relation: name of the relation.
        refs: ``{system: reference}`` with two systems or more; that of "odoo" is a
            record. A link that has some of them gets the others.
        sync_date: when they were the same for the last time; None is now, False never.
        allow_many2many: whether what is linked may have other links in the relation.
            The first link decides for all of them.

    Raises:
        LinkError: a reference is missing or none, is linked with another one, or the
            relation is of another kind.
        AccessError: the user may not write the record.
    """
    refs = name_sides(refs)
    sides = {system: one_side(system, ref) for system, ref in refs.items()}
    stored = [side.store(system) for system, side in sides.items()]
    if len(sides) < 2:
        raise LinkError(
            f"Cannot link {describe_refs(refs)} in relation {relation!r}: a link needs "
            "two systems. Pass {system: reference, other: reference}."
        )
    if store.ODOO in refs:
        _check_record(refs[store.ODOO])
    kind = MANY2MANY if allow_many2many else ONE2ONE
    relation_id = prepare_relation(env, check_name(relation), kind)
    known = _choose(_find_known(env, relation, stored), sides, kind, relation)
    date = to_sync_date(sync_date)
    if known:
        link_id = known.link_id
        _complete(env, relation, kind, known, sides, date)
    else:
        link_id = store.insert(env.cr, relation_id, stored, kind == ONE2ONE, date)
        follow_change(env, stored)
    return Link(env, relation, read_rows(store.read(env.cr, [link_id])))


def _check_record(record: models.BaseModel) -> None:
    """Refuse a missing record, or a record that its user may not write."""
    if not record.exists():
        raise LinkError(f"Cannot link {record}: it does not exist (any more).")
    record.check_access("write")


def _find_known(
    env: api.Environment, relation: str, stored: list[store.StoredSide]
) -> list[Row]:
    """Return the links that have any of the sides, without dead links."""
    rows = read_rows(store.find_any(env.cr, relation, env.company.id, stored))
    dead = delete_dead(env, rows)
    return [row for row in rows if row.link_id not in dead]


def _choose(
    known: list[Row], sides: dict[str, Side], kind: str, relation: str
) -> Row | None:
    """Return the matching link, None when it has to be created.

    In a one to one relation it is the one that has any of the sides; in a many to many
    relation it is one with all of them, else one without any others.

    Raises:
        LinkError: there are several, or it has another reference on a system.
    """
    if kind == MANY2MANY:
        whole = [row for row in known if _count_same(row, sides) == len(sides)]
        parts = [row for row in known if _count_same(row, sides) == len(row.sides)]
        known = whole or parts
    name = " and ".join(side.describe(system) for system, side in sides.items())
    if len(known) > 1:
        rows = " and ".join(row.describe() for row in known)
        raise LinkError(
            f"Cannot link {name} in relation {relation!r}: there are {len(known)} "
            f"links of them, {rows}. Remove the wrong ones."
        )
    for row in known:
        if _count_same(row, sides) < len(row.sides.keys() & sides.keys()):
            raise LinkError(
                f"Cannot link {name} in relation {relation!r}: there is "
                f"{row.describe()}, and it is one to one. Correct the reference, or "
                "remove that link."
            )
    return known[0] if known else None


def _count_same(row: Row, sides: dict[str, Side]) -> int:
    return sum(row.has(system, side) for system, side in sides.items())


def _complete(
    env: api.Environment,
    relation: str,
    kind: str,
    row: Row,
    sides: dict[str, Side],
    date: datetime | None,
) -> None:
    """Add the missing sides to a link, and set its sync date."""
    if store.ODOO not in sides:  # else the rights were checked on that record
        check_write(env, [row])
    book = LinkBook(env, relation, kind)
    for system in sides.keys() - row.sides.keys():
        refused = book.complete({row.link_id: (system, *sides[system])}, date)
        for error in refused.values():
            raise error
    book.touch([row.link_id], date)


# === MERGE === #


def merge_links(
    env: api.Environment, gone: models.BaseModel, stays: models.BaseModel
) -> dict[int, list[Row]]:
    """Move the links of merged records to the record that stays.

    No link is lost: also the reference of a record that is gone leads to the one that
    stays, so that nobody makes it anew. Of links in a many to many relation that have
    become identical, one is enough.

    Returns:
        The links of the record that stays, for each one to one relation in which it
        has several now: ``{relation id: links}``.
    """
    try:
        moved = store.merge_records(env.cr, stays._name, gone._ids, stays.id)
    except psycopg2.errors.UniqueViolation as error:
        raise ConcurrencyError(
            f"Cannot merge the links of {gone} and {stays}: another transaction links "
            "one of them. Run the transaction again."
        ) from error
    if not moved:
        return {}
    _delete_twins(env, moved)
    follow_change(env)
    clashes = {one.relation_id for one in moved if one.is_one2one and not one.is_sole}
    return {
        relation_id: read_rows(
            store.read_of_record(env.cr, relation_id, stays._name, stays.id)
        )
        for relation_id in sorted(clashes)
    }


def _delete_twins(env: api.Environment, moved: Iterable[store.MovedLink]) -> None:
    """Delete the links that the merge made equal to another link."""
    for one in moved:  # separately: two of them may have become the same
        if not one.is_one2one and not store.set_fingerprint(env.cr, [one.link_id]):
            store.delete(env.cr, [one.link_id])
