# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Notes about failed jobs: failures without a note, and the limit of notes."""

# job. The functions with unreported failed jobs, if one more note may be posted: how
# many notes for single jobs, and how many were posted in the current hour. Jobs of
# functions without a row have function 0. Indexes:
# connector_queue_job_untold_idx, once for each function.
FIND_UNREPORTED = """
SELECT function.id, function.note_limit, function.note_count
  FROM (
       SELECT id,
              COALESCE(note_limit, 0) AS note_limit,
              CASE WHEN notes_end_at > now() AT TIME ZONE 'UTC'
                   THEN COALESCE(note_count, 0) ELSE 0 END AS note_count
         FROM connector_queue_function
        UNION ALL
       SELECT 0, 0, 0
  ) AS function
 WHERE function.note_count <= function.note_limit
   AND EXISTS (
       SELECT FROM connector_queue_job
        WHERE job_function_id = function.id
          AND state = 'failed' AND date_notified IS NULL
   )
 ORDER BY function.id
"""

# The oldest unreported failures of a function, which this transaction reports. Locks:
# the rows, SKIP LOCKED: a person who changes a job knows of it. Index:
# connector_queue_job_untold_idx, which alone has this order.
_REPORT = """
WITH unreported AS (
    SELECT id
      FROM connector_queue_job
     WHERE job_function_id = %(function_id)s
       AND state = 'failed' AND date_notified IS NULL
     ORDER BY date_done
     LIMIT %(limit)s
       FOR NO KEY UPDATE SKIP LOCKED
),
reported AS (
    UPDATE connector_queue_job AS job
       SET date_notified = now() AT TIME ZONE 'UTC'
      FROM unreported
     WHERE job.id = unreported.id
    RETURNING job.id, job.company_id, job.date_done
)"""

# job. Report the first failures one by one.
REPORT_ONE_BY_ONE = f"{_REPORT} SELECT id FROM reported ORDER BY date_done, id"

# job. Report all other failures together, by company: their number and the last job.
REPORT_TOGETHER = f"""{_REPORT}
SELECT count(*), (array_agg(id ORDER BY date_done DESC, id DESC))[1]
  FROM reported
 GROUP BY company_id
"""

# job. Count notes of a function; the first begins an hour. Locks: its row.
COUNT_NOTES = """
UPDATE connector_queue_function
   SET note_count = %(count)s + CASE
           WHEN notes_end_at > now() AT TIME ZONE 'UTC' THEN note_count ELSE 0 END,
       notes_end_at = CASE
           WHEN notes_end_at > now() AT TIME ZONE 'UTC' THEN notes_end_at
           ELSE now() AT TIME ZONE 'UTC' + INTERVAL '1 hour' END
 WHERE id = %(function_id)s
"""

# job. Messages on jobs that are deleted, and their followers. Indexes: of mail, on the
# model and the id of the record; the primary key of the jobs.
FIND_ORPHANS = """
SELECT array(
           SELECT id FROM mail_message AS message
            WHERE model = 'connector.queue.job'
              AND NOT EXISTS (
                  SELECT FROM connector_queue_job WHERE id = message.res_id)
       ),
       array(
           SELECT id FROM mail_followers AS follower
            WHERE res_model = 'connector.queue.job'
              AND NOT EXISTS (
                  SELECT FROM connector_queue_job WHERE id = follower.res_id)
       )
"""


def find_unreported(cr) -> list[tuple[int, int, int]]:
    """Return id, limit and count of notes of functions with unreported failures."""
    cr.execute(FIND_UNREPORTED)
    return cr.fetchall()


def report_one_by_one(cr, function_id: int, limit: int) -> list[int]:
    """Mark a function's oldest failures as reported; return the jobs, oldest first."""
    cr.execute(REPORT_ONE_BY_ONE, {"function_id": function_id, "limit": limit})
    return [row[0] for row in cr.fetchall()]


def report_together(cr, function_id: int) -> list[tuple[int, int]]:
    """Mark a function's failures as reported; return count and last job by company."""
    cr.execute(REPORT_TOGETHER, {"function_id": function_id, "limit": None})
    return cr.fetchall()


def count_notes(cr, function_id: int, count: int) -> None:
    """Count the notes posted on failures of a function."""
    cr.execute(COUNT_NOTES, {"function_id": function_id, "count": count})


def find_orphans(cr) -> tuple[list[int], list[int]]:
    """Return the messages and followers of jobs that are deleted."""
    cr.execute(FIND_ORPHANS)
    return cr.fetchone()
