# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queries of screens and alerts that a search of Odoo could not run quickly."""

from datetime import datetime
from typing import NamedTuple

from ..state import FAILURES
from .liveness import IS_ALIVE, LOCK_CLASS

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

# job. Since when a job waits that could start, limits aside: the first job of each open
# channel, which is the next, and not always the oldest. Also: the last sign of life of
# a worker. Index: connector_queue_job__ready_idx.
FIND_WAITING = """
SELECT (
           SELECT min(GREATEST(job.date_created, job.eta))
             FROM connector_queue_channel AS channel
            CROSS JOIN LATERAL (
                  SELECT date_created, eta
                    FROM connector_queue_job
                   WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
                   ORDER BY priority, id
                   LIMIT 1
            ) AS job
            WHERE channel.is_open = %(is_open)s
       ),
       (SELECT max(date_alive) FROM connector_queue_worker WHERE refusal IS NULL),
       clock_timestamp() AT TIME ZONE 'UTC'
"""

# job. How many jobs of each channel run, could start, or are held by a time or a key,
# and how many failed; each is counted up to a limit. Indexes:
# connector_queue_job__taken_idx, connector_queue_job__ready_idx,
# connector_queue_job__order_idx.
COUNT_BY_CHANNEL = """
SELECT channel.id, running.count, ready.count, held.count, failed.count
  FROM unnest(%(channel_ids)s) AS channel (id)
 CROSS JOIN LATERAL (
       SELECT count(*)
         FROM connector_queue_job
        WHERE channel_id = channel.id AND state = 'enqueued'
 ) AS running
 CROSS JOIN LATERAL (
       SELECT count(*) FROM (
           SELECT
             FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
            LIMIT %(limit)s
       ) AS job
 ) AS ready
 CROSS JOIN LATERAL (
       SELECT count(*) FROM (
           SELECT
             FROM connector_queue_job
            WHERE channel_id = channel.id
              AND state = 'pending' AND hold IN ('eta', 'key')
            LIMIT %(limit)s
       ) AS job
 ) AS held
 CROSS JOIN LATERAL (
       SELECT count(*) FROM (
           SELECT
             FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'failed'
            LIMIT %(limit)s
       ) AS job
 ) AS failed
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

# The processes that run jobs, or are misconfigured. A table of some dozens of rows.
FIND_PROCESSES = f"""
SELECT DISTINCT host, pid, refusal, only_channels, unknown_channels
  FROM connector_queue_worker AS worker
 WHERE {IS_ALIVE}
 ORDER BY host, pid
"""

# The addons that are about to change. Index: ir_module_module__state_index.
FIND_CHANGING = """
SELECT name
  FROM ir_module_module
 WHERE state IN ('to install', 'to upgrade', 'to remove')
 ORDER BY name
"""

# The channels in which a job is ready. Index: connector_queue_job__ready_idx.
FIND_READY_CHANNELS = """
SELECT complete_name
  FROM connector_queue_channel AS channel
 CROSS JOIN LATERAL (
       SELECT FROM connector_queue_job
        WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
        ORDER BY priority, id
        LIMIT 1
 ) AS job
 WHERE channel.is_open
 ORDER BY complete_name
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


# job. Of the long texts of some jobs, or of some attempts, what screens show: the start
# of each, its end where there is more, and its size in bytes. Screens never need the
# whole, which may take megabytes. Indexes: the primary keys.
_EXCERPTS = """
SELECT id, {columns}
  FROM {table}
 WHERE id = ANY (%(ids)s)
"""


def _excerpt(name: str) -> str:
    """Return the SQL of an excerpt of a text."""
    return f"""left({name}, %(size)s),
       CASE WHEN octet_length({name}) > %(size)s
            THEN CASE WHEN length({name}) > %(size)s THEN right({name}, %(size)s) END
       END,
       octet_length({name})"""


READ_JOB_TEXTS = _EXCERPTS.format(
    table="connector_queue_job",
    columns=f"{_excerpt('result')}, {_excerpt('exc_info')}",
)
READ_ATTEMPT_TEXTS = _EXCERPTS.format(
    table="connector_queue_attempt",
    columns=f"{_excerpt('message')}, {_excerpt('exc_info')}",
)


