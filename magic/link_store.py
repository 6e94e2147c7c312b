# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which statements read and write links?

Whoever inserts says ON CONFLICT DO NOTHING. Where the other row is in our snapshot, it
is left out, and the caller says what clashes; where another transaction committed it
since, PostgreSQL raises a serialization error, and the whole transaction runs again on
a new snapshot, with nothing done outside. Rows are inserted in the order of their
references: two that insert the same ones wait for each other and do not deadlock.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

ODOO = "odoo"

# The relation a name means in a company: its own one, else the one that all share.
# No locks. Index: connector_relation__name_uniq.
_RELATION = """
SELECT id
  FROM connector_relation
 WHERE name = %(relation)s
   AND COALESCE(company_id, 0) IN (%(company_id)s, 0)
 ORDER BY COALESCE(company_id, 0) DESC
 LIMIT 1"""

FIND_RELATION = f"""
SELECT id, kind
  FROM connector_relation
 WHERE id = ({_RELATION}
)
"""

# Make a relation that all companies share. Locks: the new row.
CREATE_RELATION = """
INSERT INTO connector_relation (name, kind, create_uid, create_date,
                                write_uid, write_date)
VALUES (%(relation)s, %(kind)s, %(uid)s, now() AT TIME ZONE 'UTC',
        %(uid)s, now() AT TIME ZONE 'UTC')
    ON CONFLICT DO NOTHING
RETURNING id, kind
"""

# Whether a relation has links. No locks. Index: connector_link__relation_idx.
HAS_LINKS = """
SELECT EXISTS (SELECT FROM connector_link WHERE relation_id = %(relation_id)s)
"""

# Give a relation without links another kind, as a new row: a link that another
# transaction makes meanwhile refers to the old one, and one of both fails.
# Locks: both rows.
CHANGE_KIND = """
WITH gone AS (
    DELETE FROM connector_relation WHERE id = %(relation_id)s RETURNING *
)
INSERT INTO connector_relation (name, company_id, kind, create_uid, create_date,
                                write_uid, write_date)
SELECT name, company_id, %(kind)s, create_uid, create_date, write_uid, write_date
  FROM gone
RETURNING id
"""

# All sides of links. No locks. Index: connector_link_side_system_uniq.
READ = """
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type
  FROM connector_link AS link
  JOIN connector_link_side AS side ON side.link_id = link.id
 WHERE link.id = ANY (%(link_ids)s)
 ORDER BY link.id, side.id
"""

# All sides of the links that have one of the given ones. A link that is reserved has
# one side only. No locks. Index: connector_link_side__side_uniq.
FIND = f"""
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type
  FROM connector_link_side AS known
  JOIN connector_link AS link ON link.id = known.link_id
  JOIN connector_link_side AS side ON side.link_id = link.id
 WHERE known.relation_id = ({_RELATION}
       )
   AND known.system = %(system)s
   AND known.model = %(model)s
   AND known.ref = ANY (%(refs)s)
 ORDER BY link.id, side.id
"""

# New links with their first side. Locks: the new rows, and with a key share the row of
# the relation; waits for those who insert the same. Arbiter: its __side_uniq.
RESERVE = """
WITH given AS MATERIALIZED (
    SELECT nextval('connector_link_id_seq')::integer AS link_id, ref, ref_type
      FROM unnest(%(refs)s::text[], %(ref_types)s::text[]) AS ref (ref, ref_type)
     ORDER BY ref
), side AS (
    INSERT INTO connector_link_side (
        link_id, relation_id, system, model, ref, ref_type, is_sole
    )
    SELECT link_id, %(relation_id)s, %(system)s, %(model)s, ref, ref_type, TRUE
      FROM given
        ON CONFLICT DO NOTHING
    RETURNING link_id, ref
), link AS (
    INSERT INTO connector_link (id, relation_id)
    SELECT link_id, %(relation_id)s FROM side
)
SELECT ref, link_id FROM side
"""

# The links that have a side alone, for who is about to give them another one: nobody
# else does so meanwhile. Locks: the links; where one was written since our snapshot,
# that is a serialization error. Index: connector_link_side__side_uniq.
LOCK_RESERVED = """
SELECT side.ref, link.id
  FROM connector_link_side AS side
  JOIN connector_link AS link ON link.id = side.link_id
 WHERE side.relation_id = %(relation_id)s
   AND side.system = %(system)s
   AND side.model = %(model)s
   AND side.ref = ANY (%(refs)s)
   AND side.is_sole
 ORDER BY link.id
   FOR NO KEY UPDATE OF link
"""

