# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Figures of the dashboard, without reading every job.

Every count ends at a limit, every query reads the first entries of an index: a page
that is open all day must not cost more when there are a million jobs. Their order is
that of one index only, or PostgreSQL may expect to find them soon in another, and read
that to its end. Past hours are the most expensive to count, so they have a query of
their own.
"""

from datetime import datetime
from typing import NamedTuple

from .liveness import IS_ALIVE, LOCK_CLASS

# Of a backend: its backlog and since when, its failed jobs, those done since midnight
# and the last, and those that people set to done since midnight. Of jobs without a
# backend, which no index has in order, the first are those with the lowest ids.
# Indexes: connector_queue_job__open_idx, __ended_idx, __by_hand_idx.
_COUNT = """
SELECT {name},
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {mine} AND state IN ('waiting', 'pending')
            ORDER BY {first}
            LIMIT %(limit)s) AS one),
       (SELECT date_created FROM connector_queue_job AS job
         WHERE {mine} AND state IN ('waiting', 'pending')
         ORDER BY {first}
         LIMIT 1),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {mine} AND state = 'failed' AND done_by_id IS NULL
            ORDER BY {last}
            LIMIT %(limit)s) AS one),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {mine} AND state = 'done' AND done_by_id IS NULL
              AND date_done >= %(midnight)s
            LIMIT %(limit)s) AS one),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {mine} AND done_by_id IS NOT NULL AND date_done >= %(midnight)s
            LIMIT %(limit)s) AS one),
       (SELECT date_done FROM connector_queue_job AS job
         WHERE {mine} AND state = 'done' AND done_by_id IS NULL
         ORDER BY date_done DESC
         LIMIT 1)
"""
COUNT_BACKENDS = (
    _COUNT.format(
        name="backend.name",
        mine="job.backend_id = backend.name",
        first="date_created",
        last="date_done",
    )
    + "  FROM unnest(%(backends)s::text[]) AS backend (name)"
)
COUNT_OTHERS = _COUNT.format(
    name="NULL", mine="job.backend_id IS NULL", first="id", last="id"
)

# The jobs that run now, by backend: the first job that each worker has taken.
# Index: connector_queue_job__taken_idx.
COUNT_RUNNING = """
SELECT backend_id, count(*)
  FROM (
       SELECT DISTINCT ON (worker_id) backend_id
         FROM connector_queue_job
        WHERE state = 'enqueued'
        ORDER BY worker_id, claim_number
  ) AS running
 GROUP BY backend_id
"""

# Of a backend: done and failed jobs by hour, and those that people set to done. Each
# state is a constant, or the index of both would not serve.
# Indexes: connector_queue_job__ended_idx, connector_queue_job__by_hand_idx.
_HOURS = """
SELECT {name}, hour.place,
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {mine} AND state = 'done' AND done_by_id IS NULL
              AND date_done >= hour.start
              AND date_done < hour.start + INTERVAL '1 hour'
            LIMIT %(limit)s) AS one),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {mine} AND state = 'failed' AND done_by_id IS NULL
              AND date_done >= hour.start
              AND date_done < hour.start + INTERVAL '1 hour'
            LIMIT %(limit)s) AS one),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {mine} AND done_by_id IS NOT NULL
              AND date_done >= hour.start
              AND date_done < hour.start + INTERVAL '1 hour'
            LIMIT %(limit)s) AS one)
  FROM unnest(%(starts)s::timestamp[]) WITH ORDINALITY AS hour (start, place)
"""
HOURS_OF_BACKENDS = (
    _HOURS.format(name="backend.name", mine="job.backend_id = backend.name")
    + " CROSS JOIN unnest(%(backends)s::text[]) AS backend (name)"
)
HOURS_OF_OTHERS = _HOURS.format(name="NULL", mine="job.backend_id IS NULL")

# The channels of the oldest waiting jobs of backends without channels of their own.
# Index: connector_queue_job__open_idx.
FIND_CHANNELS = """
SELECT backend.name, job.channel_id
  FROM unnest(%(backends)s::text[]) AS backend (name)
 CROSS JOIN LATERAL (
       SELECT DISTINCT channel_id
         FROM (
              SELECT channel_id
                FROM connector_queue_job
               WHERE backend_id = backend.name AND state IN ('waiting', 'pending')
               ORDER BY date_created
               LIMIT 1000
         ) AS oldest
 ) AS job
"""

# The workers that are alive and run jobs, by the kind of their process.
COUNT_WORKERS = f"""
SELECT worker.process_type, count(*)
  FROM connector_queue_worker AS worker
 WHERE worker.refusal IS NULL AND {IS_ALIVE}
 GROUP BY worker.process_type
