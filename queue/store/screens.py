# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queries of screens and alerts that a search of Odoo could not run quickly."""

from typing import NamedTuple

from ..state import FAILURES

COUNT_LIMIT = 10_000  # jobs that are counted one by one

# job. The jobs connected with a job, over any number of edges; the nearest first, up to
# a limit. Indexes: connector_queue_edge_edge_uniq, connector_queue_edge__child_idx.
FIND_GRAPH = """
WITH RECURSIVE around (id) AS (
    SELECT %(job_id)s
     UNION
    SELECT near.id
      FROM around
     CROSS JOIN LATERAL (
           SELECT child_id FROM connector_queue_edge WHERE parent_id = around.id
            UNION ALL
           SELECT parent_id FROM connector_queue_edge WHERE child_id = around.id
     ) AS near (id)
)
SELECT id FROM around LIMIT %(limit)s
"""

# job. The edges between some jobs. Index: connector_queue_edge_edge_uniq.
FIND_EDGES = """
SELECT parent_id, child_id, condition, state
  FROM connector_queue_edge
 WHERE parent_id = ANY (%(job_ids)s) AND child_id = ANY (%(job_ids)s)
 ORDER BY id
 LIMIT %(limit)s
"""

# job. Every attempt with its measures, the query below a model of Odoo: it adds what to
# leave out. Only the first start of a job shows how long it waited, and an eta after it
# is that of a later attempt. Indexes: connector_queue_attempt_time_idx on date_done,
# and connector_queue_job_pkey.
ACTIVITY = f"""
SELECT attempt.id, attempt.job_id, attempt.attempt, attempt.state,
       attempt.date_started, attempt.date_done,
       job.name AS job_name, job.job_function_id, job.channel_id,
       job.user_id, job.company_id,
       (attempt.state IN {FAILURES})::int AS failed,
       CASE WHEN attempt.attempt = 1 THEN GREATEST(0, extract(
           epoch FROM attempt.date_started - GREATEST(
               job.date_created,
               CASE WHEN job.eta <= attempt.date_started THEN job.eta END
           )
       )) END AS wait_s,
       extract(
           epoch FROM attempt.date_done - attempt.date_started
       ) AS run_s,
       extract(
           epoch FROM attempt.date_done - attempt.date_started
       ) AS total_run_s
  FROM connector_queue_attempt AS attempt
  JOIN connector_queue_job AS job ON job.id = attempt.job_id
"""

# The addons that are about to change. Index: ir_module_module__state_index.
FIND_CHANGING = """
SELECT name
  FROM ir_module_module
 WHERE state IN ('to install', 'to upgrade', 'to remove')
 ORDER BY name
"""

_IS_READY = "state = 'pending' AND hold IS NULL"
_IS_LATER = (
    "(state IN ('waiting', 'failed') OR (state = 'pending' AND hold IN ('eta', 'key')))"
)


def _used_channels(condition: str) -> str:
    """Return the rows of a recursive query: the channels of jobs, from least to last.

    Each is looked up behind the one before it, so that jobs are not read one by one.

    Args:
        condition: of an index on jobs that begins with the channel.
    """
    first = f"SELECT min(channel_id) FROM connector_queue_job WHERE {condition}"
    return f"""{first}
     UNION ALL
    SELECT ({first} AND channel_id > used.id) FROM {{name}} AS used
     WHERE used.id IS NOT NULL"""