# Give links one side more each. Locks: the new rows, their links. Arbiters: __side_uniq
# and _system_uniq.
COMPLETE = """
WITH side AS (
    INSERT INTO connector_link_side (
        link_id, relation_id, system, model, ref, ref_type, is_sole
    )
    SELECT given.link_id, %(relation_id)s, given.system, given.model, given.ref,
           given.ref_type, %(is_sole)s
      FROM unnest(
               %(link_ids)s::integer[], %(systems)s::text[], %(models)s::text[],
               %(refs)s::text[], %(ref_types)s::text[]
           ) AS given (link_id, system, model, ref, ref_type)
     ORDER BY given.system, given.ref
        ON CONFLICT DO NOTHING
    RETURNING link_id
), link AS (
    UPDATE connector_link AS link
       SET sync_date = %(sync_date)s
      FROM side
     WHERE link.id = side.link_id
)
SELECT link_id FROM side
"""

# Give sides of links another reference. The old rows are all gone before the first new
# one is written: links may take the references of each other. Locks: both, and the
# links. Arbiter: __side_uniq. Index: connector_link_side_system_uniq.
MOVE = """
WITH given AS (
    SELECT link_id, system, model, ref, ref_type
      FROM unnest(
               %(link_ids)s::integer[], %(systems)s::text[], %(models)s::text[],
               %(refs)s::text[], %(ref_types)s::text[]
           ) AS given (link_id, system, model, ref, ref_type)
), gone AS (
    DELETE FROM connector_link_side AS side
     USING given
     WHERE side.link_id = given.link_id AND side.system = given.system
    RETURNING given.*, side.relation_id, side.is_sole
), side AS (
    INSERT INTO connector_link_side (
        link_id, relation_id, system, model, ref, ref_type, is_sole
    )
    SELECT link_id, relation_id, system, model, ref, ref_type, is_sole
      FROM gone
     ORDER BY system, ref
        ON CONFLICT DO NOTHING
    RETURNING link_id
), link AS (
    UPDATE connector_link AS link
       SET sync_date = %(sync_date)s
      FROM side
     WHERE link.id = side.link_id
)
SELECT link_id FROM side
"""

# Write down what the sides of links in a many to many relation are, but where another
# link has the same ones. Locks: the links. Raises a unique violation where that link is
# not in our snapshot. Index: connector_link__fingerprint_uniq.
SET_FINGERPRINT = """
WITH new AS (
    SELECT link_id, relation_id,
           md5(jsonb_agg(
               jsonb_build_array(system, model, ref) ORDER BY system
           )::text) AS fingerprint
      FROM connector_link_side
     WHERE link_id = ANY (%(link_ids)s)
     GROUP BY link_id, relation_id
)
UPDATE connector_link AS link
   SET fingerprint = new.fingerprint
  FROM new
 WHERE link.id = new.link_id
   AND NOT EXISTS (
           SELECT FROM connector_link AS twin
            WHERE twin.relation_id = new.relation_id
              AND twin.fingerprint = new.fingerprint
              AND twin.id <> new.link_id
       )
RETURNING link.id
"""

# Say when the sides of links were the same for the last time. Locks: the links.
TOUCH = """
UPDATE connector_link SET sync_date = %(sync_date)s WHERE id = ANY (%(link_ids)s)
"""

# Remove links that have got no second side. Locks: the links.
DISCARD = """
DELETE FROM connector_link AS link
 WHERE link.id = ANY (%(link_ids)s)
   AND (SELECT count(*) FROM connector_link_side WHERE link_id = link.id) < 2
"""

# Remove links. Locks: the links and their sides.
DELETE = """
DELETE FROM connector_link WHERE id = ANY (%(link_ids)s)
"""


class StoredSide(NamedTuple):
    """One side of a link, as it is stored."""

    system: str
    model: str  # empty on systems other than Odoo
    ref: str
    ref_type: str


def find_relation(cr, relation: str, company_id: int) -> tuple[int, str] | None:
    """Return id and kind of the relation that a name means in a company."""
    cr.execute(FIND_RELATION, {"relation": relation, "company_id": company_id})
    return cr.fetchone()


