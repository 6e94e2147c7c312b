# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How are statements of the hot path kept planned?

They are functions in the database: a session plans them once, also behind a pooler and
whatever a job did to its session. It must be told to: a claim is planned anew each time
otherwise, which takes longer than the claim.

Such a plan may be made while the tables are empty, and it does not know how many jobs a
claim takes; so it must be one that follows an index in its order, and reads or sorts no
whole table. What PostgreSQL is forbidden here looks dear to it, and nothing dear shall
be compiled.
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
    """Take the functions of the hot path out of the database."""
    cr.execute(FIND_FUNCTIONS)
    for (signature,) in cr.fetchall():
        # the name as the catalogue has it, quoted where that is needed
        cr.execute(f"DROP FUNCTION {signature}")  # pylint: disable=sql-injection
