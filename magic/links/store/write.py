# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL that writes links.

Inserts run with ON CONFLICT DO NOTHING. Where the other row is in our snapshot, ours is
left out, and the caller reports the clash; where another transaction committed it after
the snapshot, PostgreSQL raises a serialization error, and the whole transaction runs
again on a new snapshot, with nothing done outside. Rows are inserted in the order of
their references: two transactions with the same ones wait and do not deadlock.

To look for conflicts row by row takes a fifth of the time, and there are hardly any. So
many rows are inserted without looking, and all again with it where one was there.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from psycopg2.errors import UniqueViolation

from odoo.tools import SQL

from ....sql import any_of, rows_from, to_column
from .read import COLUMNS, StoredSide, columns_of

UNLESS_THERE = "ON CONFLICT DO NOTHING"
MANY = 20  # rows, for which a savepoint costs less than it saves

_INSERT_SIDE = """    INSERT INTO connector_link_side (
        link_id, relation_id, system, model, ref, ref_type, is_sole
    )"""

# New links with their first side. Locks: the new rows, and with a key share the row of
# the relation; waits for those who insert the same. Arbiter: its __side_uniq.
RESERVE = f"""
WITH given AS MATERIALIZED (
    SELECT nextval('connector_link_id_seq')::integer AS link_id, ref, ref_type
      FROM {rows_from("refs", "ref_types")} AS ref (ref, ref_type)
     ORDER BY ref
), side AS (
{_INSERT_SIDE}
    SELECT link_id, %(relation_id)s, %(system)s, %(model)s, ref, ref_type, TRUE
      FROM given
        {UNLESS_THERE}
    RETURNING link_id, ref
), link AS (
    INSERT INTO connector_link (id, relation_id, sync_date)
    SELECT link_id, %(relation_id)s, %(sync_date)s FROM side
)
SELECT ref, link_id FROM side
"""

# Lock the links with a single side before they get a second one: no other transaction
# adds it meanwhile. Each is rewritten unchanged: after a wait the second writer must
# fail, and a lock alone would not. Locks: the links; where a link was written since our
# snapshot, that is a serialization error. Index: connector_link_side__side_uniq.
LOCK_RESERVED = f"""
WITH reserved AS MATERIALIZED (
    SELECT side.ref, link.id
      FROM connector_link_side AS side
      JOIN connector_link AS link ON link.id = side.link_id
     WHERE side.relation_id = %(relation_id)s
       AND side.system = %(system)s
       AND side.model = %(model)s
       AND side.ref = {any_of("refs")}
       AND side.is_sole
     ORDER BY link.id
       FOR NO KEY UPDATE OF link
)
UPDATE connector_link AS link
   SET sync_date = link.sync_date
  FROM reserved
 WHERE link.id = reserved.id
RETURNING reserved.ref, link.id
"""

# Fingerprint of all sides of a link in a many to many relation.
_FINGERPRINT = """md5(jsonb_agg(
               jsonb_build_array(system, model, ref) ORDER BY system
           )::text)"""

# A new link with all of its sides. Locks: the new rows, and with a key share the row of
# the relation. Arbiters: __side_uniq, connector_link__fingerprint_uniq.
INSERT = f"""
WITH given AS (
    SELECT system, model, ref, ref_type
      FROM {rows_from(*COLUMNS)} AS given (system, model, ref, ref_type)
), link AS (
    INSERT INTO connector_link (relation_id, sync_date, fingerprint)
    SELECT %(relation_id)s, %(sync_date)s,
           CASE WHEN NOT %(is_sole)s THEN {_FINGERPRINT} END
      FROM given
        {UNLESS_THERE}
    RETURNING id
), side AS (
{_INSERT_SIDE}
    SELECT link.id, %(relation_id)s, system, model, ref, ref_type, %(is_sole)s
      FROM link, given
     ORDER BY system, ref
        {UNLESS_THERE}
    RETURNING link_id
)
SELECT link_id FROM side GROUP BY link_id HAVING count(*) = %(count)s
"""

# The end of what gives links a side: those that got it were the same at that time. What
# was reserved with the same date is not written again.
_DATE_LINKS = f"""        {UNLESS_THERE}
    RETURNING link_id
), link AS (
    UPDATE connector_link
       SET sync_date = %(sync_date)s
     WHERE id = ANY (ARRAY(SELECT link_id FROM side))
       AND sync_date IS DISTINCT FROM %(sync_date)s
)
SELECT link_id FROM side"""

