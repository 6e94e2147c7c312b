# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What must hold for jobs and their traces, whatever happened to those who ran them?"""

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
        )
        for row in query(statement)
    ]
