# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Admission of a database: its jobs may run, as it is no copy, or an accepted one.

A row admits one identity: a database of one PostgreSQL cluster. A copy has the row of
its original, and an identity without a row.
"""

from typing import NamedTuple

import psycopg2

from odoo.addons.base.models.ir_cron import BASE_VERSION

from .liveness import READ_ADDON, AddonState, read_addon

LONG_S = 1  # a transaction that has written and is open for longer is active

# No model: only the statements below read and write it.
MAKE_ADMISSION = """
CREATE TABLE IF NOT EXISTS connector_queue_admission (
    identity varchar PRIMARY KEY,
    facts varchar NOT NULL,
    busy_at timestamp NOT NULL,
    begins_at timestamp NOT NULL,
    admitted_at timestamp
)
"""
DROP_ADMISSION = "DROP TABLE IF EXISTS connector_queue_admission"

# Identity of the database. The oid survives a rename, the cluster's identifier a
# failover; it is left out where the role may not read it.
FIND_DATABASE = """
SELECT oid::text, has_function_privilege('pg_control_system()', 'EXECUTE')
  FROM pg_database
 WHERE datname = current_database()
"""
FIND_CLUSTER = "SELECT system_identifier::text FROM pg_control_system()"

# As Odoo reads it. Index: ir_config_parameter_key_uniq.
IS_NEUTRALIZED = """EXISTS (
           SELECT FROM ir_config_parameter
            WHERE key = 'database.is_neutralized' AND value <> ''
       )"""

# What a watcher reads every second: the addon, and whether jobs may run. Indexes:
# those of READ_ADDON, ir_config_parameter_key_uniq, the table's key.
READ_STANDING = f"""{READ_ADDON.rstrip()},
       {IS_NEUTRALIZED},
       EXISTS (
           SELECT FROM connector_queue_admission
            WHERE identity = %(identity)s AND admitted_at IS NOT NULL
       )
"""

# The tables that jobs need and that have no primary key yet: a restore creates the
# keys after the rows.
FIND_INCOMPLETE = """
SELECT class.relname
  FROM pg_class AS class
 WHERE class.relnamespace = current_schema()::regnamespace
   AND class.relkind IN ('r', 'p')
   AND class.relname IN (
       'connector_queue_admission', 'connector_queue_attempt',
       'connector_queue_channel', 'connector_queue_edge', 'connector_queue_function',
       'connector_queue_job', 'connector_queue_seal', 'connector_queue_worker',
       'ir_config_parameter', 'ir_cron', 'ir_model', 'ir_model_data',
       'ir_model_fields', 'ir_module_module', 'res_company', 'res_partner', 'res_users'
   )
   AND NOT EXISTS (
       SELECT FROM pg_index
        WHERE indrelid = class.oid AND indisprimary
   )
 ORDER BY class.relname
"""

# Check whether a new database is idle: since when its facts (tables, indexes,
# constraints, signals of Odoo) are unchanged, and no transaction has written for long
# and no other database sends changes. Since when sessions of other roles write is
# hidden. Locks: the row. A millisecond, once a second while it is new.
JUDGE = """
WITH facts AS (
    SELECT concat_ws(
               ' ',
               (SELECT count(*) FROM pg_class WHERE relpersistence <> 't'),
               (SELECT count(*) FROM pg_constraint),
               (SELECT max(id) FROM orm_signaling_registry)
           ) AS text,
           EXISTS (
               SELECT FROM pg_stat_activity
                WHERE datname = current_database()
                  AND pid <> pg_backend_pid()
                  AND usesysid IS NOT NULL
                  AND backend_xid IS NOT NULL
                  AND COALESCE(
                      xact_start <= clock_timestamp()
                                    - %(long_s)s * INTERVAL '1 second',
                      TRUE)
           ) OR EXISTS (
               SELECT FROM pg_subscription
                WHERE subenabled AND subdbid = (
                    SELECT oid FROM pg_database WHERE datname = current_database()
                )
           ) AS is_busy,
           clock_timestamp() AT TIME ZONE 'UTC' AS now
)
INSERT INTO connector_queue_admission AS known (identity, facts, busy_at, begins_at)
SELECT %(identity)s, text, now, now + %(wait_s)s * INTERVAL '1 second'
  FROM facts
    ON CONFLICT (identity) DO UPDATE
   SET facts = excluded.facts,
       busy_at = excluded.busy_at,
       begins_at = excluded.begins_at
 WHERE known.admitted_at IS NULL
   AND (known.facts <> excluded.facts OR (SELECT is_busy FROM facts))