# job. The start of a long text of each of some jobs, or of some attempts. Of a long
# text only so much is read. Indexes: the primary keys.
_STARTS = "SELECT id, left({name}, %(size)s) FROM {table} WHERE id = ANY (%(ids)s)"
READ_JOB_STARTS = _STARTS.format(name="result", table="connector_queue_job")
READ_ATTEMPT_STARTS = _STARTS.format(name="message", table="connector_queue_attempt")


class Excerpt(NamedTuple):
    """What screens show of a long text; all is None where there is no text.

    ``end`` is None where ``start`` is the whole text. Both are of the same length, and
    overlap when the text is shorter than two of them.
    """

    start: str | None
    end: str | None
    size_bytes: int | None


class Waiting(NamedTuple):
    """Since when jobs wait, and when a worker was last alive; naive UTC."""

    since: datetime | None
    alive_at: datetime | None
    now: datetime


class ChannelCount(NamedTuple):
    """Number of jobs of a channel by state; ``COUNT_LIMIT`` means "or more"."""

    running: int
    ready: int
    held: int
    failed: int


class JobProcess(NamedTuple):
    """A process that runs jobs, or shows why it runs none."""

    host: str
    pid: int
    refusal: str | None
    only_channels: str | None
    unknown_channels: str | None


def read_job_texts(cr, ids: list[int], size: int) -> dict[int, tuple]:
    """Return excerpts of the results and errors of jobs, by id.

    Args:
        size: characters of each start, and of each end.
    """
    return _read_excerpts(cr, READ_JOB_TEXTS, ids, size)


def read_attempt_texts(cr, ids: list[int], size: int) -> dict[int, tuple]:
    """Return excerpts of the messages and errors of attempts, by id; see above."""
    return _read_excerpts(cr, READ_ATTEMPT_TEXTS, ids, size)


def read_job_starts(cr, ids: list[int], size: int) -> dict[int, str | None]:
    """Return the first characters of the results of jobs, by id."""
    cr.execute(READ_JOB_STARTS, {"ids": ids, "size": size})
    return dict(cr.fetchall())


def read_attempt_starts(cr, ids: list[int], size: int) -> dict[int, str | None]:
    """Return the first characters of the messages of attempts, by id."""
    cr.execute(READ_ATTEMPT_STARTS, {"ids": ids, "size": size})
    return dict(cr.fetchall())


def _read_excerpts(cr, statement: str, ids: list[int], size: int) -> dict[int, tuple]:
    cr.execute(statement, {"ids": ids, "size": size})
    return {
        id_: (Excerpt(*texts[:3]), Excerpt(*texts[3:])) for id_, *texts in cr.fetchall()
    }


def find_graph(cr, job_id: int, limit: int) -> list[int]:
    """Return the ids of the jobs connected with a job, itself first."""
    cr.execute(FIND_GRAPH, {"job_id": job_id, "limit": limit})
    return [row[0] for row in cr.fetchall()]


def find_edges(cr, job_ids: list[int], limit: int) -> list[tuple[int, int, str, str]]:
    """Return parent, child, condition and state of the edges between jobs."""
    cr.execute(FIND_EDGES, {"job_ids": job_ids, "limit": limit})
    return cr.fetchall()


def find_waiting(cr, is_open: bool = True) -> Waiting:
    """Return since when jobs wait, in the open channels or in the paused ones.

    ``since`` is None when no job could start but for its channel.
    """
    cr.execute(FIND_WAITING, {"is_open": is_open})
    return Waiting(*cr.fetchone())


def count_by_channel(cr, channel_ids: list[int]) -> dict[int, ChannelCount]:
    """Return the number of jobs of some channels."""
    cr.execute(COUNT_BY_CHANNEL, {"channel_ids": channel_ids, "limit": COUNT_LIMIT})
    return {row[0]: ChannelCount(*row[1:]) for row in cr.fetchall()}


def find_processes(cr, silence_s: int) -> list[JobProcess]:
    """Return the processes that are alive."""
    cr.execute(FIND_PROCESSES, {"silence_s": silence_s, "lock_class": LOCK_CLASS})
    return [JobProcess(*row) for row in cr.fetchall()]


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


def find_ready_channels(cr) -> list[str]:
    """Return the complete names of the open channels in which a job is ready."""
    cr.execute(FIND_READY_CHANNELS)
    return [name for (name,) in cr.fetchall()]
