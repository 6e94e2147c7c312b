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


def find_ready_channels(cr) -> list[str]:
    """Return the complete names of the open channels in which a job is ready."""
    cr.execute(FIND_READY_CHANNELS)
    return [name for (name,) in cr.fetchall()]
