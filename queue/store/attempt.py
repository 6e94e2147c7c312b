# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Attempts: their progress, stop requests and end.

Progress and stop requests do not write the row of the job: its own transaction would
fail on that.
"""

from datetime import datetime
from typing import NamedTuple

from ..state import CONFLICTED, UNREACHABLE
from .edge import mark_edges
from .function import LANGUAGE
from .identity import KEPT_KEY
from .ready import IS_DIRTY

# Reset the session after a job: as DISCARD ALL, but keep the plans of foreign keys and
# triggers, which are shared and expensive to make again. A job relies on the ISO dates
# of the driver, whatever the database's default.
CLEAN_SESSION = """
CLOSE ALL;
SET SESSION AUTHORIZATION DEFAULT;
RESET ALL;
SET datestyle TO ISO;
DEALLOCATE ALL;
UNLISTEN *;
SELECT pg_advisory_unlock_all();
DISCARD TEMP;
DISCARD SEQUENCES
"""

# job. Before each commit in the middle of a job: check that it is still ours. The row
# changes, so that a worker that takes it from us meanwhile and we cannot both commit.
FENCE = """
UPDATE connector_queue_job
   SET commits = commits + 1
 WHERE id = %(job_id)s
   AND worker_id IS NOT DISTINCT FROM %(worker_id)s
   AND attempt = %(attempt)s - 1
"""

# Whether the worker holds the job for this attempt, as committed.
IS_HELD = """
SELECT EXISTS (
    SELECT FROM connector_queue_job
     WHERE id = %(job_id)s
       AND worker_id IS NOT DISTINCT FROM %(worker_id)s
       AND attempt = %(attempt)s - 1
)
"""

# job. The last statement of a job that succeeded: its own row and its attempt, only if
# this worker still holds it for this attempt. Its concurrency key is free then.
MAKE_FINISH = f"""
CREATE OR REPLACE FUNCTION connector_queue_finish(
    p_job_id integer, p_worker_id integer, p_attempt integer,
    p_date_started timestamp, p_result text, p_result_json jsonb
)
RETURNS boolean {LANGUAGE} AS $$
DECLARE
    ended timestamp := clock_timestamp() AT TIME ZONE 'UTC';
BEGIN
    UPDATE connector_queue_job AS job
       SET state = 'done',
           attempt = p_attempt,
           deaths = 0,
           result = p_result,
           result_json = p_result_json,
           exc_info = NULL,
           worker_id = NULL,
           key_news = {IS_DIRTY},
           date_started = p_date_started,
           date_done = ended
     WHERE id = p_job_id
       AND worker_id IS NOT DISTINCT FROM p_worker_id
       AND attempt = p_attempt - 1;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    INSERT INTO connector_queue_attempt (
        job_id, attempt, worker_id, state, date_started, date_done
    )
    VALUES (p_job_id, p_attempt, p_worker_id, 'done', p_date_started, ended);
    RETURN TRUE;
END $$
"""
_FINISH = """connector_queue_finish(
    %(job_id)s, %(worker_id)s, %(attempt)s, %(date_started)s, %(result)s,
    %(result_json)s::jsonb
)"""
FINISH = f"SELECT {_FINISH}"

# job. The same for a job with dependents: its transaction writes its edges.
FINISH_PARENT = f"""
SELECT CASE WHEN {_FINISH} THEN connector_queue_mark(%(job_id)s, 'done') ELSE FALSE END
"""

_OTHER_ATTEMPT = """
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
"""

_OTHER_JOB = f"""
UPDATE connector_queue_job AS job
   SET state = %(state)s,
       hold = %(hold)s,
       eta = CASE WHEN %(hold)s = 'eta'
                  THEN clock_timestamp() AT TIME ZONE 'UTC'
                       + %(delay_s)s * INTERVAL '1 second'
                  ELSE eta END,
       attempt = %(attempt)s,
       retry = %(retry)s,
       network_since = CASE WHEN %(outcome)s = '{CONFLICTED}' THEN network_since
                            ELSE %(network_since)s END,
       network_until = CASE WHEN %(outcome)s = '{CONFLICTED}' THEN network_until
                            ELSE %(network_until)s END,
       deaths = 0,
       result = %(message)s,
       result_json = NULL,
       exc_info = %(exc_info)s,
       worker_id = NULL,
       key_news = {IS_DIRTY},
       identity_key = CASE WHEN %(state)s = 'pending' THEN {KEPT_KEY}
                           ELSE job.identity_key END,
       date_started = %(date_started)s,
       date_done = CASE WHEN %(state)s IN ('done', 'failed', 'cancelled')
                        THEN clock_timestamp() AT TIME ZONE 'UTC' END
  FROM attempt
 WHERE job.id = attempt.job_id
