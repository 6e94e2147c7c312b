# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every SQL statement of the engine.

Statements marked *job* run in the transaction of a job (or of whoever delays
one), on an Odoo cursor at REPEATABLE READ. All others run on a connection of the
worker, at READ COMMITTED and in autocommit. Times are naive UTC, as Odoo has them.

A job has a worker if and only if it is enqueued (a CHECK of the table), so a statement
on one job that names the worker names the state it leaves. It says IS NOT DISTINCT
FROM, which no index serves: the one on the jobs a worker holds would be walked through
the dead entries of all the jobs that it has finished.
"""

from odoo import SUPERUSER_ID

CHANNEL = "connector_queue"  # of LISTEN and NOTIFY
LOCK_CLASS = 0x436F6E6E  # first key of the workers' advisory locks: "Conn"

HOLD_ETA = "eta"

# job. Insert n jobs. Locks: the new rows. A key which a waiting job has already
# inserts nothing; one that is not in our snapshot raises a serialization error.
INSERT_JOBS = """
INSERT INTO connector_queue_job (
    uuid, payload, identity_key,
    name, func_name, method_name, model_name, payload_version,
    user_id, company_id, context,
    channel_id, job_function_id,
    state, hold, priority, eta, max_retries,
    retry, attempt, deaths, commits, date_created
)
SELECT new.uuid, new.payload::jsonb, new.identity_key,
       %(name)s, %(func_name)s, %(method_name)s, %(model_name)s, %(payload_version)s,
       %(user_id)s, %(company_id)s, %(context)s::jsonb,
       %(channel_id)s, %(job_function_id)s,
       'pending', %(hold)s, %(priority)s, %(eta)s, %(max_retries)s,
       0, 0, 0, 0, now() AT TIME ZONE 'UTC'
  FROM unnest(%(uuids)s::text[], %(payloads)s::text[], %(identity_keys)s::text[])
       AS new (uuid, payload, identity_key)
    ON CONFLICT (identity_key)
       WHERE identity_key IS NOT NULL AND state IN ('waiting', 'pending')
       DO NOTHING
RETURNING uuid
"""

# job. The waiting jobs with these keys. Locks: the rows, FOR SHARE, so that none is
# taken by a worker before we commit. Index: connector_queue_job__identity_uniq.
FIND_IDENTICAL = """
SELECT identity_key, uuid
  FROM connector_queue_job
 WHERE identity_key = ANY (%(identity_keys)s)
   AND state IN ('waiting', 'pending')
   FOR SHARE
"""

# job. The waiting job with a key, to alter it. Locks: the row, FOR UPDATE; a worker that
# took it since our snapshot raises a serialization error.
LOCK_IDENTICAL = """
SELECT id, payload::text
  FROM connector_queue_job
 WHERE identity_key = %(identity_key)s
   AND state IN ('waiting', 'pending')
   FOR UPDATE
"""

# job. Give a waiting job, locked before, other arguments.
REPLACE_PAYLOAD = """
UPDATE connector_queue_job SET payload = %(payload)s::jsonb WHERE id = %(job_id)s
"""

# job. Move jobs that no worker has. Locks: the rows.
MOVE = """
UPDATE connector_queue_job AS job
   SET state = %(target)s,
       hold = NULL,
       eta = CASE WHEN %(target)s = 'pending' THEN NULL ELSE eta END,
       retry = CASE WHEN %(target)s = 'pending' THEN 0 ELSE retry END,
       deaths = 0,
       result = COALESCE(%(message)s, result),
       identity_key = CASE WHEN EXISTS (
               SELECT FROM connector_queue_job AS twin
                WHERE twin.identity_key = job.identity_key
                  AND twin.id <> job.id
                  AND twin.state IN ('waiting', 'pending')
           ) THEN NULL ELSE identity_key END,
       date_done = CASE WHEN %(target)s = 'pending' THEN NULL
                        ELSE now() AT TIME ZONE 'UTC' END
 WHERE id = ANY (%(job_ids)s)
   AND state = ANY (%(sources)s)
