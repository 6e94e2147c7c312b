# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Progress and stop requests of running jobs.

Neither writes the row of the job: its own transaction would fail on that.
"""

# Locks: the job's row of progress, which only its worker writes.
TELL_PROGRESS = """
INSERT INTO connector_queue_progress (job_id, done, total, message, date)
VALUES (
    %(job_id)s, %(done)s, %(total)s, %(message)s, clock_timestamp() AT TIME ZONE 'UTC'
)
    ON CONFLICT (job_id) DO UPDATE
   SET done = EXCLUDED.done,
       total = EXCLUDED.total,
       message = EXCLUDED.message,
       date = EXCLUDED.date
"""

# job. Request running jobs to stop. The request is for the current attempt only, not
# for a later one. Locks: the new rows.
ASK_TO_STOP = """
INSERT INTO connector_queue_cancel (job_id, attempt, user_id, date)
SELECT id, attempt + 1, %(user_id)s, now() AT TIME ZONE 'UTC'
  FROM connector_queue_job
 WHERE id = ANY (%(job_ids)s)
   AND state = 'enqueued'
    ON CONFLICT (job_id, attempt) DO NOTHING
"""

# Index: connector_queue_cancel__attempt_uniq.
IS_CANCELLED = """
SELECT EXISTS (
    SELECT FROM connector_queue_cancel
     WHERE job_id = %(job_id)s AND attempt = %(attempt)s
)
"""


# The user who requested an attempt to stop. Indexes:
# connector_queue_cancel__attempt_uniq, and the primary keys of users and partners.
FIND_WISH = """
SELECT COALESCE(partner.name, users.login, 'somebody')
  FROM connector_queue_cancel AS cancel
  LEFT JOIN res_users AS users ON users.id = cancel.user_id
  LEFT JOIN res_partner AS partner ON partner.id = users.partner_id
 WHERE cancel.job_id = %(job_id)s AND cancel.attempt = %(attempt)s
"""


def tell_progress(
    cr, job_id: int, done: float, total: float | None, message: str | None
) -> None:
    """Store the progress of a job."""
    values = {"job_id": job_id, "done": done, "total": total, "message": message}
    cr.execute(TELL_PROGRESS, values)


def ask_to_stop(cr, job_ids: list[int], user_id: int) -> None:
    """Request a stop of the jobs that workers hold."""
    cr.execute(ASK_TO_STOP, {"job_ids": job_ids, "user_id": user_id})


def find_wish(cr, job_id: int, attempt: int) -> str | None:
    """Return the name of the user who requested an attempt to stop, or None."""
    cr.execute(FIND_WISH, {"job_id": job_id, "attempt": attempt})
    row = cr.fetchone()
    return row and row[0]


def is_cancelled(cr, job_id: int, attempt: int) -> bool:
    """Return whether an attempt was requested to stop."""
    cr.execute(IS_CANCELLED, {"job_id": job_id, "attempt": attempt})
    return cr.fetchone()[0]
