# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edges between dependent jobs, and unblocking of their children.

Only its parent's transaction writes an open edge, whatever happens to the child. Two
parents may share the child: only unblocking, in a transaction of its own after
theirs, decides about it.
"""

from typing import NamedTuple

from .function import LANGUAGE
from .ready import IS_DIRTY, hold_of

# job. Insert the edges of a graph whose jobs were inserted before.
# Locks: the new rows. Index: connector_queue_job_uuid_uniq.
INSERT_EDGES = """
INSERT INTO connector_queue_edge (parent_id, child_id, condition, state, has_news)
SELECT parent.id, child.id, new.condition, 'open', FALSE
  FROM unnest(%(parents)s::text[], %(children)s::text[], %(conditions)s::text[])
       AS new (parent, child, condition)
  JOIN connector_queue_job AS parent ON parent.uuid = new.parent
  JOIN connector_queue_job AS child ON child.uuid = new.child
"""


def _stays_open(state: str) -> str:
    """Return SQL for edges that stay open: a failed parent may still succeed."""
    return f"({state} = 'failed' AND edge.condition = 'done')"


def _state_after(state: str) -> str:
    """Return SQL for the state of an edge whose parent ended."""
    return f"""CASE WHEN {_stays_open(state)} THEN 'open'
                        WHEN edge.condition IN ('always', {state})
                        THEN 'met' ELSE 'unmet' END"""


def mark_edges(
    parent_id: str, state: str, source: str = "", has_news: str = "TRUE"
) -> str:
    """Return the UPDATE that writes the end of parents to their edges.

    It is part of the statement that ends the parents. After a failure, edges that wait
    for a success stay open: the job may be requeued. Locks: open edges, which belong to
    their parents. Index: connector_queue_edge_edge_uniq.

    Args:
        parent_id: SQL for the id of a job that ended.
        state: SQL for the state in which it did.
        source: name of the table that has these, if any.
        has_news: SQL of whether the child of an edge is still to be decided about.
    """
    return f"""UPDATE connector_queue_edge AS edge
       SET state = {_state_after(state)},
           has_news = {has_news}
      {source and f"FROM {source}"}
     WHERE edge.parent_id = {parent_id}
       AND edge.state = 'open'
       AND {state} IN ('done', 'failed', 'cancelled')
       AND NOT {_stays_open(state)}"""


def _has_edge(state: str, *conditions: str) -> str:
    """Return SQL of whether the child "job" has such an edge."""
    return f"""EXISTS (
               SELECT FROM connector_queue_edge
                WHERE child_id = job.id
                  AND state = '{state}'
                  AND condition IN ({", ".join(map(repr, conditions))})
           )"""


# Whether the child "job" still waits: for all of its edges, except that of those for a
# failure the first that is met is enough.
IS_BLOCKED = f"""({_has_edge("open", "always", "done")}
            OR ({_has_edge("open", "failed")}
                AND NOT {_has_edge("met", "failed")}))"""

# job. Make requeued jobs wait again for those of their parents that have not ended, or
# are requeued with them; their other edges are waived: a requeued job is meant to run.
# No parent is taken or ends meanwhile. A running parent may not see in its snapshot
# what is opened here: such an edge is dirty (has_news) until a worker checks how the
# parent ended.
# Locks: the parents, FOR SHARE; edges which no transaction of a parent writes.
# Indexes: connector_queue_edge__child_idx, connector_queue_job_pkey.
REOPEN_EDGES = """
WITH child AS (
    SELECT id
      FROM connector_queue_job
     WHERE id = ANY (%(job_ids)s) AND state = ANY (%(sources)s)
),
parent AS (
    SELECT id, state
      FROM connector_queue_job
     WHERE id IN (
           SELECT parent_id
             FROM connector_queue_edge
            WHERE child_id IN (SELECT id FROM child)
     )
     ORDER BY id
       FOR SHARE
),
fresh AS (
    SELECT edge.id, parent.state = 'enqueued' AS has_news,
           CASE WHEN parent.state IN ('waiting', 'pending', 'enqueued')
                  OR parent.id IN (SELECT id FROM child)
                THEN 'open' ELSE 'waived' END AS state
      FROM connector_queue_edge AS edge
      JOIN child ON child.id = edge.child_id
      LEFT JOIN parent ON parent.id = edge.parent_id
)
UPDATE connector_queue_edge AS edge
   SET state = fresh.state,
       has_news = fresh.state = 'open' AND fresh.has_news
  FROM fresh
 WHERE edge.id = fresh.id
   AND edge.state <> fresh.state
   AND NOT (edge.state = 'met' AND fresh.state = 'waived')
