# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which jobs have been kept long enough?"""

# job. Delete the oldest jobs that ended long ago, with all that is known of them. Edges
# go with the child, the open ones of others apart: their parents write them. A child
# that waits for a job which is deleted is told.
# Locks: the rows, SKIP LOCKED. Index: connector_queue_job_pkey, from its start: old
# jobs have low ids.
DELETE_OLD = """
WITH old AS (
    SELECT id
      FROM connector_queue_job
     WHERE state = %(state)s AND key_news IS NOT TRUE
       AND date_done < now() AT TIME ZONE 'UTC' - %(days)s * INTERVAL '1 day'
     ORDER BY id
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
),
attempt AS (
    DELETE FROM connector_queue_attempt USING old WHERE job_id = old.id
),
progress AS (
    DELETE FROM connector_queue_progress USING old WHERE job_id = old.id
),
cancel AS (
    DELETE FROM connector_queue_cancel USING old WHERE job_id = old.id
),
edge AS (
    DELETE FROM connector_queue_edge AS edge
     USING old
     WHERE edge.child_id = old.id
       AND (edge.state <> 'open' OR edge.parent_id IN (SELECT id FROM old))
),
unmet AS (
    UPDATE connector_queue_edge AS edge
       SET state = 'unmet', has_news = TRUE
      FROM old
     WHERE edge.parent_id = old.id
       AND edge.state = 'open'
       AND edge.child_id NOT IN (SELECT id FROM old)
)
DELETE FROM connector_queue_job AS job USING old WHERE job.id = old.id
"""


def delete_old(cr, state: str, days: float, limit: int) -> int:
    """Delete jobs that ended in a state long ago; return how many."""
    cr.execute(DELETE_OLD, {"state": state, "days": days, "limit": limit})
    return cr.rowcount
