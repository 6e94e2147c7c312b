# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Readiness of pending jobs: eta and concurrency key.

A pending job is ready when nothing holds it. It is held by its eta, then by its
concurrency key: of the jobs with one key at most one is active, which means ready or
taken by a worker. A statement that may have changed which one marks the row that it
writes anyway as dirty (``key_news``); the next claim of any worker re-evaluates dirty
keys. Only PROMOTE makes a job with a key active.
"""

from .function import LANGUAGE

HOLD_ETA = "eta"
HOLD_KEY = "key"

DIRTY_BATCH = 1_000  # dirty keys re-evaluated at once, each by a few look-ups
PROMOTE_LOCK = 0x436F6E6F  # advisory lock: one worker promotes at a time


def hold_of(eta: str, concurrency_key: str = "job.concurrency_key") -> str:
    """Return the SQL of what holds a job that waits for no other job, NULL for nothing.

    A statement that makes a job pending sets ``hold`` to this and ``key_news`` to
    IS_DIRTY.

    Args:
        eta: SQL of the job's eta.
        concurrency_key: SQL of its key.
    """
    return f"""CASE WHEN {eta} > now() AT TIME ZONE 'UTC' THEN '{HOLD_ETA}'
            WHEN {concurrency_key} IS NOT NULL THEN '{HOLD_KEY}' END"""


# For the SET of an UPDATE whose table is called job, which makes a job pending or ends
# it: whether there is a key whose jobs may have their turn now.
IS_DIRTY = "(job.concurrency_key IS NOT NULL OR job.freed_key IS NOT NULL)"

# Whether the eta of a held job has come. It reads the first, which only one index has,
# whatever PostgreSQL estimates. Index: connector_queue_job__eta_idx.
EXIST_DUE = """COALESCE((
           SELECT min(eta) <= now() AT TIME ZONE 'UTC'
             FROM connector_queue_job
            WHERE state = 'pending' AND hold = 'eta'
       ), FALSE)"""

# Whether there are dirty keys. Read in an order that only one index has, whatever
# number PostgreSQL estimates. Index: connector_queue_job__news_idx.
EXIST_DIRTY_KEYS = """EXISTS (
           SELECT FROM (
               SELECT id
                 FROM connector_queue_job
                WHERE key_news AND state <> 'enqueued'
                ORDER BY priority, id
                LIMIT 1
           ) AS dirty
       )"""

# Seconds until the next held job may start; 0 where there are dirty keys.
# Indexes: connector_queue_job__eta_idx, connector_queue_job__news_idx.
NEXT_READY = f"""
SELECT LEAST(
           extract(epoch FROM min(eta) - now() AT TIME ZONE 'UTC'),
           CASE WHEN {EXIST_DIRTY_KEYS} THEN 0 END
       )
  FROM connector_queue_job
 WHERE state = 'pending' AND hold = 'eta'