# Give links one side more each. Locks: the new rows, their links. Arbiters: __side_uniq
# and _system_uniq.
COMPLETE = f"""
WITH side AS (
{_INSERT_SIDE}
    SELECT given.link_id::integer, %(relation_id)s, given.system, given.model,
           given.ref, given.ref_type, %(is_sole)s
      FROM {rows_from("link_ids", *COLUMNS)}
           AS given (link_id, system, model, ref, ref_type)
     ORDER BY given.system, given.ref
{_DATE_LINKS}
"""

# Give sides of links another reference. The old rows are all gone before the first new
# one is written: links may take the references of each other. Locks: both, and the
# links. Arbiter: __side_uniq. Index: connector_link_side_system_uniq.
MOVE = f"""
WITH given AS (
    SELECT link_id::integer, system, model, ref, ref_type
      FROM {rows_from("link_ids", *COLUMNS)}
           AS given (link_id, system, model, ref, ref_type)
), gone AS (
    DELETE FROM connector_link_side AS side
     USING given
     WHERE side.link_id = given.link_id AND side.system = given.system
    RETURNING given.*, side.relation_id, side.is_sole
), side AS (
{_INSERT_SIDE}
    SELECT link_id, relation_id, system, model, ref, ref_type, is_sole
      FROM gone
     ORDER BY system, ref
{_DATE_LINKS}
"""

# Write down what the sides of links in a many to many relation are, but where another
# link has the same ones. Locks: the links. Raises a unique violation where that link is
# not in our snapshot. Index: connector_link__fingerprint_uniq.
SET_FINGERPRINT = f"""
WITH new AS (
    SELECT link_id, relation_id,
           {_FINGERPRINT} AS fingerprint
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

# Set the sync date of links. Locks: the links.
TOUCH = f"""
UPDATE connector_link
   SET sync_date = %(sync_date)s
 WHERE id = {any_of("link_ids", "integer")}
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

# Remove the links of records. Locks: the links and their sides. Index:
# connector_link_side__record_idx.
DELETE_OF_RECORDS = """
DELETE FROM connector_link
 WHERE id IN (
           SELECT link_id
             FROM connector_link_side
            WHERE system = 'odoo' AND model = %(model)s AND ref = ANY (%(refs)s)
       )
"""

# Remove links of records that are not there any more. Locks: the links and their sides.
# Index: connector_link_side__record_idx.
DELETE_DEAD = """
DELETE FROM connector_link
 WHERE id = ANY (ARRAY(
           SELECT link_id
             FROM connector_link_side AS side
            WHERE system = 'odoo'
              AND model = %s
              AND NOT EXISTS (SELECT FROM %s WHERE id = side.ref::integer)
            LIMIT %s
       ))
"""