def create_relation(cr, relation: str, kind: str, uid: int) -> tuple[int, str] | None:
    """Make a relation that all companies share, and return its id and kind."""
    cr.execute(CREATE_RELATION, {"relation": relation, "kind": kind, "uid": uid})
    return cr.fetchone()


def has_links(cr, relation_id: int) -> bool:
    """Tell whether a relation has links, or reservations."""
    cr.execute(HAS_LINKS, {"relation_id": relation_id})
    return cr.fetchone()[0]


def change_kind(cr, relation_id: int, kind: str) -> int:
    """Give a relation without links another kind; return its new id."""
    cr.execute(CHANGE_KIND, {"relation_id": relation_id, "kind": kind})
    return cr.fetchone()[0]


def read(cr, link_ids: Iterable[int]) -> list[tuple]:
    """Return (link id, sync date, system, model, ref, type) of each side of links."""
    cr.execute(READ, {"link_ids": list(link_ids)})
    return cr.fetchall()


def find(
    cr, relation: str, company_id: int, system: str, model: str, refs: list[str]
) -> list[tuple]:
    """Return what :func:`read` does, of the links that have one of the sides."""
    cr.execute(
        FIND,
        {
            "relation": relation,
            "company_id": company_id,
            "system": system,
            "model": model,
            "refs": refs,
        },
    )
    return cr.fetchall()


def reserve(
    cr, relation_id: int, system: str, model: str, refs: dict[str, str]
) -> dict[str, int]:
    """Make a link for each reference, with its type, that has none; return their ids.

    ``{ref: link id}`` is without those that have a link already.
    """
    values = {
        "relation_id": relation_id,
        "system": system,
        "model": model,
        "refs": list(refs),
        "ref_types": list(refs.values()),
    }
    cr.execute(RESERVE, values)
    return dict(cr.fetchall())


def lock_reserved(
    cr, relation_id: int, system: str, model: str, refs: Iterable[str]
) -> dict[str, int]:
    """Return the id of the one link of each reference, which nobody else writes."""
    values = {"relation_id": relation_id, "system": system, "model": model}
    cr.execute(LOCK_RESERVED, {**values, "refs": list(refs)})
    return dict(cr.fetchall())


def complete(
    cr,
    relation_id: int,
    sides: dict[int, StoredSide],
    is_sole: bool,
    sync_date: datetime | None,
) -> set[int]:
    """Give each link one side more; return the ids of those that got it."""
    values = {"relation_id": relation_id, "is_sole": is_sole, "sync_date": sync_date}
    cr.execute(COMPLETE, {**_columns(sides), **values})
    return {link_id for (link_id,) in cr.fetchall()}


def move(cr, sides: dict[int, StoredSide], sync_date: datetime | None) -> set[int]:
    """Give one side of each link another reference; return the ids of the moved.

    The others have lost that side: whoever calls rolls back.
    """
    cr.execute(MOVE, {**_columns(sides), "sync_date": sync_date})
    return {link_id for (link_id,) in cr.fetchall()}


def set_fingerprint(cr, link_ids: Iterable[int]) -> set[int]:
    """Write down what the sides of links in a many to many relation are.

    Returns:
        The ids without those of links that have the same sides as another one.
    """
    cr.execute(SET_FINGERPRINT, {"link_ids": list(link_ids)})
    return {link_id for (link_id,) in cr.fetchall()}


def touch(cr, link_ids: Iterable[int], sync_date: datetime | None) -> None:
    """Say when the sides of links were the same for the last time."""
    cr.execute(TOUCH, {"link_ids": list(link_ids), "sync_date": sync_date})


def discard(cr, link_ids: Iterable[int]) -> None:
    """Remove links that have got no second side."""
    cr.execute(DISCARD, {"link_ids": list(link_ids)})


def delete(cr, link_ids: Iterable[int]) -> None:
    """Remove links."""
    cr.execute(DELETE, {"link_ids": list(link_ids)})


def _columns(sides: dict[int, StoredSide]) -> dict[str, list]:
    return {
        "link_ids": list(sides),
        "systems": [side.system for side in sides.values()],
        "models": [side.model for side in sides.values()],
        "refs": [side.ref for side in sides.values()],
        "ref_types": [side.ref_type for side in sides.values()],
    }
