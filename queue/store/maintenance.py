# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deletion of old jobs."""

# Delete what belongs to the jobs "old" besides their rows. Edges go with the child,
# except open edges of other parents, who write them. The child of a deleted job is
# marked.
_WHAT_IS_KNOWN = """attempt AS (
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
)"""

# job. Delete the oldest jobs that ended long ago, with all that belongs to them.
# Locks: the rows, SKIP LOCKED. Index: connector_queue_job_pkey, from its start: old
# jobs have low ids.
DELETE_OLD = f"""
WITH old AS (
    SELECT id
      FROM connector_queue_job
     WHERE state = %(state)s AND key_news IS NOT TRUE
       AND date_done < now() AT TIME ZONE 'UTC' - %(days)s * INTERVAL '1 day'
     ORDER BY id
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
),
{_WHAT_IS_KNOWN}
DELETE FROM connector_queue_job AS job USING old WHERE job.id = old.id
"""

# job. Delete all that belongs to jobs that are deleted next; the next job with the
# concurrency key of one has its turn.
# Locks: the rows. Indexes: connector_queue_job_pkey, connector_queue_job__behind_idx.
FORGET = f"""
WITH old AS (
    SELECT id, concurrency_key, freed_key
      FROM connector_queue_job
     WHERE id = ANY (%(job_ids)s)
       FOR UPDATE
),
{_WHAT_IS_KNOWN}
UPDATE connector_queue_job
   SET key_news = TRUE
 WHERE id IN (
    SELECT next.id
      FROM (SELECT concurrency_key FROM old UNION SELECT freed_key FROM old)
           AS key (name)
     CROSS JOIN LATERAL (
           SELECT id
             FROM connector_queue_job
            WHERE concurrency_key = key.name AND state = 'pending' AND hold = 'key'
              AND id <> ALL (%(job_ids)s)
            ORDER BY priority, id
            LIMIT 1
     ) AS next
 )
"""


def forget(cr, job_ids: list[int]) -> None:
    """Prepare jobs for their deletion."""
    cr.execute(FORGET, {"job_ids": job_ids})


def delete_old(cr, state: str, days: float, limit: int) -> int:
    """Delete jobs that ended in a state long ago; return how many."""
    cr.execute(DELETE_OLD, {"state": state, "days": days, "limit": limit})
    return cr.rowcount