RETURNING id
"""

# Wake every worker of the database. In a transaction of its own: inside the one that
# writes, it would keep PostgreSQL from committing transactions together.
WAKE = "SELECT pg_notify(%(channel)s, '')"

LISTEN = f"LISTEN {CHANNEL}"

# A new worker, with the lock that proves it alive as long as its session is. Nobody sees
# the row before the lock is held.
INSERT_WORKER = """
WITH worker AS (
    INSERT INTO connector_queue_worker (
        uuid, host, pid, process_type, backend_pid, date_start, date_alive
    )
    VALUES (
        %(uuid)s, %(host)s, %(pid)s, %(process_type)s, pg_backend_pid(),
        clock_timestamp() AT TIME ZONE 'UTC', clock_timestamp() AT TIME ZONE 'UTC'
    )
    RETURNING id
)
SELECT id, pg_advisory_lock(%(lock_class)s, id) FROM worker
"""

# Say that the worker is alive and what it runs. No row: somebody declared it dead.
HEARTBEAT = """
UPDATE connector_queue_worker
   SET date_alive = clock_timestamp() AT TIME ZONE 'UTC',
       job_id = %(job_id)s,
       job_backend_pid = %(job_backend_pid)s,
       job_started_at = %(job_started_at)s
 WHERE id = %(worker_id)s
RETURNING id
"""

# Is the addon installed? Also in a database that Odoo did not make.
HAS_ADDON = """
SELECT to_regclass('ir_module_module') IS NOT NULL
   AND to_regclass('connector_queue_job') IS NOT NULL
"""

# Does anybody else hold the lock of a worker?
HAS_LIVE_WORKER = """
SELECT EXISTS (
    SELECT FROM connector_queue_worker AS worker
      JOIN pg_locks AS lock
        ON lock.locktype = 'advisory'
       AND lock.classid = %(lock_class)s
       AND lock.objid::bigint = worker.id
       AND lock.granted
       AND lock.database = (
           SELECT oid FROM pg_database WHERE datname = current_database()
       )
)
"""

# Is there a job that could start now? Index: connector_queue_job__ready_idx.
HAS_READY_JOB = """
SELECT EXISTS (
    SELECT FROM connector_queue_job WHERE state = 'pending' AND hold IS NULL
)
    OR EXISTS (
    SELECT FROM connector_queue_job
     WHERE state = 'pending' AND hold = 'eta' AND eta <= now() AT TIME ZONE 'UTC'
)
"""

DELETE_WORKER = "DELETE FROM connector_queue_worker WHERE id = %(worker_id)s"

# The next time a job that is held until its eta may start.
# Index: connector_queue_job__eta_idx.
NEXT_ETA = """
SELECT extract(epoch FROM min(eta) - now() AT TIME ZONE 'UTC')
  FROM connector_queue_job
 WHERE state = 'pending' AND hold = 'eta'
"""

# Make up to %(limit)s jobs ready whose eta has come. Locks: the rows, SKIP LOCKED.
# Index: connector_queue_job__eta_idx.
RELEASE_ETA = """
WITH due AS (
    SELECT id
      FROM connector_queue_job
     WHERE state = 'pending' AND hold = 'eta'
       AND eta <= now() AT TIME ZONE 'UTC'
     ORDER BY eta
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
)
UPDATE connector_queue_job AS job
   SET hold = NULL
  FROM due
 WHERE job.id = due.id
"""

# Take up to %(limit)s ready jobs of the channels without limits. They are run in the
# order of claim_number, so that after a death the first unfinished one is the one
# that ran. Locks: job rows, SKIP LOCKED. Index: connector_queue_job__ready_idx.
CLAIM = """
WITH next AS (
    SELECT job.id, row_number() OVER (ORDER BY job.priority, job.id) AS place
      FROM connector_queue_channel AS channel
     CROSS JOIN LATERAL (
           SELECT id, priority
             FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
            ORDER BY priority, id
            LIMIT %(limit)s
              FOR UPDATE SKIP LOCKED
     ) AS job
     ORDER BY job.priority, job.id
     LIMIT %(limit)s
),
claimed AS (
    UPDATE connector_queue_job AS job
       SET state = 'enqueued',
           worker_id = %(worker_id)s,
           claim_number = %(claimed_before)s + next.place,
           date_enqueued = clock_timestamp() AT TIME ZONE 'UTC'
      FROM next
     WHERE job.id = next.id
    RETURNING job.*
)
SELECT claimed.id, claimed.uuid, func_name, method_name, model_name,
       payload::text AS payload, payload_version, user_id, claimed.company_id,
       context::text AS context, retry, max_retries, attempt,
       COALESCE(users.active OR users.id = %(superuser_id)s, FALSE) AS is_user_active
  FROM claimed
  LEFT JOIN res_users AS users ON users.id = claimed.user_id
 ORDER BY claim_number
