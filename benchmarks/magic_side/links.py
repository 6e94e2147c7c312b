# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links in any number, of ours and of the peer.

The first ones, ``known-0`` and so on, are those of the given records.
"""

from contextlib import closing

from odoo import sql_db

from magic_side.peer import SYSTEM1, SYSTEM2

CREATE_RELATION = """
INSERT INTO connector_relation (name, kind) VALUES (%(relation)s, 'one2one')
RETURNING id
"""

# A record for each link; beyond the given ones it only looks like one.
REFS = """
CREATE TEMPORARY TABLE refs AS
SELECT nextval('connector_link_id_seq')::integer AS link_id,
       'known-' || place AS ref1,
       COALESCE((%(ids)s::integer[])[place + 1], 100000000 + place)::text AS ref2
  FROM generate_series(0, %(count)s - 1) AS place
"""

OURS = """
INSERT INTO connector_link (id, relation_id, sync_date)
SELECT link_id, %(relation_id)s, now() AT TIME ZONE 'UTC' FROM refs;
INSERT INTO connector_link_side (
    link_id, relation_id, system, model, ref, ref_type, is_sole
)
SELECT link_id, %(relation_id)s, 'external', '', ref1, 'str', TRUE FROM refs
UNION ALL
SELECT link_id, %(relation_id)s, 'odoo', 'bench.thing', ref2, 'int', TRUE FROM refs;
"""

THEIRS = """
INSERT INTO bench_link (relation, system1, system2, model, ref1, ref2)
SELECT %(relation)s, %(system1)s, %(system2)s, 'bench.thing', ref1, ref2 FROM refs
"""


def fill(env, relation: str, ids: list[int], count: int) -> int:
    """Make links of a relation; return how many of ours there are."""
    cr = env.cr
    cr.execute(CREATE_RELATION, {"relation": relation})
    (relation_id,) = cr.fetchone()
    cr.execute(REFS, {"ids": ids, "count": count})
    cr.execute(OURS, {"relation_id": relation_id})
    names = {"relation": relation, "system1": SYSTEM1, "system2": SYSTEM2}
    cr.execute(THEIRS, names)
    cr.execute("SELECT count(*) FROM connector_link")
    return cr.fetchone()[0]


def tidy_up(db_name: str) -> None:
    """Do what autovacuum does when it has time."""
    with closing(sql_db.db_connect(db_name).cursor()) as cr:
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")