"""

# Admit a database that has been idle for long enough. Locks: the row.
ADMIT_QUIET = """
UPDATE connector_queue_admission
   SET admitted_at = clock_timestamp() AT TIME ZONE 'UTC'
 WHERE identity = %(identity)s
   AND admitted_at IS NULL
   AND busy_at + %(wait_s)s * INTERVAL '1 second'
       <= clock_timestamp() AT TIME ZONE 'UTC'
"""

# Admit a database unconditionally. Locks: the row.
ADMIT = """
INSERT INTO connector_queue_admission AS known (
    identity, facts, busy_at, begins_at, admitted_at
)
SELECT %(identity)s, '', now, now, now
  FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) AS clock
    ON CONFLICT (identity) DO UPDATE SET admitted_at = excluded.admitted_at
 WHERE known.admitted_at IS NULL
"""

# Withdraw the admission. Locks: the row.
WITHDRAW = "DELETE FROM connector_queue_admission WHERE identity = %(identity)s"

# Whether jobs may run, and when they will. Index: the table's key.
FIND_ADMISSION = f"""
SELECT {IS_NEUTRALIZED},
       known.admitted_at IS NOT NULL,
       extract(epoch FROM known.begins_at - clock_timestamp() AT TIME ZONE 'UTC')::float
  FROM (SELECT) AS one
  LEFT JOIN connector_queue_admission AS known ON known.identity = %(identity)s
"""


class Standing(NamedTuple):
    """State of this addon in a database, and whether jobs may run."""

    addon: AddonState
    is_neutralized: bool  # no job may run, in any case
    is_admitted: bool  # recorded, or accepted by a person


class Admitted(NamedTuple):
    """Whether jobs of a database may run, and when they will."""

    is_neutralized: bool
    is_admitted: bool
    begins_in_s: float | None  # None while no watcher has seen it


def find_identity(cr) -> str:
    """Return the identity of the database: its oid and its cluster's identifier."""
    cr.execute(FIND_DATABASE)
    oid, may_read = cr.fetchone()
    cluster = "unknown"
    if may_read:
        cr.execute(FIND_CLUSTER)
        (cluster,) = cr.fetchone()
    return f"{cluster}/{oid}"


def read_standing(cr, identity: str) -> Standing:
    """Return the state of the addon, and whether jobs may run.

    Args:
        cr: a cursor in autocommit.
        identity: of the database.
    """
    try:
        values = {"base_version": BASE_VERSION, "identity": identity}
        cr.execute(READ_STANDING, values)
    except psycopg2.errors.UndefinedTable:
        addon = read_addon(cr)
        if addon.is_installed:  # by older code than ours
            raise
        return Standing(addon, False, False)
    *addon, is_neutralized, is_admitted = cr.fetchone()
    return Standing(AddonState(*addon), is_neutralized, is_admitted)


def find_incomplete(cr) -> list[str]:
    """Return the tables without primary key: a restore is under way."""
    cr.execute(FIND_INCOMPLETE)
    return [name for (name,) in cr.fetchall()]


def judge(cr, identity: str, wait_s: float) -> bool:
    """Check whether a new database is idle; True when it is admitted for that.

    Args:
        cr: a cursor in autocommit.
        identity: of the database.
        wait_s: how long it must have been idle.
    """
    values = {"identity": identity, "wait_s": wait_s, "long_s": LONG_S}
    cr.execute(JUDGE, values)
    cr.execute(ADMIT_QUIET, values)
    return cr.rowcount == 1


def admit(cr) -> bool:
    """Admit the database of a cursor; False when it was admitted already."""
    cr.execute(ADMIT, {"identity": find_identity(cr)})
    return cr.rowcount == 1


def withdraw(cr, identity: str) -> None:
    """Withdraw the admission of a database."""
    cr.execute(WITHDRAW, {"identity": identity})


def find_admission(cr) -> Admitted:
    """Return whether jobs of the database of a cursor may run."""
    cr.execute(FIND_ADMISSION, {"identity": find_identity(cr)})
    return Admitted(*cr.fetchone())