"""

# job. The last statement of a job that succeeded: its attempt and its own row, only
# if this worker still holds it for this attempt.
FINISH = """
WITH attempt AS (
    INSERT INTO connector_queue_attempt (
        job_id, attempt, worker_id, state, date_started, date_done
    )
    VALUES (
        %(job_id)s, %(attempt)s, %(worker_id)s, 'done', %(date_started)s,
        clock_timestamp() AT TIME ZONE 'UTC'
    )
)
UPDATE connector_queue_job
   SET state = 'done',
       attempt = %(attempt)s,
       deaths = 0,
       result = %(result)s,
       exc_info = NULL,
       worker_id = NULL,
       date_started = %(date_started)s,
       date_done = clock_timestamp() AT TIME ZONE 'UTC'
 WHERE id = %(job_id)s
   AND worker_id IS NOT DISTINCT FROM %(worker_id)s
   AND attempt = %(attempt)s - 1
"""

# job. Before each commit in the middle of a job: is it still ours? The row changes, so
# that whoever takes it from us meanwhile and we cannot both commit.
FENCE = """
UPDATE connector_queue_job
   SET commits = commits + 1
 WHERE id = %(job_id)s
   AND worker_id IS NOT DISTINCT FROM %(worker_id)s
   AND attempt = %(attempt)s - 1
"""

# The end of an attempt that did not succeed; its transaction was rolled back. A key
# that a younger job took meanwhile is given up: both run.
SETTLE = """
WITH attempt AS (
    INSERT INTO connector_queue_attempt (
        job_id, attempt, worker_id, state, message, exc_info, date_started, date_done
    )
    SELECT id, %(attempt)s, %(worker_id)s, %(outcome)s, %(message)s, %(exc_info)s,
           %(date_started)s, clock_timestamp() AT TIME ZONE 'UTC'
      FROM connector_queue_job
     WHERE id = %(job_id)s
       AND worker_id IS NOT DISTINCT FROM %(worker_id)s
       AND attempt = %(attempt)s - 1
       FOR UPDATE
    RETURNING job_id
)
UPDATE connector_queue_job AS job
   SET state = %(state)s,
       hold = %(hold)s,
       eta = CASE WHEN %(hold)s = 'eta'
                  THEN clock_timestamp() AT TIME ZONE 'UTC'
                       + %(delay_s)s * INTERVAL '1 second'
                  ELSE eta END,
       attempt = %(attempt)s,
       retry = %(retry)s,
       deaths = 0,
       result = %(message)s,
       exc_info = %(exc_info)s,
       worker_id = NULL,
       identity_key = CASE WHEN %(state)s = 'pending' AND EXISTS (
               SELECT FROM connector_queue_job AS twin
                WHERE twin.identity_key = job.identity_key
                  AND twin.state IN ('waiting', 'pending')
           ) THEN NULL ELSE identity_key END,
       date_started = %(date_started)s,
       date_done = CASE WHEN %(state)s IN ('done', 'failed')
                        THEN clock_timestamp() AT TIME ZONE 'UTC' END
  FROM attempt
 WHERE job.id = attempt.job_id
"""

# Give back the jobs a worker claimed and did not start.
RELEASE = """
UPDATE connector_queue_job
   SET state = 'pending', worker_id = NULL, claim_number = NULL, date_enqueued = NULL
 WHERE id = ANY (%(job_ids)s)
   AND state = 'enqueued'
   AND worker_id = %(worker_id)s
