-- License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
-- The release of waiting jobs before November 2026 ended: it decides about the children
-- of ended jobs, and not about those below them. Ours is compared with it.
CREATE OR REPLACE FUNCTION connector_queue_release(
    p_parent_ids integer[], p_limit integer
)
RETURNS TABLE (handled_count bigint, ready_count bigint, cancelled_ids integer[])
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF p_parent_ids IS NULL THEN

UPDATE connector_queue_edge AS edge
   SET state = CASE WHEN (late.state = 'failed' AND edge.condition = 'done') THEN 'open'
                        WHEN edge.condition IN ('always', late.state)
                        THEN 'met' ELSE 'unmet' END,
       has_news = NOT (late.state = 'failed' AND edge.condition = 'done')
  FROM (
    SELECT edge.id, parent.state
      FROM connector_queue_edge AS edge
      JOIN connector_queue_job AS parent ON parent.id = edge.parent_id
     WHERE edge.has_news AND edge.state = 'open'
       AND parent.state IN ('done', 'failed', 'cancelled')
     LIMIT p_limit
       FOR UPDATE OF edge SKIP LOCKED
  ) AS late
 WHERE edge.id = late.id;
        RETURN QUERY
WITH news AS (
    SELECT edge.id, edge.child_id, job.state AS child_state
      FROM connector_queue_edge AS edge
      LEFT JOIN connector_queue_job AS job ON job.id = edge.child_id
     WHERE edge.has_news AND edge.state IN ('met', 'unmet')
     LIMIT p_limit
       FOR UPDATE OF edge SKIP LOCKED
),
child AS (
    SELECT job.id
      FROM (SELECT DISTINCT child_id AS id FROM news WHERE child_state = 'waiting')
           AS job
     WHERE NOT (EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'open'
                  AND condition IN ('always', 'done')
           )
            OR (EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'open'
                  AND condition IN ('failed')
           )
                AND NOT EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'met'
                  AND condition IN ('failed')
           )))
),
held AS (
    SELECT job.id,
           NOT EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'unmet'
                  AND condition IN ('always', 'done')
           )
           AND (EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'met'
                  AND condition IN ('failed')
           )
                OR NOT EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'unmet'
                  AND condition IN ('failed')
           )) AS is_ready
      FROM child
      JOIN connector_queue_job AS job ON job.id = child.id
     WHERE job.state = 'waiting'
       FOR UPDATE OF job SKIP LOCKED
),
released AS (
    UPDATE connector_queue_job AS job
       SET state = CASE WHEN held.is_ready THEN 'pending' ELSE 'cancelled' END,
           hold = CASE WHEN held.is_ready THEN CASE WHEN job.eta > now() AT TIME ZONE 'UTC' THEN 'eta'
            WHEN job.concurrency_key IS NOT NULL THEN 'key' END END,
           key_news = (job.concurrency_key IS NOT NULL OR job.freed_key IS NOT NULL),
           result = CASE WHEN NOT held.is_ready THEN (SELECT COALESCE(
               'Cancelled: it was to run once ' || parent.name || ' (' || parent.uuid
               || ') is ' || edge.condition || '; that job is ' || parent.state || '.',
               'Cancelled: job No. ' || edge.parent_id || ', for which it waited, '
               'was deleted.'
           )
      FROM connector_queue_edge AS edge
      LEFT JOIN connector_queue_job AS parent ON parent.id = edge.parent_id
     WHERE edge.child_id = job.id AND edge.state = 'unmet'
     ORDER BY edge.condition
     LIMIT 1) END,
           date_done = CASE WHEN NOT held.is_ready
                            THEN clock_timestamp() AT TIME ZONE 'UTC' END
      FROM held
     WHERE job.id = held.id
    RETURNING job.id, job.state
),
marked AS (
    UPDATE connector_queue_edge AS edge
       SET state = CASE WHEN (released.state = 'failed' AND edge.condition = 'done') THEN 'open'
                        WHEN edge.condition IN ('always', released.state)
                        THEN 'met' ELSE 'unmet' END,
           has_news = TRUE
      FROM released
     WHERE edge.parent_id = released.id
       AND edge.state = 'open'
       AND released.state IN ('done', 'failed', 'cancelled')
       AND NOT (released.state = 'failed' AND edge.condition = 'done')
),
gone AS (
    DELETE FROM connector_queue_edge AS edge
     USING news
     WHERE edge.id = news.id
       AND news.child_state IS NULL
),
handled AS (
    UPDATE connector_queue_edge AS edge
       SET has_news = FALSE
      FROM news
     WHERE edge.id = news.id
       AND news.child_state IS NOT NULL
       AND (news.child_id IN (SELECT id FROM held)
            OR news.child_id NOT IN (SELECT id FROM child))
    RETURNING edge.id
)
SELECT (SELECT count(*) FROM handled),
       (SELECT count(*) FROM released WHERE state = 'pending'),
       ARRAY (SELECT id FROM released WHERE state = 'cancelled');
    ELSE