"""

# Of each channel: its ready, held, waiting, taken and failed jobs; since when the next
# could have started; whether it is open, and whether it is paused itself.
# Indexes: connector_queue_job__ready_idx, __order_idx, __taken_idx.
COUNT_CHANNELS = """
SELECT channel.complete_name,
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
            ORDER BY priority, id
            LIMIT %(limit)s) AS one),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job
            WHERE channel_id = channel.id
              AND state = 'pending' AND hold IN ('eta', 'key')
            ORDER BY priority, id
            LIMIT %(limit)s) AS one),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'waiting'
            ORDER BY priority, id
            LIMIT %(limit)s) AS one),
       (SELECT count(*) FROM connector_queue_job
         WHERE channel_id = channel.id AND state = 'enqueued'),
       (SELECT count(*) FROM (
           SELECT FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'failed'
            ORDER BY priority, id
            LIMIT %(limit)s) AS one),
       (SELECT GREATEST(date_created, eta) FROM connector_queue_job
         WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
         ORDER BY priority, id
         LIMIT 1),
       channel.is_open, COALESCE(channel.is_paused, FALSE)
  FROM connector_queue_channel AS channel
 ORDER BY channel.complete_name
"""

# The failed jobs, counted up to a limit. Index: connector_queue_job__failed_idx.
COUNT_FAILED = """
SELECT count(*) FROM (
    SELECT FROM connector_queue_job WHERE state = 'failed' ORDER BY id LIMIT %(limit)s
) AS job
"""

# How many jobs were made and how many attempts have ended, ever, by their sequences:
# with small gaps from rollbacks.
COUNT_EVER = """
SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END
          FROM connector_queue_job_id_seq),
       (SELECT CASE WHEN is_called THEN last_value ELSE 0 END
          FROM connector_queue_attempt_id_seq)
"""


class ChannelFigures(NamedTuple):
    """Number of jobs of a channel by state, each counted up to a limit."""

    name: str
    ready: int
    held: int
    waiting: int
    enqueued: int
    failed: int
    ready_since: datetime | None
    is_open: bool
    is_paused: bool


def count_by_backend(
    cr, backends: list[str], midnight: datetime, limit: int
) -> dict[str | None, tuple]:
    """Return the figures of backends: what waits, failed and was done.

    Each has its backlog, since when, how many failed, were done today and were set to
    done by people today, and when the last was done.

    Args:
        backends: ``model,id`` of each; the jobs of none are under None.
        midnight: when today began.
        limit: at which each count ends.
    """
    values = {"backends": backends, "midnight": midnight, "limit": limit}
    cr.execute(COUNT_BACKENDS, values)
    rows = cr.fetchall()
    cr.execute(COUNT_OTHERS, values)
    return {name: tuple(figures) for name, *figures in rows + cr.fetchall()}


def count_running(cr) -> dict[str | None, int]:
    """Return how many jobs run now, by backend."""
    cr.execute(COUNT_RUNNING)
    return dict(cr.fetchall())


def count_by_hour(
    cr, backends: list[str], starts: list[datetime], limit: int
) -> list[tuple]:
    """Return counts of jobs by hour: done, failed, and set to done by people.

    Each row has a backend, the number of the hour (from 1) and the three counts.

    Args:
        backends: ``model,id`` of each; the jobs of none are under None.
        starts: when each hour begins.
        limit: at which each count ends.
    """
    values = {"backends": backends, "starts": starts, "limit": limit}
    cr.execute(HOURS_OF_BACKENDS, values)
    rows = cr.fetchall()
    cr.execute(HOURS_OF_OTHERS, values)
    return rows + cr.fetchall()


def find_channels(cr, backends: list[str]) -> list[tuple[str, int]]:
    """Return the backends and the channels in which their jobs wait."""
    cr.execute(FIND_CHANNELS, {"backends": backends})
    return cr.fetchall()


def count_workers(cr, silence_s: int) -> dict[str, int]:
    """Return how many workers are alive and run jobs, by the kind of their process.

    Args:
        silence_s: how long a worker that is alive may give no sign.
    """
    cr.execute(COUNT_WORKERS, {"lock_class": LOCK_CLASS, "silence_s": silence_s})
    return dict(cr.fetchall())


def count_channels(cr, limit: int) -> list[ChannelFigures]:
    """Return the figures of every channel.

    Args:
        limit: at which each count ends.
    """
    cr.execute(COUNT_CHANNELS, {"limit": limit})
    return [ChannelFigures(*row) for row in cr.fetchall()]


def count_failed(cr, limit: int) -> int:
    """Return how many jobs have failed, counted up to a limit."""
    cr.execute(COUNT_FAILED, {"limit": limit})
    return cr.fetchone()[0]


def count_ever(cr) -> tuple[int, int]:
    """Return how many jobs were made and how many attempts ended, gaps included."""
    cr.execute(COUNT_EVER)
    return cr.fetchone()
