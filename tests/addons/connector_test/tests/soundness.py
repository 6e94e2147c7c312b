# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Invariants of jobs and their traces, whatever happened to their processes."""

from collections.abc import Callable

# Jobs that are not as they must be: not at an end, in somebody's hands, done with other
# than one trace or failed with any, with other attempts than 1, 2, … or another count
# of them, or without the one attempt, their last, that says they are done.
UNSOUND_JOBS = """
SELECT job.id, job.name, job.state, job.worker_id, job.attempt, trace.count,
       attempt.numbers, attempt.states
  FROM connector_queue_job AS job
 CROSS JOIN LATERAL (
     SELECT count(*) FROM connector_test_trace WHERE job_uuid = job.uuid
 ) AS trace
 CROSS JOIN LATERAL (
     SELECT array_agg(attempt ORDER BY attempt) AS numbers,
            array_agg(state::text ORDER BY attempt) AS states
       FROM connector_queue_attempt WHERE job_id = job.id
 ) AS attempt
 WHERE job.state NOT IN ('done', 'failed')
    OR job.worker_id IS NOT NULL
    OR trace.count <> (job.state = 'done')::int
    OR attempt.numbers IS DISTINCT FROM
       ARRAY (SELECT generate_series(1, job.attempt))
    OR array_positions(attempt.states, 'done') <>
       CASE WHEN job.state = 'done' THEN ARRAY [job.attempt] ELSE '{}' END
"""

# Traces of jobs that do not exist.
STRAY_TRACES = """
SELECT id, job_uuid FROM connector_test_trace
 WHERE job_uuid NOT IN (SELECT uuid FROM connector_queue_job)
"""

# Workers whose death was charged to several jobs: each ran one at a time.
OVERCHARGED = """
SELECT worker_id, array_agg((job_id, attempt))
  FROM connector_queue_attempt
 WHERE state = 'died'
 GROUP BY worker_id
HAVING count(*) > 1
"""

# Jobs with one concurrency key that ran at the same time.
TOGETHER = """
WITH run AS (
    SELECT job.id, job.concurrency_key, attempt.date_started, attempt.date_done
      FROM connector_queue_job AS job
      JOIN connector_queue_attempt AS attempt ON attempt.job_id = job.id
     WHERE job.concurrency_key IS NOT NULL AND attempt.state <> 'died'
)
SELECT one.concurrency_key, one.id, other.id, one.date_started, other.date_started
  FROM run AS one
  JOIN run AS other
    ON other.concurrency_key = one.concurrency_key AND other.id <> one.id
   AND other.date_started BETWEEN one.date_started AND one.date_done
"""

# Jobs that began before one that they wait for had ended.
TOO_EARLY = """
SELECT edge.parent_id, edge.child_id, edge.state
  FROM connector_queue_edge AS edge
  JOIN connector_queue_job AS parent ON parent.id = edge.parent_id
  JOIN connector_queue_job AS child ON child.id = edge.child_id
 WHERE child.date_started < parent.date_done OR edge.state <> 'met'
"""


def find_unsound(query: Callable[[str], list[tuple]]) -> list[tuple]:
    """Return what must not be, each with the reason.

    Args:
        query: returns the rows of a statement.
    """
    return [
        (reason, *row)
        for reason, statement in (
            ("unsound job", UNSOUND_JOBS),
            ("trace of no job", STRAY_TRACES),
            ("worker died more than once", OVERCHARGED),
            ("jobs with one key at the same time", TOGETHER),
            ("child that began before its parent had ended", TOO_EARLY),
        )
        for row in query(statement)
    ]
