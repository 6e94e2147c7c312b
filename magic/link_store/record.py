# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of the links of records that are deleted or merged?"""

from collections.abc import Iterable

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

# How many links each record has, without reservations. No locks. Index:
# connector_link_side__record_idx.
COUNT_OF_RECORDS = """
SELECT side.ref::integer, count(*)
  FROM connector_link_side AS side
 WHERE side.system = 'odoo'
   AND side.model = %(model)s
   AND side.ref = ANY (%(refs)s)
   AND EXISTS (
           SELECT FROM connector_link_side AS other
            WHERE other.link_id = side.link_id AND other.system <> 'odoo'
       )
 GROUP BY side.ref
"""


def find_linked_models(cr) -> frozenset[str]:
    """Return the models whose records have links."""
    cr.execute(FIND_LINKED_MODELS)
    return frozenset(model for (model,) in cr.fetchall())


def delete_of_records(cr, model: str, record_ids: Iterable[int]) -> None:
    """Remove the links of records."""
    cr.execute(DELETE_OF_RECORDS, {"model": model, "refs": list(map(str, record_ids))})


def count_of_records(cr, model: str, record_ids: Iterable[int]) -> dict[int, int]:
    """Return how many links each record has; those without are left out."""
    cr.execute(COUNT_OF_RECORDS, {"model": model, "refs": list(map(str, record_ids))})
    return dict(cr.fetchall())
