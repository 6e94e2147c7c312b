# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL that reads links and relations; a reserved link has one side only."""

from collections.abc import Iterable
from typing import NamedTuple

from ....sql import any_of, rows_from, to_column

ODOO = "odoo"
COLUMNS = ("systems", "models", "refs", "ref_types")


class StoredSide(NamedTuple):
    """A side of a link, as it is stored."""

    system: str
    model: str  # empty on systems other than Odoo
    ref: str
    ref_type: str


def columns_of(sides: Iterable[StoredSide]) -> dict[str, str]:
    """Return sides as the column parameters of a statement."""
    columns = map(to_column, zip(*sides, strict=True))
    return dict(zip(COLUMNS, columns, strict=True))


# The relation with a name in a company: its own, else that shared by all companies.
# No locks. Index: connector_relation__name_uniq.
RELATION = """
SELECT id
  FROM connector_relation
 WHERE name = %(relation)s
   AND COALESCE(company_id, 0) IN (%(company_id)s, 0)
 ORDER BY COALESCE(company_id, 0) DESC
 LIMIT 1"""

FIND_RELATION = f"""
SELECT id, kind
  FROM connector_relation
 WHERE id = ({RELATION}
)
"""

# Whether a relation has links. No locks. Index: connector_link__relation_idx.
HAS_LINKS = """
SELECT EXISTS (SELECT FROM connector_link WHERE relation_id = %(relation_id)s)
"""

_SELECT = """
SELECT link.id, link.sync_date, side.system, side.model, side.ref, side.ref_type"""
_OF_LINKS = f"""{_SELECT}
  FROM connector_link AS link
  JOIN connector_link_side AS side ON side.link_id = link.id"""
_OF_KNOWN = f"""{_SELECT}
  FROM connector_link_side AS known
  JOIN connector_link AS link ON link.id = known.link_id
  JOIN connector_link_side AS side ON side.link_id = link.id"""

# All sides of links. No locks. Index: connector_link_side_system_uniq.
READ = f"""{_OF_LINKS}
 WHERE link.id = ANY (%(link_ids)s)
 ORDER BY link.id, side.id
"""

# All sides of the links that have any of the given sides. A reserved link has one side
# only. No locks. Index: connector_link_side__side_uniq.
FIND = f"""{_OF_KNOWN}
 WHERE known.relation_id = ({RELATION}
       )
   AND known.system = %(system)s
   AND known.model = %(model)s
   AND known.ref = {any_of("refs")}
 ORDER BY link.id, side.id
"""

# All sides of the links that have one of the given ones, of several systems.
# No locks. Index: connector_link_side__side_uniq.
FIND_ANY = f"""{_OF_LINKS}
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
READ_OF_RECORD = f"""{_OF_KNOWN}
 WHERE known.relation_id = %(relation_id)s
   AND known.system = 'odoo'
   AND known.model = %(model)s
   AND known.ref = %(ref)s
 ORDER BY link.id, side.id
"""

# All sides of all links of a relation. No locks. Index: connector_link__relation_idx.
FIND_ALL = f"""{_OF_LINKS}
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


def read(cr, link_ids: Iterable[int]) -> list[tuple]:
    """Return (link id, sync date, system, model, ref, type) of each side of links."""
    cr.execute(READ, {"link_ids": list(link_ids)})
    return cr.fetchall()


def find(
    cr, relation: str, company_id: int, system: str, model: str, refs: list[str]
) -> list[tuple]:
    """Return the same as :func:`read`, for the links of references on a system."""
    place = {"relation": relation, "company_id": company_id, "system": system}
    cr.execute(FIND, {**place, "model": model, "refs": to_column(refs)})
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


def find_relation(cr, relation: str, company_id: int) -> tuple[int, str] | None:
    """Return id and kind of the relation with a name in a company."""
    cr.execute(FIND_RELATION, {"relation": relation, "company_id": company_id})
    return cr.fetchone()


def has_links(cr, relation_id: int) -> bool:
    """Tell whether a relation has links, or reservations."""
    cr.execute(HAS_LINKS, {"relation_id": relation_id})
    return cr.fetchone()[0]


def find_linked_models(cr) -> frozenset[str]:
    """Return the models whose records have links."""
    cr.execute(FIND_LINKED_MODELS)
    return frozenset(model for (model,) in cr.fetchall())
