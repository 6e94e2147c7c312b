# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Liveness of workers, their sessions, and recovery of the jobs of dead workers."""

from typing import NamedTuple

import psycopg2

from odoo.addons.base.models.ir_cron import BASE_VERSION

from ..state import DIED
from .edge import mark_edges
from .identity import KEPT_KEY
from .ready import IS_DIRTY

LOCK_CLASS = 0x436F6E6E  # first key of the workers' advisory locks: "Conn"

SILENCE_S = 60  # a worker whose last sign of life is older is dead
LONGEST_S = 60  # longest delay of a job that kills its workers


class AddonState(NamedTuple):
    """State of this addon in a database."""

    is_installed: bool
    is_our_version: bool  # of Odoo; another one must not touch the database
    is_changing: bool  # addons are installed, upgraded or removed


class LiveWorker(NamedTuple):
    """A worker that is alive, or shows why it runs no job."""

    id: int
    pid: int
    host: str
    process_type: str
    refusal: str | None
    only_channels: str | None
    unknown_channels: str | None


class Addons(NamedTuple):
    """The addons of a database, as they are now."""

    rows: str  # the same text as long as no row is written
    is_changing: bool
    signal: int  # Odoo's last signal of an old registry


CHANNEL = "connector_queue"  # of LISTEN and NOTIFY
LISTEN = f"LISTEN {CHANNEL}"

# Insert a worker, with the lock that proves it alive as long as its session is. The row
# is invisible before the lock is held. Behind a pooler there is no session to hold it.
INSERT_WORKER = """
WITH worker AS (
    INSERT INTO connector_queue_worker (
        uuid, host, pid, process_type, threads, only_channels, refusal, is_pooled,
        backend_pid, books_backend_pid, job_backend_pid, date_start, date_alive
    )
    VALUES (
        %(uuid)s, %(host)s, %(pid)s, %(process_type)s, %(threads)s, %(only_channels)s,
        %(refusal)s, %(is_pooled)s,
        CASE WHEN NOT %(is_pooled)s THEN pg_backend_pid() END,
        %(books_backend_pid)s, %(job_backend_pid)s,
        clock_timestamp() AT TIME ZONE 'UTC', clock_timestamp() AT TIME ZONE 'UTC'
    )
    RETURNING id
)
SELECT id, CASE WHEN NOT %(is_pooled)s
                THEN pg_advisory_lock(%(lock_class)s, id)::text END
  FROM worker
"""

# Sign of life of a worker, with the job that it runs. No row: it was declared dead.
HEARTBEAT = """
UPDATE connector_queue_worker
   SET date_alive = clock_timestamp() AT TIME ZONE 'UTC',
       job_id = %(job_id)s,
       unknown_channels = %(unknown_channels)s,
       job_backend_pid = %(job_backend_pid)s,
       job_started_at = %(job_started_at)s
 WHERE id = %(worker_id)s
RETURNING id
"""

# Locks: its row. The lock of the worker goes with it; the session may hold others.
DELETE_WORKER = """
WITH worker AS (
    DELETE FROM connector_queue_worker WHERE id = %(worker_id)s RETURNING is_pooled
)
SELECT CASE WHEN NOT is_pooled
            THEN pg_advisory_unlock(%(lock_class)s, %(worker_id)s) END
  FROM worker
"""

# Whether the addon is installed, in our version of Odoo, and unchanging now. A table of
# some 700 rows. Index: ir_module_module__state_index.
READ_ADDON = """
SELECT EXISTS (
           SELECT FROM ir_module_module
            WHERE name = 'connector' AND state IN ('installed', 'to upgrade')
       ),
       EXISTS (
           SELECT FROM ir_module_module
            WHERE name = 'base' AND latest_version = %(base_version)s
       ),
       EXISTS (
           SELECT FROM ir_module_module
            WHERE state IN ('to install', 'to upgrade', 'to remove')
       )
"""