# The channels that were deleted while jobs wait in them, with the number of these jobs,
# counted up to a limit. Indexes: connector_queue_job__ready_idx, __order_idx.
FIND_LOST_CHANNELS = f"""
WITH RECURSIVE ready (id) AS (
    {_used_channels(_IS_READY).format(name="ready")}
),
later (id) AS (
    {_used_channels(_IS_LATER).format(name="later")}
)
SELECT lost.id, job.count
  FROM (SELECT id FROM ready UNION SELECT id FROM later) AS lost
 CROSS JOIN LATERAL (
       SELECT count(*)
         FROM (
              (SELECT FROM connector_queue_job
                WHERE channel_id = lost.id AND {_IS_READY}
                LIMIT %(limit)s)
               UNION ALL
              (SELECT FROM connector_queue_job
                WHERE channel_id = lost.id AND {_IS_LATER} AND state <> 'failed'
                LIMIT %(limit)s)
         ) AS one
 ) AS job
 WHERE NOT EXISTS (SELECT FROM connector_queue_channel WHERE id = lost.id)
   AND job.count > 0
 ORDER BY lost.id
"""


LONG_TEXTS = {  # columns of each table; lists show the start of the first
    "connector_queue_job": ("result", "exc_info"),
    "connector_queue_attempt": ("message", "exc_info"),
}


def _excerpt(name: str) -> str:
    """Return the SQL of an excerpt of a text."""
    return f"""left({name}, %(size)s),
       CASE WHEN octet_length({name}) > %(size)s
            THEN CASE WHEN length({name}) > %(size)s THEN right({name}, %(size)s) END
       END,
       octet_length({name})"""


# job. Of the long texts of some rows, what screens show: the start of each, its end
# where there is more, and its size in bytes. Screens never need the whole, which may
# take megabytes. Indexes: the primary keys.
READ_EXCERPTS = {
    table: f"SELECT id, {', '.join(map(_excerpt, names))} FROM {table}"
    " WHERE id = ANY (%(ids)s)"
    for table, names in LONG_TEXTS.items()
}

# job. The start of a long text of some rows; only so much of it is read. Indexes: the
# primary keys.
READ_STARTS = {
    table: f"SELECT id, left({names[0]}, %(size)s) FROM {table}"
    " WHERE id = ANY (%(ids)s)"
    for table, names in LONG_TEXTS.items()
}


class Excerpt(NamedTuple):
    """What screens show of a long text; all is None where there is no text.

    ``end`` is None where ``start`` is the whole text. Both are of the same length, and
    overlap when the text is shorter than two of them.
    """

    start: str | None
    end: str | None
    size_bytes: int | None


def read_excerpts(cr, table: str, ids: list[int], size: int) -> dict[int, tuple]:
    """Return excerpts of the long texts of rows, by id.

    Args:
        size: characters of each start, and of each end.
    """
    cr.execute(READ_EXCERPTS[table], {"ids": ids, "size": size})
    return {
        id_: (Excerpt(*texts[:3]), Excerpt(*texts[3:])) for id_, *texts in cr.fetchall()
    }


def read_starts(cr, table: str, ids: list[int], size: int) -> dict[int, str | None]:
    """Return the first characters of the first long text of rows, by id."""
    cr.execute(READ_STARTS[table], {"ids": ids, "size": size})
    return dict(cr.fetchall())


def find_graph(cr, job_id: int, limit: int) -> list[int]:
    """Return the ids of the jobs connected with a job, itself first."""
    cr.execute(FIND_GRAPH, {"job_id": job_id, "limit": limit})
    return [row[0] for row in cr.fetchall()]


def find_edges(cr, job_ids: list[int], limit: int) -> list[tuple[int, int, str, str]]:
    """Return parent, child, condition and state of the edges between jobs."""
    cr.execute(FIND_EDGES, {"job_ids": job_ids, "limit": limit})
    return cr.fetchall()


def find_changing(cr) -> list[str]:
    """Return the addons that are to be installed, upgraded or removed."""
    cr.execute(FIND_CHANGING)
    return [name for (name,) in cr.fetchall()]


def find_lost_channels(cr, limit: int) -> list[tuple[int, int]]:
    """Return the ids of deleted channels in which jobs wait, and how many.

    Args:
        limit: at which counts may end.
    """
    cr.execute(FIND_LOST_CHANNELS, {"limit": limit})
    return cr.fetchall()
