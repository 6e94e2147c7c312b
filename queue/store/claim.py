# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which jobs may run now, and who takes them?"""

from odoo import SUPERUSER_ID

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

# Give back the jobs a worker claimed and did not start.
RELEASE = """
UPDATE connector_queue_job
   SET state = 'pending', worker_id = NULL, claim_number = NULL, date_enqueued = NULL
 WHERE id = ANY (%(job_ids)s)
   AND state = 'enqueued'
   AND worker_id = %(worker_id)s
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