# The versions of the addons' rows, whether any is about to change, and the last signal
# of an old registry. Any write of a row counts.
READ_ADDONS = """
SELECT md5(string_agg(id || ' ' || xmin::text, ',' ORDER BY id)),
       bool_or(state IN ('to install', 'to upgrade', 'to remove')),
       (SELECT max(id) FROM orm_signaling_registry)
  FROM ir_module_module
"""

# Whether a database of that name exists. Runs in another database.
IS_DATABASE = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %(db_name)s)"

# Whether a worker is alive: it holds its lock, and has given a sign of life. Behind a
# pooler there are no locks, and the sign of life is enough.
IS_ALIVE = """(
       worker.date_alive >= clock_timestamp() AT TIME ZONE 'UTC'
                            - %(silence_s)s * INTERVAL '1 second'
       AND (worker.is_pooled OR EXISTS (
            SELECT FROM pg_locks AS lock
             WHERE lock.locktype = 'advisory'
               AND lock.classid = %(lock_class)s
               AND lock.objid::bigint = worker.id
               AND lock.granted
               AND lock.database = (
                   SELECT oid FROM pg_database WHERE datname = current_database()
               )
       ))
   )"""

# The workers that are alive, misconfigured ones too. A table of some dozens of rows.
FIND_WORKERS = f"""
SELECT id, pid, host, process_type, refusal, only_channels, unknown_channels
  FROM connector_queue_worker AS worker
 WHERE {IS_ALIVE}
 ORDER BY host, pid, id
"""

# Whether a lasting worker is alive, not just one of the cron fallback.
HAS_LASTING_WORKER = f"""
SELECT EXISTS (
    SELECT FROM connector_queue_worker AS worker
     WHERE worker.refusal IS NULL AND worker.process_type <> 'cron' AND {IS_ALIVE}
)
"""

# Trigger the cron fallback now, unless it is triggered already. A locked trigger does
# not count: a running cron locks those it has handled until its end. It handles those
# up to the whole second, and leaves later ones as if they waited.
# Locks: the trigger found, with a key share. Index: ir_cron_trigger__cron_id_index.
TRIGGER_CRON = """
WITH cron AS (
    SELECT cron.id
      FROM ir_model_data AS name
      JOIN ir_cron AS cron ON cron.id = name.res_id
     WHERE name.module = 'connector' AND name.name = 'queue_cron_run'
       AND cron.active
), waiting AS (
    SELECT trigger.id
      FROM cron JOIN ir_cron_trigger AS trigger ON trigger.cron_id = cron.id
     WHERE trigger.call_at <= now() AT TIME ZONE 'UTC'
     LIMIT 1
       FOR KEY SHARE OF trigger SKIP LOCKED
)
INSERT INTO ir_cron_trigger (cron_id, call_at)
SELECT id, date_trunc('second', now() AT TIME ZONE 'UTC')
  FROM cron
 WHERE NOT EXISTS (SELECT FROM waiting)
"""

# Wake the cron workers of the servers. In database postgres, where they listen.
CALL_CRON = "SELECT pg_notify('cron_trigger', %(db_name)s)"

# Delete the workers that are not alive. Locks: their rows, SKIP LOCKED: one process
# recovers each.
DELETE_DEAD_WORKERS = f"""
DELETE FROM connector_queue_worker
 WHERE id IN (
    SELECT worker.id
      FROM connector_queue_worker AS worker
     WHERE NOT COALESCE({IS_ALIVE}, FALSE)
       FOR UPDATE SKIP LOCKED
 )
RETURNING id, ARRAY [backend_pid, books_backend_pid, job_backend_pid], date_alive
"""

# End sessions, such as those left by a dead worker, so that none commits late. A
# session that began after the worker's last sign of life is not the worker's.
TERMINATE_BACKENDS = """
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND pid = ANY (%(pids)s::integer[])
   AND (backend_start AT TIME ZONE 'UTC' <= %(date_alive)s
        OR %(date_alive)s::timestamp IS NULL)
"""