"""

# Why a child was cancelled: its first parent that did not end as required, or is
# cancelled with it.
_REASON = """SELECT COALESCE(
               'Cancelled: it was to run once ' || parent.name || ' (' || parent.uuid
               || ') is ' || edge.condition || '; that job is '
               || CASE edge.state WHEN 'open' THEN 'cancelled' ELSE parent.state END
               || '.',
               'Cancelled: job No. ' || edge.parent_id || ', for which it waited, '
               'was deleted.'
           )
      FROM connector_queue_edge AS edge
      LEFT JOIN connector_queue_job AS parent ON parent.id = edge.parent_id
     WHERE edge.child_id = job.id
       AND (edge.state = 'unmet'
            OR (edge.state = 'open' AND edge.condition <> 'always'
                AND edge.parent_id IN (SELECT id FROM doomed)))
     ORDER BY edge.condition
     LIMIT 1"""

# The jobs that are cancelled together: the children that an unmet edge cancels, and the
# jobs below them that can never run either, over any number of levels. "below" are all
# that may be meant, "taken" those of them that nobody else writes. "kept" are those
# that wait for another job as well, and what waits for these: a later statement decides
# about them. Each LATERAL looks rows up in an index, one by one, whatever PostgreSQL
# estimates; IS TRUE keeps its sets in hash tables, which are made once.
# Locks: the jobs, SKIP LOCKED.
# Indexes: connector_queue_edge_edge_uniq, connector_queue_edge__child_idx.
_DOOMED = f"""below (id) AS (
    SELECT id FROM held WHERE NOT is_ready
     UNION
    SELECT job.id
      FROM below
     CROSS JOIN LATERAL (
           SELECT child_id, condition
             FROM connector_queue_edge
            WHERE parent_id = below.id AND state = 'open' AND condition <> 'always'
           OFFSET 0
     ) AS edge
     CROSS JOIN LATERAL (
           SELECT id
             FROM connector_queue_job
            WHERE id = edge.child_id AND state = 'waiting'
           OFFSET 0
     ) AS job
     WHERE edge.condition = 'done' OR NOT {_has_edge("met", "failed")}
),
taken AS (
    SELECT job.id
      FROM (SELECT id FROM below LIMIT p_limit) AS below
     CROSS JOIN LATERAL (
           SELECT id
             FROM connector_queue_job
            WHERE id = below.id AND state = 'waiting'
              FOR UPDATE SKIP LOCKED
     ) AS job
),
kept (id) AS (
    SELECT taken.id
      FROM taken
     CROSS JOIN LATERAL (
           SELECT FROM connector_queue_edge
            WHERE child_id = taken.id AND state = 'open'
              AND parent_id NOT IN (SELECT id FROM taken)
            LIMIT 1
     ) AS other
     WHERE taken.id NOT IN (SELECT id FROM held)
     UNION
    SELECT edge.child_id
      FROM kept
     CROSS JOIN LATERAL (
           SELECT child_id
             FROM connector_queue_edge
            WHERE parent_id = kept.id AND state = 'open'
           OFFSET 0
     ) AS edge
     WHERE (edge.child_id IN (SELECT id FROM taken)) IS TRUE
       AND edge.child_id NOT IN (SELECT id FROM held)
),
doomed AS (
    SELECT id FROM taken WHERE id NOT IN (SELECT id FROM kept)
)"""


# Write the end of parents to edges that were opened meanwhile, unseen by them.
# Locks: the edges, SKIP LOCKED. Index: connector_queue_edge__news_idx.
_CATCH_UP = f"""
UPDATE connector_queue_edge AS edge
   SET state = {_state_after("late.state")},
       has_news = NOT {_stays_open("late.state")}
  FROM (
    SELECT edge.id, parent.state
      FROM connector_queue_edge AS edge
      JOIN connector_queue_job AS parent ON parent.id = edge.parent_id
     WHERE edge.has_news AND edge.state = 'open' {{of_these}}
       AND parent.state IN ('done', 'failed', 'cancelled')
     LIMIT p_limit
       FOR UPDATE OF edge SKIP LOCKED
  ) AS late
 WHERE edge.id = late.id"""

# Whether the child of an edge was not decided about in the same statement.
_IS_LEFT = "edge.child_id NOT IN (SELECT id FROM released)"

# Decide about children with dirty edges, of those that "of_these" selects. A child
# waits for all its edges; of those that are met by a failure one is enough. When it
# need not wait any more, it is ready, or cancelled because an edge is unmet, with the
# jobs below it that can never run. Edges of these to other jobs are dirty then. Edges
# of a locked child stay dirty for the next time, not those of a deleted child.
# Locks: edges and their children, SKIP LOCKED.
# Indexes: connector_queue_edge__news_idx, connector_queue_edge__child_idx.
_UNBLOCK = f"""
WITH RECURSIVE dirty AS (
    SELECT edge.id, edge.child_id, job.state AS child_state
      FROM connector_queue_edge AS edge
      LEFT JOIN connector_queue_job AS job ON job.id = edge.child_id
     WHERE edge.has_news AND edge.state IN ('met', 'unmet') {{of_these}}
     LIMIT p_limit
       FOR UPDATE OF edge SKIP LOCKED
),
child AS (
    SELECT job.id
      FROM (SELECT DISTINCT child_id AS id FROM dirty WHERE child_state = 'waiting')
           AS job
     WHERE NOT {IS_BLOCKED}
),
held AS (
    SELECT job.id,
           NOT {_has_edge("unmet", "always", "done")}
           AND ({_has_edge("met", "failed")}
                OR NOT {_has_edge("unmet", "failed")}) AS is_ready
      FROM child
      JOIN connector_queue_job AS job ON job.id = child.id
     WHERE job.state = 'waiting'
       FOR UPDATE OF job SKIP LOCKED
),
{_DOOMED},
decided AS (
    SELECT id, TRUE AS is_ready FROM held WHERE is_ready
     UNION ALL
    SELECT id, FALSE FROM doomed
),
released AS (
    UPDATE connector_queue_job AS job
       SET state = CASE WHEN decided.is_ready THEN 'pending' ELSE 'cancelled' END,
           hold = CASE WHEN decided.is_ready THEN {hold_of("job.eta")} END,
           key_news = {IS_DIRTY},
           result = CASE WHEN NOT decided.is_ready THEN ({_REASON}) END,
           date_done = CASE WHEN NOT decided.is_ready
                            THEN clock_timestamp() AT TIME ZONE 'UTC' END
      FROM decided
     WHERE job.id = decided.id
    RETURNING job.id, job.state
),
marked AS (
    {mark_edges("released.id", "released.state", "released", _IS_LEFT)}
    RETURNING edge.parent_id, edge.has_news
),
gone AS (
    DELETE FROM connector_queue_edge AS edge
     USING dirty
     WHERE edge.id = dirty.id
       AND dirty.child_state IS NULL
),
handled AS (
    UPDATE connector_queue_edge AS edge
       SET has_news = FALSE
      FROM dirty
     WHERE edge.id = dirty.id
       AND dirty.child_state IS NOT NULL
       AND (dirty.child_id IN (SELECT id FROM released)
            OR dirty.child_id NOT IN (SELECT id FROM child))
    RETURNING edge.id
)
SELECT (SELECT count(*) FROM handled),
       (SELECT count(*) FROM released WHERE state = 'pending'),
       ARRAY (SELECT DISTINCT parent_id FROM marked WHERE has_news)"""

# job. Write the end of a job to its edges.
MAKE_MARK = f"""
CREATE OR REPLACE FUNCTION connector_queue_mark(p_job_id integer, p_state text)
RETURNS boolean {LANGUAGE} AS $$
BEGIN
    {mark_edges("p_job_id", "p_state")};
    RETURN TRUE;
