# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which jobs may run now, and who takes them?"""

from odoo import SUPERUSER_ID

from .identity import KEPT_KEY

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

# The end of each claim: give the jobs of "next" to the worker. They are run in the
# order of claim_number, so that after a death the first unfinished one is the one
# that ran.
_TAKE = """,
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
SELECT claimed.id, claimed.uuid, func_name, method_name, model_name, channel_id,
       payload::text AS payload, payload_version, user_id, claimed.company_id,
       context::text AS context, retry, max_retries, attempt,
       COALESCE(users.active OR users.id = %(superuser_id)s, FALSE) AS is_user_active
  FROM claimed
  LEFT JOIN res_users AS users ON users.id = claimed.user_id
 ORDER BY claim_number
"""

# Take up to %(limit)s ready jobs of the open channels without limits.
# Locks: job rows, SKIP LOCKED. Index: connector_queue_job__ready_idx.
CLAIM = (
    """
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
     WHERE channel.is_open AND NOT channel.is_limited
     ORDER BY job.priority, job.id
     LIMIT %(limit)s
)"""
    + _TAKE
)

# Take the first ready job of one channel, whose limits were looked at under their lock.
# Locks: the job's row, SKIP LOCKED. Index: connector_queue_job__ready_idx.
CLAIM_LIMITED = (
    """
WITH next AS (
    SELECT id, 1 AS place
      FROM connector_queue_job
     WHERE channel_id = %(channel_id)s AND state = 'pending' AND hold IS NULL
     ORDER BY priority, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
)"""
    + _TAKE
)

# Give back the jobs a worker claimed and did not start.
RELEASE = f"""
UPDATE connector_queue_job AS job
   SET state = 'pending', worker_id = NULL, claim_number = NULL, date_enqueued = NULL,
       identity_key = {KEPT_KEY}
 WHERE id = ANY (%(job_ids)s)
   AND state = 'enqueued'
   AND worker_id = %(worker_id)s
"""

# Is there a job that could start now, limits aside?
# Indexes: connector_queue_job__ready_idx, connector_queue_job__eta_idx.
HAS_READY_JOB = """
SELECT EXISTS (
    SELECT FROM connector_queue_channel AS channel
     CROSS JOIN LATERAL (
           SELECT FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
            LIMIT 1
     ) AS job
     WHERE channel.is_open
)
    OR EXISTS (
    SELECT FROM connector_queue_job
     WHERE state = 'pending' AND hold = 'eta' AND eta <= now() AT TIME ZONE 'UTC'
)
"""


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
    cr.execute(CLAIM, {"limit": limit, **_worker_values(worker_id, claimed_before)})
    return _rows(cr)


def claim_limited_job(
    cr, worker_id: int, channel_id: int, claimed_before: int
) -> list[dict]:
    """Take the first ready job of a channel, if there is one; return as CLAIM does."""
    values = _worker_values(worker_id, claimed_before)
    cr.execute(CLAIM_LIMITED, {"channel_id": channel_id, **values})
    return _rows(cr)


def _worker_values(worker_id: int, claimed_before: int) -> dict:
    return {
        "worker_id": worker_id,
        "claimed_before": claimed_before,
        "superuser_id": SUPERUSER_ID,  # archived, and yet allowed to run jobs
    }


def _rows(cr) -> list[dict]:
    names = [column.name for column in cr.description]
    return [dict(zip(names, row, strict=True)) for row in cr.fetchall()]


def release_jobs(cr, worker_id: int, job_ids: list[int]) -> None:
    """Give back claimed jobs that were not started."""
    cr.execute(RELEASE, {"worker_id": worker_id, "job_ids": job_ids})


def has_ready_job(cr) -> bool:
    """Tell whether a job could start now."""
    cr.execute(HAS_READY_JOB)
    return cr.fetchone()[0]