"""

# The workers whose session is gone or whose heartbeat is too old, deleted. Locks: their
# rows, SKIP LOCKED: one recovers at a time.
DELETE_DEAD_WORKERS = """
DELETE FROM connector_queue_worker
 WHERE id IN (
    SELECT worker.id
      FROM connector_queue_worker AS worker
     WHERE worker.date_alive < clock_timestamp() AT TIME ZONE 'UTC'
                               - %(silence_s)s * INTERVAL '1 second'
        OR NOT EXISTS (
            SELECT FROM pg_locks AS lock
             WHERE lock.locktype = 'advisory'
               AND lock.classid = %(lock_class)s
               AND lock.objid::bigint = worker.id
               AND lock.granted
               AND lock.database = (
                   SELECT oid FROM pg_database WHERE datname = current_database()
               )
        )
       FOR UPDATE SKIP LOCKED
 )
RETURNING id, ARRAY [backend_pid, job_backend_pid], date_alive
"""

# End what is left of a dead worker's sessions, so that nothing of it commits late. A
# session that began after the worker's last sign of life is somebody else's.
TERMINATE_BACKENDS = """
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND pid = ANY (%(pids)s)
   AND backend_start AT TIME ZONE 'UTC' <= %(date_alive)s
"""

# The jobs of workers that exist no more: the first unfinished one of each is charged
# with the death, the others were only claimed. Index: connector_queue_job__held_idx.
RECOVER_JOBS = """
WITH lost AS (
    SELECT id, worker_id, attempt,
           claim_number = min(claim_number) OVER (PARTITION BY worker_id) AS has_run
      FROM connector_queue_job
     WHERE state = 'enqueued'
       AND NOT EXISTS (
           SELECT FROM connector_queue_worker AS worker
            WHERE worker.id = connector_queue_job.worker_id
       )
),
held AS (
    SELECT job.id, lost.has_run,
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
    SELECT lost.id, lost.attempt + 1, lost.worker_id, 'died', %(message)s,
           clock_timestamp() AT TIME ZONE 'UTC'
      FROM lost
      JOIN held ON held.id = lost.id
     WHERE lost.has_run
)
UPDATE connector_queue_job AS job
   SET attempt = job.attempt + held.has_run::int,
       deaths = job.deaths + held.has_run::int,
       state = CASE WHEN held.is_poison THEN 'failed' ELSE 'pending' END,
       exc_info = CASE WHEN held.has_run THEN %(message)s ELSE job.exc_info END,
       date_done = CASE WHEN held.is_poison
                        THEN clock_timestamp() AT TIME ZONE 'UTC' END,
       identity_key = CASE WHEN EXISTS (
               SELECT FROM connector_queue_job AS twin
                WHERE twin.identity_key = job.identity_key
                  AND twin.state IN ('waiting', 'pending')
           ) THEN NULL ELSE job.identity_key END,
       worker_id = NULL,
       claim_number = NULL
  FROM held
 WHERE job.id = held.id