# Free the jobs of deleted workers: the first unfinished job of each is charged with the
# death, the others were only claimed. From its second death in a row on it waits a
# little, twice as long each time, so that the others run before it kills the next
# worker. Until then it keeps its concurrency key. When it fails, its dependents are
# marked. No row stops the others: invalid rows pass here; the next claim checks whether
# they may run.
# Index: connector_queue_job__taken_idx.
RECOVER_JOBS = f"""
WITH lost AS (
    SELECT id, worker_id, COALESCE(attempt, 0) AS attempt,
           COALESCE(
               claim_number = min(claim_number) OVER (PARTITION BY worker_id), FALSE
           ) AS has_run
      FROM connector_queue_job
     WHERE state = 'enqueued'
       AND NOT EXISTS (
           SELECT FROM connector_queue_worker AS worker
            WHERE worker.id = connector_queue_job.worker_id
       )
),
held AS (
    SELECT job.id, lost.has_run, lost.attempt, COALESCE(job.deaths, 0) AS deaths,
           lost.has_run AND job.deaths >= 1 AS is_repeated,
           lost.has_run AND job.deaths + 1 >= COALESCE(
               NULLIF(job.max_retries, 0), %(max_deaths)s) AS is_poison
      FROM connector_queue_job AS job
      JOIN lost ON lost.id = job.id
     WHERE job.state = 'enqueued'
       AND job.worker_id = lost.worker_id
       FOR UPDATE OF job SKIP LOCKED
),
attempt AS (
    INSERT INTO connector_queue_attempt (
        job_id, attempt, worker_id, state, message, date_done
    )
    SELECT lost.id, lost.attempt + 1, lost.worker_id, '{DIED}', %(message)s,
           clock_timestamp() AT TIME ZONE 'UTC'
      FROM lost
      JOIN held ON held.id = lost.id
     WHERE lost.has_run
        ON CONFLICT (job_id, attempt) DO NOTHING
),
poison AS (
    SELECT id FROM held WHERE is_poison
),
marked AS (
    {mark_edges("poison.id", "'failed'", "poison")}
)
UPDATE connector_queue_job AS job
   SET attempt = held.attempt + held.has_run::int,
       deaths = held.deaths + held.has_run::int,
       state = CASE WHEN held.is_poison THEN 'failed' ELSE 'pending' END,
       hold = CASE WHEN held.is_repeated AND NOT held.is_poison
                   THEN 'eta' ELSE job.hold END,
       eta = CASE WHEN held.is_repeated AND NOT held.is_poison
                  THEN clock_timestamp() AT TIME ZONE 'UTC' + INTERVAL '1 second'
                       * LEAST(%(longest_s)s, 2 ^ LEAST(job.deaths - 1, 16))
                  ELSE job.eta END,
       exc_info = CASE WHEN held.has_run THEN %(message)s ELSE job.exc_info END,
       date_done = CASE WHEN held.is_poison
                        THEN clock_timestamp() AT TIME ZONE 'UTC' END,
       identity_key = {KEPT_KEY},
       key_news = CASE WHEN held.is_poison OR held.is_repeated THEN {IS_DIRTY}
                       ELSE job.key_news END,
       worker_id = NULL,
       claim_number = NULL
  FROM held
 WHERE job.id = held.id
RETURNING job.id, job.state
"""

FIND_SESSION = "SELECT pg_backend_pid()"

# Losing the last bookkeeping commits in a crash of PostgreSQL does no harm: a claim is
# made again, and the outcome of a job is in the job's own commit.
COMMIT_LATER = "SET synchronous_commit TO off"

# Timeouts of a statement that follows in the same round trip, also behind a pooler:
# waiting for locks must not delay signs of life.
BOUND = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '30s'; "


def insert_worker(cr, **values) -> int:
    """Insert the row of a worker and hold its lock, if it has one; return its id."""
    cr.execute(INSERT_WORKER, {"lock_class": LOCK_CLASS, **values})
    return cr.fetchone()[0]