UPDATE connector_queue_edge AS edge
   SET state = CASE WHEN (late.state = 'failed' AND edge.condition = 'done') THEN 'open'
                        WHEN edge.condition IN ('always', late.state)
                        THEN 'met' ELSE 'unmet' END,
       has_news = NOT (late.state = 'failed' AND edge.condition = 'done')
  FROM (
    SELECT edge.id, parent.state
      FROM connector_queue_edge AS edge
      JOIN connector_queue_job AS parent ON parent.id = edge.parent_id
     WHERE edge.has_news AND edge.state = 'open' AND edge.parent_id = ANY (p_parent_ids)
       AND parent.state IN ('done', 'failed', 'cancelled')
     LIMIT p_limit
       FOR UPDATE OF edge SKIP LOCKED
  ) AS late
 WHERE edge.id = late.id;
        RETURN QUERY
WITH news AS (
    SELECT edge.id, edge.child_id, job.state AS child_state
      FROM connector_queue_edge AS edge
      LEFT JOIN connector_queue_job AS job ON job.id = edge.child_id
     WHERE edge.has_news AND edge.state IN ('met', 'unmet') AND edge.parent_id = ANY (p_parent_ids)
     LIMIT p_limit
       FOR UPDATE OF edge SKIP LOCKED
),
child AS (
    SELECT job.id
      FROM (SELECT DISTINCT child_id AS id FROM news WHERE child_state = 'waiting')
           AS job
     WHERE NOT (EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'open'
                  AND condition IN ('always', 'done')
           )
            OR (EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'open'
                  AND condition IN ('failed')
           )
                AND NOT EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'met'
                  AND condition IN ('failed')
           )))
),
held AS (
    SELECT job.id,
           NOT EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'unmet'
                  AND condition IN ('always', 'done')
           )
           AND (EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'met'
                  AND condition IN ('failed')
           )
                OR NOT EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = 'unmet'
                  AND condition IN ('failed')
           )) AS is_ready
      FROM child
      JOIN connector_queue_job AS job ON job.id = child.id
     WHERE job.state = 'waiting'
       FOR UPDATE OF job SKIP LOCKED
),
released AS (
    UPDATE connector_queue_job AS job
       SET state = CASE WHEN held.is_ready THEN 'pending' ELSE 'cancelled' END,
           hold = CASE WHEN held.is_ready THEN CASE WHEN job.eta > now() AT TIME ZONE 'UTC' THEN 'eta'
            WHEN job.concurrency_key IS NOT NULL THEN 'key' END END,
           key_news = (job.concurrency_key IS NOT NULL OR job.freed_key IS NOT NULL),
           result = CASE WHEN NOT held.is_ready THEN (SELECT COALESCE(
               'Cancelled: it was to run once ' || parent.name || ' (' || parent.uuid
               || ') is ' || edge.condition || '; that job is ' || parent.state || '.',
               'Cancelled: job No. ' || edge.parent_id || ', for which it waited, '
               'was deleted.'
           )
      FROM connector_queue_edge AS edge
      LEFT JOIN connector_queue_job AS parent ON parent.id = edge.parent_id
     WHERE edge.child_id = job.id AND edge.state = 'unmet'
     ORDER BY edge.condition
     LIMIT 1) END,
           date_done = CASE WHEN NOT held.is_ready
                            THEN clock_timestamp() AT TIME ZONE 'UTC' END
      FROM held
     WHERE job.id = held.id
    RETURNING job.id, job.state
),
marked AS (
    UPDATE connector_queue_edge AS edge
       SET state = CASE WHEN (released.state = 'failed' AND edge.condition = 'done') THEN 'open'
                        WHEN edge.condition IN ('always', released.state)
                        THEN 'met' ELSE 'unmet' END,
           has_news = TRUE
      FROM released
     WHERE edge.parent_id = released.id
       AND edge.state = 'open'
       AND released.state IN ('done', 'failed', 'cancelled')
       AND NOT (released.state = 'failed' AND edge.condition = 'done')
),
gone AS (
    DELETE FROM connector_queue_edge AS edge
     USING news
     WHERE edge.id = news.id
       AND news.child_state IS NULL
),
handled AS (
    UPDATE connector_queue_edge AS edge
       SET has_news = FALSE
      FROM news
     WHERE edge.id = news.id
       AND news.child_state IS NOT NULL
       AND (news.child_id IN (SELECT id FROM held)
            OR news.child_id NOT IN (SELECT id FROM child))
    RETURNING edge.id
)
SELECT (SELECT count(*) FROM handled),
       (SELECT count(*) FROM released WHERE state = 'pending'),
       ARRAY (SELECT id FROM released WHERE state = 'cancelled');
    END IF;
END $$
