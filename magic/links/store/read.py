# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL to read links; a reserved link has one side only."""

from collections.abc import Iterable

from ....sql import any_of, rows_from, to_column
from .relation import RELATION
from .side import StoredSide, columns_of

# All sides of links. No locks. Index: connector_link_side_system_uniq.
READ = """
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type
  FROM connector_link AS link
  JOIN connector_link_side AS side ON side.link_id = link.id
 WHERE link.id = ANY (%(link_ids)s)
 ORDER BY link.id, side.id
"""

# All sides of the links that have any of the given sides. A reserved link has one side
# only. No locks. Index: connector_link_side__side_uniq.
FIND = f"""
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type
  FROM connector_link_side AS known
  JOIN connector_link AS link ON link.id = known.link_id
  JOIN connector_link_side AS side ON side.link_id = link.id
 WHERE known.relation_id = ({RELATION}
       )
   AND known.system = %(system)s
   AND known.model = %(model)s
   AND known.ref = {any_of("refs")}
 ORDER BY link.id, side.id
"""

# All sides of the links that have one of the given ones, of several systems.
# No locks. Index: connector_link_side__side_uniq.
FIND_ANY = f"""
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type
  FROM connector_link AS link
  JOIN connector_link_side AS side ON side.link_id = link.id
 WHERE link.id IN (
           SELECT known.link_id
             FROM {rows_from("systems", "models", "refs")}
                  AS given (system, model, ref)
             JOIN connector_link_side AS known
               ON known.relation_id = ({RELATION}
                  )
              AND known.system = given.system
              AND known.model = given.model
              AND known.ref = given.ref
       )
 ORDER BY link.id, side.id
"""

# All sides of the links that a record has in a relation. No locks. Index:
# connector_link_side__side_uniq.
READ_OF_RECORD = """
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type
  FROM connector_link_side AS known
  JOIN connector_link AS link ON link.id = known.link_id
  JOIN connector_link_side AS side ON side.link_id = link.id
 WHERE known.relation_id = %(relation_id)s
   AND known.system = 'odoo'
   AND known.model = %(model)s
   AND known.ref = %(ref)s
 ORDER BY link.id, side.id
"""

# All sides of all links of a relation. No locks. Index: connector_link__relation_idx.
FIND_ALL = f"""
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type
  FROM connector_link AS link
  JOIN connector_link_side AS side ON side.link_id = link.id
 WHERE link.relation_id = ({RELATION}
       )
 ORDER BY link.id, side.id
"""

# A model whose records the links of a relation lead to. No locks. Index:
# connector_link_side__side_uniq.
FIND_MODEL = f"""
SELECT model
  FROM connector_link_side
 WHERE relation_id = ({RELATION}
       )
   AND system = 'odoo'
 LIMIT 1
"""


def read(cr, link_ids: Iterable[int]) -> list[tuple]:
    """Return (link id, sync date, system, model, ref, type) of each side of links."""
    cr.execute(READ, {"link_ids": list(link_ids)})
    return cr.fetchall()


def find(
    cr, relation: str, company_id: int, system: str, model: str, refs: list[str]
) -> list[tuple]:
    """Return the same as :func:`read`, for the links of references on a system."""
    cr.execute(
        FIND,
        {
            "relation": relation,
            "company_id": company_id,
            "system": system,
            "model": model,
            "refs": to_column(refs),
        },
    )
    return cr.fetchall()


def find_any(
    cr, relation: str, company_id: int, sides: list[StoredSide]
) -> list[tuple]:
    """Return the same as :func:`read`, for the links that have any of the sides."""
    values = {"relation": relation, "company_id": company_id, **columns_of(sides)}
    cr.execute(FIND_ANY, values)
    return cr.fetchall()


def read_of_record(cr, relation_id: int, model: str, record_id: int) -> list[tuple]:
    """Return the same as :func:`read`, for the links of a record in a relation."""
    values = {"relation_id": relation_id, "model": model, "ref": str(record_id)}
    cr.execute(READ_OF_RECORD, values)
    return cr.fetchall()


def find_all(cr, relation: str, company_id: int) -> list[tuple]:
    """Return the same as :func:`read`, for all links of a relation."""
    cr.execute(FIND_ALL, {"relation": relation, "company_id": company_id})
    return cr.fetchall()


def find_model(cr, relation: str, company_id: int) -> str | None:
    """Return a model that the links of a relation lead to."""
    cr.execute(FIND_MODEL, {"relation": relation, "company_id": company_id})
    return next((model for (model,) in cr.fetchall()), None)