"""

# Make jobs ready whose eta has come, apart from their keys. Locks: the rows, SKIP
# LOCKED. Index: connector_queue_job__eta_idx.
RELEASE_ETA = f"""
WITH due AS (
    SELECT id
      FROM connector_queue_job
     WHERE state = 'pending' AND hold = 'eta'
       AND eta <= now() AT TIME ZONE 'UTC'
     ORDER BY eta
     LIMIT 10000
       FOR UPDATE SKIP LOCKED
)
UPDATE connector_queue_job AS job
   SET hold = {hold_of("job.eta")},
       key_news = {IS_DIRTY}
  FROM due
 WHERE job.id = due.id"""

# Re-evaluate dirty keys: of each key without an active job make the first ready.
# An active job that no worker has steps back for a more urgent one, and is dirty then:
# the unique index requires it gone before. A key stays dirty while other transactions
# lock all jobs that could be next. Locks: the rows, SKIP LOCKED.
# Indexes: connector_queue_job__news_idx, connector_queue_job__active_uniq,
# connector_queue_job__behind_idx.
PROMOTE = f"""
WITH dirty AS (
    SELECT id, concurrency_key, freed_key
      FROM connector_queue_job
     WHERE key_news AND state <> 'enqueued'
     ORDER BY priority, id
     LIMIT {DIRTY_BATCH}
       FOR UPDATE SKIP LOCKED
),
key AS (
    SELECT concurrency_key AS name FROM dirty WHERE concurrency_key IS NOT NULL
     UNION
    SELECT freed_key FROM dirty WHERE freed_key IS NOT NULL
),
turn AS (
    SELECT key.name, next.id AS next_id, back.id AS back_id,
           active.id IS NULL AND first.id IS NOT NULL AND next.id IS NULL AS is_stuck
      FROM key
      LEFT JOIN LATERAL (
           SELECT id, state, priority
             FROM connector_queue_job
            WHERE concurrency_key = key.name
              AND (state = 'enqueued' OR (state = 'pending' AND hold IS NULL))
      ) AS active ON TRUE
      LEFT JOIN LATERAL (
           SELECT id, priority
             FROM connector_queue_job
            WHERE concurrency_key = key.name AND state = 'pending' AND hold = 'key'
            ORDER BY priority, id
            LIMIT 1
      ) AS first ON TRUE
      LEFT JOIN LATERAL (
           SELECT id
             FROM connector_queue_job
            WHERE concurrency_key = key.name AND state = 'pending' AND hold = 'key'
              AND active.id IS NULL
            ORDER BY priority, id
            LIMIT 1
              FOR UPDATE SKIP LOCKED
      ) AS next ON TRUE
      LEFT JOIN LATERAL (
           SELECT id
             FROM connector_queue_job
            WHERE id = active.id AND state = 'pending' AND hold IS NULL
              AND (first.priority, first.id) < (active.priority, active.id)
              FOR UPDATE SKIP LOCKED
      ) AS back ON TRUE
),
stuck AS MATERIALIZED (
    SELECT name FROM turn WHERE is_stuck
),
target AS (
    SELECT id, bool_or(is_heard) AS is_heard, bool_or(is_next) AS is_next,
           bool_or(is_back) AS is_back
      FROM (
           SELECT id, TRUE AS is_heard, FALSE AS is_next, FALSE AS is_back
             FROM dirty
            WHERE NOT EXISTS (SELECT FROM stuck WHERE name = dirty.concurrency_key)
              AND NOT EXISTS (SELECT FROM stuck WHERE name = dirty.freed_key)
            UNION ALL
           SELECT next_id, FALSE, TRUE, FALSE FROM turn WHERE next_id IS NOT NULL
            UNION ALL
           SELECT back_id, FALSE, FALSE, TRUE FROM turn WHERE back_id IS NOT NULL
      ) AS found
     GROUP BY id
)
UPDATE connector_queue_job AS job
   SET hold = CASE WHEN target.is_next THEN NULL
                   WHEN target.is_back THEN 'key'
                   ELSE job.hold END,
       key_news = target.is_back OR (job.freed_key IS NOT NULL AND NOT target.is_heard),
       freed_key = CASE WHEN NOT target.is_heard THEN job.freed_key END
  FROM target
 WHERE job.id = target.id"""

# Only one worker promotes at a time, or two would promote different jobs with one key;
# the others do not wait for it. Its statement begins when it has the lock: it sees the
# work of the last holder. Returns how many rows changed.
MAKE_PROMOTE = f"""
CREATE OR REPLACE FUNCTION connector_queue_promote()
RETURNS integer {LANGUAGE} AS $$
DECLARE
    changed integer := 0;
BEGIN
    IF pg_try_advisory_xact_lock({PROMOTE_LOCK}) THEN {PROMOTE};
        GET DIAGNOSTICS changed = ROW_COUNT;
    END IF;
    RETURN changed;
END $$
"""


def next_ready_s(cr) -> float | None:
    """Return the seconds until a held job may start, None when none is known."""
    cr.execute(NEXT_READY)
    (seconds,) = cr.fetchone()
    return None if seconds is None else float(seconds)


def promote(cr) -> int:
    """Re-evaluate dirty keys; return how many rows changed, 0 while another does so."""
    cr.execute("SELECT connector_queue_promote()")
    return cr.fetchone()[0]
