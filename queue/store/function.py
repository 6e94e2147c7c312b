# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cached plans for the statements of the hot path.

They are functions in the database: a session plans them once, also behind a pooler and
whatever a job did to its session. PostgreSQL is forced to cache: planning each claim
anew takes longer than the claim.

Such a plan may be made while the tables are empty, and it does not know how many jobs a
claim takes; so it must follow an index in its order, and read or sort no whole table.
Plans forbidden here look expensive to PostgreSQL, so JIT compilation is off.
"""

LANGUAGE = """LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET jit = off SET plan_cache_mode = force_generic_plan"""

FIND_FUNCTIONS = """
SELECT oid::regprocedure::text
  FROM pg_proc
 WHERE proname LIKE 'connector\\_queue\\_%'
   AND pronamespace = current_schema()::regnamespace
"""


def drop_functions(cr) -> None:
    """Drop the functions of the hot path."""
    cr.execute(FIND_FUNCTIONS)
    for (signature,) in cr.fetchall():
        # the name as in the catalogue, quoted where needed
        cr.execute(f"DROP FUNCTION {signature}")  # pylint: disable=sql-injection