END $$
"""

_OF_PARENTS = "AND edge.parent_id = ANY (p_parent_ids)"

# Decide about the children of some parents; NULL for those of all dirty edges.
MAKE_UNBLOCK = f"""
CREATE OR REPLACE FUNCTION connector_queue_release(
    p_parent_ids integer[], p_limit integer
)
RETURNS TABLE (handled_count bigint, ready_count bigint, cancelled_ids integer[])
{LANGUAGE} AS $$
BEGIN
    IF p_parent_ids IS NULL THEN
        {_CATCH_UP.format(of_these="")};
        RETURN QUERY {_UNBLOCK.format(of_these="")};
    ELSE
        {_CATCH_UP.format(of_these=_OF_PARENTS)};
        RETURN QUERY {_UNBLOCK.format(of_these=_OF_PARENTS)};
    END IF;
END $$
"""
UNBLOCK = "SELECT * FROM connector_queue_release(%(parent_ids)s, %(limit)s)"


class Unblocked(NamedTuple):
    """Result of unblocking."""

    handled_count: int  # edges
    ready_count: int  # children that may start, now or when their eta has come
    cancelled_ids: list[int]  # cancelled jobs with edges that are dirty now


def insert_edges(cr, edges: list[tuple[str, str, str]]) -> None:
    """Insert edges: uuid of the parent, uuid of the child, condition."""
    parents, children, conditions = map(list, zip(*edges, strict=True))
    values = {"parents": parents, "children": children, "conditions": conditions}
    cr.execute(INSERT_EDGES, values)


def reopen_edges(cr, job_ids: list[int], sources: list[str]) -> None:
    """Reopen edges to parents, before their jobs are moved from these states."""
    cr.execute(REOPEN_EDGES, {"job_ids": job_ids, "sources": sources})


def unblock_children(cr, parent_ids: list[int], limit: int) -> Unblocked:
    """Decide about the children of some ended parents."""
    cr.execute(UNBLOCK, {"parent_ids": parent_ids, "limit": limit})
    return Unblocked(*cr.fetchone())


def unblock_all(cr, limit: int) -> Unblocked:
    """Decide about the children left undecided, of any parents."""
    cr.execute(UNBLOCK, {"parent_ids": None, "limit": limit})
    return Unblocked(*cr.fetchone())
