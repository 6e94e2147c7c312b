# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SQL of relations: lookup by name, creation and kind."""

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


def find_relation(cr, relation: str, company_id: int) -> tuple[int, str] | None:
    """Return id and kind of the relation with a name in a company."""
    cr.execute(FIND_RELATION, {"relation": relation, "company_id": company_id})
    return cr.fetchone()


def create_relation(cr, relation: str, kind: str, uid: int) -> tuple[int, str] | None:
    """Create a relation shared by all companies; return its id and kind."""
    cr.execute(CREATE_RELATION, {"relation": relation, "kind": kind, "uid": uid})
    return cr.fetchone()


def has_links(cr, relation_id: int) -> bool:
    """Tell whether a relation has links, or reservations."""
    cr.execute(HAS_LINKS, {"relation_id": relation_id})
    return cr.fetchone()[0]


def change_kind(cr, relation_id: int, kind: str) -> int:
    """Change the kind of a relation without links; return its new id."""
    cr.execute(CHANGE_KIND, {"relation_id": relation_id, "kind": kind})
    return cr.fetchone()[0]