"""

# The end of an attempt that did not succeed; its transaction was rolled back. It gives
# up a key that a younger job took meanwhile: both run. Its concurrency key is free also
# while it waits for its next attempt.
SETTLE = _OTHER_ATTEMPT + _OTHER_JOB

# The same for a job with dependents; a retry marks no edges.
SETTLE_PARENT = (
    _OTHER_ATTEMPT
    + f", marked AS ({mark_edges('attempt.job_id', '%(state)s', 'attempt')})"
    + _OTHER_JOB
)


# Count the attempts of a job that ended by a conflict since the last other end.
# Index: connector_queue_attempt_attempt_uniq.
COUNT_CONFLICTS = f"""
SELECT count(*)
  FROM connector_queue_attempt
 WHERE job_id = %(job_id)s
   AND attempt > COALESCE((
       SELECT max(attempt)
         FROM connector_queue_attempt
        WHERE job_id = %(job_id)s AND state <> '{CONFLICTED}'
   ), 0)
"""

# Locks: the job's row of progress, which only its worker writes.
WRITE_PROGRESS = """
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
REQUEST_STOP = """
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
FIND_STOP_REQUEST = """
SELECT COALESCE(partner.name, users.login, 'somebody')
  FROM connector_queue_cancel AS cancel
  LEFT JOIN res_users AS users ON users.id = cancel.user_id
  LEFT JOIN res_partner AS partner ON partner.id = users.partner_id
 WHERE cancel.job_id = %(job_id)s AND cancel.attempt = %(attempt)s
"""

# The outage that a job is in: since when the far side does not answer, how often it did
# not, and whether max_retries was given. Index: connector_queue_attempt_attempt_uniq.
FIND_OUTAGE = f"""
SELECT (SELECT count(*)
          FROM connector_queue_attempt
         WHERE job_id = job.id AND state = '{UNREACHABLE}'
           AND date_done >= job.network_since),
       network_since,
       COALESCE(has_own_max_retries, FALSE)
  FROM connector_queue_job AS job
 WHERE id = %(job_id)s
"""


class Outage(NamedTuple):
    """Failed tries of a job to reach the far side, since the last that did."""

    failures: int = 0
    since: datetime | None = None
    has_own_max_retries: bool = False
    """Whether the caller, or a person, gave the job its max_retries."""


def clean_session(cr) -> None:
    """Reset the session of a connection."""
    cr.execute(CLEAN_SESSION)


def fence(cr, worker_id: int, job_id: int, attempt: int) -> bool:
    """Return whether the attempt is still ours, and keep it ours until the commit."""
    values = {"worker_id": worker_id, "job_id": job_id, "attempt": attempt}
    cr.execute(FENCE, values)
    return cr.rowcount == 1


def is_held(cr, worker_id: int, job_id: int, attempt: int) -> bool:
    """Return whether the attempt is ours, as committed."""
    values = {"worker_id": worker_id, "job_id": job_id, "attempt": attempt}
    cr.execute(IS_HELD, values)
    return cr.fetchone()[0]


def count_conflicts(cr, job_id: int) -> int:
    """Return how many of a job's last attempts in a row ended by a conflict."""
    cr.execute(COUNT_CONFLICTS, {"job_id": job_id})
    return cr.fetchone()[0]


def find_outage(cr, job_id: int) -> Outage:
    """Return the outage in which a job is; none for a job that is gone."""
    cr.execute(FIND_OUTAGE, {"job_id": job_id})
    row = cr.fetchone()
    return Outage(*row) if row else Outage()


def finish(cr, values: dict, has_edges: bool = False) -> bool:
    """Store the success of an attempt; False when it is no longer ours."""
    cr.execute(FINISH_PARENT if has_edges else FINISH, values)
    return cr.fetchone()[0]


def send_finish(cr, values: dict) -> None:
    """Send the success of an attempt asynchronously; the result comes later.

    Args:
        cr: of an asynchronous connection. It gets the result of ``finish``.
    """
    cr.execute(FINISH, values)


def settle(cr, values: dict, has_edges: bool = False) -> bool:
    """Store the end of an attempt without success; False when it is not ours."""
    values = {"network_since": None, "network_until": None, **values}
    cr.execute(SETTLE_PARENT if has_edges else SETTLE, values)
    return cr.rowcount == 1


def write_progress(
    cr, job_id: int, done: float, total: float | None, message: str | None
) -> None:
    """Store the progress of a job."""
    values = {"job_id": job_id, "done": done, "total": total, "message": message}
    cr.execute(WRITE_PROGRESS, values)


def request_stop(cr, job_ids: list[int], user_id: int) -> None:
    """Request a stop of the jobs that workers hold."""
    cr.execute(REQUEST_STOP, {"job_ids": job_ids, "user_id": user_id})


def find_stop_request(cr, job_id: int, attempt: int) -> str | None:
    """Return the name of the user who requested an attempt to stop, or None."""
    cr.execute(FIND_STOP_REQUEST, {"job_id": job_id, "attempt": attempt})
    row = cr.fetchone()
    return row and row[0]


def is_cancelled(cr, job_id: int, attempt: int) -> bool:
    """Return whether an attempt was requested to stop."""
    cr.execute(IS_CANCELLED, {"job_id": job_id, "attempt": attempt})
    return cr.fetchone()[0]