def listen(cr) -> None:
    """Receive the notifications of the queue on this connection."""
    cr.execute(LISTEN)


def beat(
    cr, worker_id: int, job, job_backend_pid: int | None, unknown_channels: str | None
) -> bool:
    """Write a sign of life; False when the row is gone."""
    values = {
        "worker_id": worker_id,
        "unknown_channels": unknown_channels,
        "job_id": job.id if job else None,
        "job_started_at": job.date_started if job else None,
        "job_backend_pid": job_backend_pid,
    }
    cr.execute(HEARTBEAT, values)
    return cr.rowcount == 1


def delete_worker(cr, worker_id: int) -> None:
    """Delete the row of a worker."""
    cr.execute(DELETE_WORKER, {"worker_id": worker_id, "lock_class": LOCK_CLASS})


def read_addons(cr) -> Addons:
    """Return the state of the addons, to compare it with that of a registry."""
    cr.execute(READ_ADDONS)
    return Addons(*cr.fetchone())


def read_addon(cr) -> AddonState:
    """Return the state of the addon; also in a database not made by Odoo."""
    try:
        cr.execute(READ_ADDON, {"base_version": BASE_VERSION})
    except psycopg2.errors.UndefinedTable:
        return AddonState(False, False, False)
    return AddonState(*cr.fetchone())


def is_database(cr, db_name: str) -> bool:
    """Return whether there is a database of that name."""
    cr.execute(IS_DATABASE, {"db_name": db_name})
    return cr.fetchone()[0]


def find_workers(cr) -> list[LiveWorker]:
    """Return the workers that are alive, also those that run no job."""
    cr.execute(FIND_WORKERS, {"silence_s": SILENCE_S, "lock_class": LOCK_CLASS})
    return [LiveWorker(*row) for row in cr.fetchall()]


def find_live_workers(cr) -> list[LiveWorker]:
    """Return the workers that are alive and run jobs."""
    return [one for one in find_workers(cr) if one.refusal is None]


def has_lasting_worker(cr) -> bool:
    """Return whether a lasting worker is alive, not one of the cron fallback."""
    cr.execute(HAS_LASTING_WORKER, {"silence_s": SILENCE_S, "lock_class": LOCK_CLASS})
    return cr.fetchone()[0]


def trigger_cron(cr) -> bool:
    """Trigger the cron of the queue now; False when it is triggered already."""
    cr.execute(TRIGGER_CRON)
    return cr.rowcount == 1


def call_cron(cr, db_name: str) -> None:
    """Wake the cron workers for a database."""
    cr.execute(CALL_CRON, {"db_name": db_name})


def delete_dead_workers(cr, silence_s: int) -> list[tuple]:
    """Delete the rows of dead workers; return id, backend pids, last sign of life."""
    values = {"silence_s": silence_s, "lock_class": LOCK_CLASS}
    cr.execute(DELETE_DEAD_WORKERS, values)
    return cr.fetchall()


def terminate_backends(cr, pids: list[int], date_alive=None) -> None:
    """End sessions, only those that began before a time if one is given."""
    cr.execute(TERMINATE_BACKENDS, {"pids": pids, "date_alive": date_alive})


def recover_jobs(cr, max_deaths: int) -> list[tuple[int, str]]:
    """Free the jobs of workers that are gone; return ids and new states."""
    message = "The worker died while it ran the job."
    values = {"max_deaths": max_deaths, "message": message, "longest_s": LONGEST_S}
    cr.execute(RECOVER_JOBS, values)
    return cr.fetchall()


def find_session(cr) -> int:
    """Return the process of PostgreSQL that serves this statement."""
    cr.execute(FIND_SESSION)
    return cr.fetchone()[0]


def commit_later(cr) -> None:
    """Make the commits of this session asynchronous: they do not wait for the disk."""
    cr.execute(COMMIT_LATER)
