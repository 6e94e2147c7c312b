# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL for the links of deleted and merged records."""

from collections.abc import Iterable
from typing import NamedTuple

from odoo.tools import SQL

# The models whose records have links, one step of the index for each.
# No locks. Index: connector_link_side__record_idx.
FIND_LINKED_MODELS = """
WITH RECURSIVE linked AS (
    (SELECT model FROM connector_link_side
      WHERE system = 'odoo' ORDER BY model LIMIT 1)
    UNION ALL
    SELECT (SELECT model FROM connector_link_side
             WHERE system = 'odoo' AND model > linked.model ORDER BY model LIMIT 1)
      FROM linked
     WHERE linked.model IS NOT NULL
)
SELECT model FROM linked WHERE model IS NOT NULL
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


class MovedLink(NamedTuple):
    """A link that a merge moved to another record."""

    link_id: int
    relation_id: int
    is_one2one: bool
    is_sole: bool


def find_linked_models(cr) -> frozenset[str]:
    """Return the models whose records have links."""
    cr.execute(FIND_LINKED_MODELS)
    return frozenset(model for (model,) in cr.fetchall())


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