RETURNING job.id, job.state
"""


def insert_jobs(cr, values: dict) -> list[str]:
    """Insert jobs which differ in uuid, payload and key; return the uuids inserted."""
    cr.execute(INSERT_JOBS, values)
    return [row[0] for row in cr.fetchall()]


def find_identical(cr, identity_keys: list[str]) -> dict[str, str]:
    """Return the uuid of the waiting job of each key, and keep it waiting."""
    cr.execute(FIND_IDENTICAL, {"identity_keys": identity_keys})
    return dict(cr.fetchall())


def move_jobs(
    cr, job_ids: list[int], sources: list[str], target: str, message: str | None
) -> set[int]:
    """Move jobs from one of some states to another; return the ids moved."""
    values = {
        "job_ids": job_ids,
        "sources": sources,
        "target": target,
        "message": message,
    }
    cr.execute(MOVE, values)
    return {row[0] for row in cr.fetchall()}


def lock_identical(cr, identity_key: str) -> tuple[int, str]:
    """Return id and payload of the waiting job with a key, and keep it waiting."""
    cr.execute(LOCK_IDENTICAL, {"identity_key": identity_key})
    return cr.fetchone()


def replace_payload(cr, job_id: int, payload: str) -> None:
    """Give a locked job other arguments."""
    cr.execute(REPLACE_PAYLOAD, {"job_id": job_id, "payload": payload})

# === THE QUEUE === #


def wake(cr) -> None:
    """Notify every worker that listens."""
    cr.execute(WAKE, {"channel": CHANNEL})


def next_eta_s(cr) -> float | None:
    """Return the seconds until a held job is due, None when none is held."""
    cr.execute(NEXT_ETA)
    (seconds,) = cr.fetchone()
    return None if seconds is None else float(seconds)


def release_eta(cr, limit: int) -> int:
    """Make due jobs ready; return how many."""
    cr.execute(RELEASE_ETA, {"limit": limit})
    return cr.rowcount


def claim_jobs(cr, worker_id: int, limit: int, claimed_before: int) -> list[dict]:
    """Take ready jobs for a worker; return what CLAIM does, in its order."""
    values = {
        "worker_id": worker_id,
        "limit": limit,
        "claimed_before": claimed_before,
        "superuser_id": SUPERUSER_ID,  # archived, and yet allowed to run jobs
    }
    cr.execute(CLAIM, values)
    names = [column.name for column in cr.description]
    return [dict(zip(names, row, strict=True)) for row in cr.fetchall()]


def release_jobs(cr, worker_id: int, job_ids: list[int]) -> None:
    """Give back claimed jobs that were not started."""
    cr.execute(RELEASE, {"worker_id": worker_id, "job_ids": job_ids})


def has_ready_job(cr) -> bool:
    """Tell whether a job could start now."""
    cr.execute(HAS_READY_JOB)
    return cr.fetchone()[0]


# === ONE JOB === #


def fence(cr, worker_id: int, job_id: int, attempt: int) -> bool:
    """Tell whether the attempt is still ours; nobody takes it until we commit."""
    values = {"worker_id": worker_id, "job_id": job_id, "attempt": attempt}
    cr.execute(FENCE, values)
    return cr.rowcount == 1


def finish(cr, values: dict) -> bool:
    """Write the success of an attempt; False when it is not ours any more."""
    cr.execute(FINISH, values)
    return cr.rowcount == 1


def settle(cr, values: dict) -> bool:
    """Write the end of an attempt without success; False when it is not ours."""
    cr.execute(SETTLE, values)
    return cr.rowcount == 1


# === WORKERS === #


def insert_worker(cr, **values) -> int:
    """Insert the row of a worker and hold its lock; return its id."""
    cr.execute(INSERT_WORKER, {"lock_class": LOCK_CLASS, **values})
    return cr.fetchone()[0]


def listen(cr) -> None:
    """Receive the notifications of the queue on this connection."""
    cr.execute(LISTEN)


def beat(cr, worker_id: int, job, job_backend_pid: int | None) -> bool:
    """Write a sign of life; False when the row is gone."""
    values = {
        "worker_id": worker_id,
        "job_id": job.id if job else None,
        "job_started_at": job.date_started if job else None,
        "job_backend_pid": job_backend_pid,
    }
    cr.execute(HEARTBEAT, values)
    return cr.rowcount == 1


def has_addon(cr) -> bool:
    """Tell whether the database has the tables of the queue."""
    cr.execute(HAS_ADDON)
    return cr.fetchone()[0]


def has_live_worker(cr) -> bool:
    """Tell whether some worker of the database is alive."""
    cr.execute(HAS_LIVE_WORKER, {"lock_class": LOCK_CLASS})
    return cr.fetchone()[0]


def delete_worker(cr, worker_id: int) -> None:
    """Delete the row of a worker."""
    cr.execute(DELETE_WORKER, {"worker_id": worker_id})


def delete_dead_workers(cr, silence_s: int) -> list[tuple]:
    """Delete the rows of dead workers; return id, backend pids, last sign of life."""
    values = {"silence_s": silence_s, "lock_class": LOCK_CLASS}
    cr.execute(DELETE_DEAD_WORKERS, values)
    return cr.fetchall()


def terminate_backends(cr, pids: list[int], date_alive) -> None:
    """End the sessions that a dead worker left behind."""
    cr.execute(TERMINATE_BACKENDS, {"pids": pids, "date_alive": date_alive})


def recover_jobs(cr, max_deaths: int) -> list[tuple[int, str]]:
    """Free the jobs of workers that are gone; return ids and new states."""
    message = "The worker died while it ran the job."
    cr.execute(RECOVER_JOBS, {"max_deaths": max_deaths, "message": message})
    return cr.fetchall()