# Move the links of merged records to the record that stays. In a one to one relation
# only one of its links may be sole, the others clash: they stay for a person to decide.
# Locks: the sides. Index: connector_link_side__record_idx.
MERGE_RECORDS = """
WITH moved AS (
    SELECT side.id, side.is_sole, relation.kind = 'one2one' AS is_one2one,
           side.is_sole
           AND NOT EXISTS (
               SELECT FROM connector_link_side AS kept
                WHERE kept.relation_id = side.relation_id
                  AND kept.system = 'odoo'
                  AND kept.model = side.model
                  AND kept.ref = %(ref)s
                  AND kept.is_sole
           )
           AND row_number() OVER (
               PARTITION BY side.relation_id, side.is_sole ORDER BY side.link_id
           ) = 1 AS stays_sole
      FROM connector_link_side AS side
      JOIN connector_relation AS relation ON relation.id = side.relation_id
     WHERE side.system = 'odoo'
       AND side.model = %(model)s
       AND side.ref = ANY (%(refs)s)
)
UPDATE connector_link_side AS side
   SET ref = %(ref)s, is_sole = moved.stays_sole
  FROM moved
 WHERE side.id = moved.id
RETURNING side.link_id, side.relation_id, moved.is_one2one, side.is_sole
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


def reserve(
    cr,
    relation_id: int,
    system: str,
    model: str,
    refs: dict[str, str],
    sync_date: datetime | None,
) -> dict[str, int]:
    """Insert a link for each reference, with its type, that has none; return their ids.

    ``{ref: link id}`` is without those that have a link already.
    """
    values = {
        "relation_id": relation_id,
        "system": system,
        "model": model,
        "refs": to_column(refs),
        "ref_types": to_column(refs.values()),
        "sync_date": sync_date,
    }
    return dict(_insert(cr, RESERVE, values, len(refs)))


def lock_reserved(
    cr, relation_id: int, system: str, model: str, refs: Iterable[str]
) -> dict[str, int]:
    """Lock the only link of each reference against other writers; return its id."""
    values = {"relation_id": relation_id, "system": system, "model": model}
    cr.execute(LOCK_RESERVED, {**values, "refs": to_column(refs)})
    return dict(cr.fetchall())


def insert(
    cr,
    relation_id: int,
    sides: list[StoredSide],
    is_sole: bool,
    sync_date: datetime | None,
) -> int:
    """Insert a link with all of its sides, none of them linked yet; return its id."""
    values = {"relation_id": relation_id, "is_sole": is_sole, "sync_date": sync_date}
    cr.execute(INSERT, {**columns_of(sides), **values, "count": len(sides)})
    ((link_id,),) = cr.fetchall()
    return link_id


def complete(
    cr,
    relation_id: int,
    sides: dict[int, StoredSide],
    is_sole: bool,
    sync_date: datetime | None,
) -> set[int]:
    """Add a side to each link; return the ids of the completed links."""
    values = {"relation_id": relation_id, "is_sole": is_sole, "sync_date": sync_date}
    columns = {"link_ids": to_column(sides), **columns_of(sides.values())}
    rows = _insert(cr, COMPLETE, {**columns, **values}, len(sides))
    return {link_id for (link_id,) in rows}


def move(cr, sides: dict[int, StoredSide], sync_date: datetime | None) -> set[int]:
    """Change the reference of one side of each link; return the ids of moved links.

    The others have lost that side: the caller rolls back.
    """
    columns = {"link_ids": to_column(sides), **columns_of(sides.values())}
    cr.execute(MOVE, {**columns, "sync_date": sync_date})
    return {link_id for (link_id,) in cr.fetchall()}


def set_fingerprint(cr, link_ids: Iterable[int]) -> set[int]:
    """Set the fingerprint of links in a many to many relation from their sides.

    Returns:
        The ids without those of links that have the same sides as another one.
    """
    cr.execute(SET_FINGERPRINT, {"link_ids": list(link_ids)})
    return {link_id for (link_id,) in cr.fetchall()}


def touch(cr, link_ids: Iterable[int], sync_date: datetime | None) -> None:
    """Set the sync date of links."""
    cr.execute(TOUCH, {"link_ids": to_column(link_ids), "sync_date": sync_date})


def discard(cr, link_ids: Iterable[int]) -> None:
    """Delete links without a second side."""
    cr.execute(DISCARD, {"link_ids": list(link_ids)})


def delete(cr, link_ids: Iterable[int]) -> None:
    """Delete links."""
    cr.execute(DELETE, {"link_ids": list(link_ids)})


class MovedLink(NamedTuple):
    """A link that a merge moved to another record."""

    link_id: int
    relation_id: int
    is_one2one: bool
    is_sole: bool


def delete_of_records(cr, model: str, record_ids: Iterable[int]) -> None:
    """Remove the links of records."""
    cr.execute(DELETE_OF_RECORDS, {"model": model, "refs": list(map(str, record_ids))})


def delete_dead(cr, model: str, table: str, limit: int) -> int:
    """Delete links of records that the database deleted; return their number."""
    cr.execute(SQL(DELETE_DEAD, model, SQL.identifier(table), limit))
    return cr.rowcount


def merge_records(
    cr, model: str, record_ids: Iterable[int], stays_id: int
) -> list[MovedLink]:
    """Move the links of merged records to the record that stays; return them."""
    values = {"model": model, "refs": list(map(str, record_ids)), "ref": str(stays_id)}
    cr.execute(MERGE_RECORDS, values)
    return [MovedLink(*row) for row in cr.fetchall()]


def create_relation(cr, relation: str, kind: str, uid: int) -> tuple[int, str] | None:
    """Create a relation shared by all companies; return its id and kind."""
    cr.execute(CREATE_RELATION, {"relation": relation, "kind": kind, "uid": uid})
    return cr.fetchone()


def change_kind(cr, relation_id: int, kind: str) -> int:
    """Change the kind of a relation without links; return its new id."""
    cr.execute(CHANGE_KIND, {"relation_id": relation_id, "kind": kind})
    return cr.fetchone()[0]


def _insert(cr, statement: str, values: dict, count: int) -> list[tuple]:
    """Insert rows, except those that exist; return the rows of the statement."""
    if count >= MANY:
        bold = statement.replace(UNLESS_THERE, "")
        with suppress(UniqueViolation), cr.savepoint(flush=False):
            cr.execute(bold, values, log_exceptions=False)
            return cr.fetchall()
    cr.execute(statement, values)
    return cr.fetchall()
