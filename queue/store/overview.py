# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Figures of the dashboard, without reading every job.

Every count ends at a limit, every query reads the first entries of an index: a page
that is open all day must not cost more when there are a million jobs. Their order is
that of one index only, or PostgreSQL may expect to find them soon in another, and read
that to its end. Past hours are the most expensive to count, so they have a query of
their own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

_IS_DONE = "state = 'done' AND done_by_id IS NULL"


def _count(condition: str, order: str = "") -> str:
    """Return the SQL that counts jobs, up to a limit.

    Args:
        condition: SQL of which jobs.
        order: that of the index, where PostgreSQL might else read another one.
    """
    return f"""(SELECT count(*) FROM (
           SELECT FROM connector_queue_job AS job
            WHERE {condition}
            {order and f"ORDER BY {order}"}
            LIMIT %(limit)s) AS one)"""


def _figures_of(name: str, mine: str, first: str, last: str) -> str:
    """Return the query of the figures of a backend.

    They are its backlog and since when, its failed jobs, those done since midnight and
    the last, and those that people set to done since midnight.
    Indexes: connector_queue_job__open_idx, __ended_idx, __by_hand_idx.
    """
    return f"""
SELECT {name},
       {_count(f"{mine} AND state IN ('waiting', 'pending')", first)},
       (SELECT date_created FROM connector_queue_job AS job
         WHERE {mine} AND state IN ('waiting', 'pending')
         ORDER BY {first}
         LIMIT 1),
       {_count(f"{mine} AND state = 'failed' AND done_by_id IS NULL", last)},
       {_count(f"{mine} AND {_IS_DONE} AND date_done >= %(midnight)s")},
       {_count(f"{mine} AND done_by_id IS NOT NULL AND date_done >= %(midnight)s")},
       (SELECT date_done FROM connector_queue_job AS job
         WHERE {mine} AND {_IS_DONE}
         ORDER BY date_done DESC
         LIMIT 1)
"""


# Of jobs without a backend, which no index has in order, the first are those with the
# lowest ids.
OF_BACKEND = "job.backend_id = backend.name"
OF_OTHERS = "job.backend_id IS NULL"
EACH_BACKEND = "unnest(%(backends)s::text[]) AS backend (name)"

COUNT_BACKENDS = (
    _figures_of("backend.name", OF_BACKEND, first="date_created", last="date_done")
    + f"  FROM {EACH_BACKEND}"
)
COUNT_OTHERS = _figures_of("NULL", OF_OTHERS, first="id", last="id")

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


def _hours_of(name: str, mine: str) -> str:
    """Return the query of the figures of a backend by hour.

    They are its done and failed jobs, and those that people set to done. Each state is
    a constant, or the index of both would not serve.
    Indexes: connector_queue_job__ended_idx, connector_queue_job__by_hand_idx.
    """
    of_hour = f"""{mine} AND date_done >= hour.start
              AND date_done < hour.start + INTERVAL '1 hour'"""
    return f"""
SELECT {name}, hour.place,
       {_count(f"{of_hour} AND {_IS_DONE}")},
       {_count(f"{of_hour} AND state = 'failed' AND done_by_id IS NULL")},
       {_count(f"{of_hour} AND done_by_id IS NOT NULL")}
  FROM unnest(%(starts)s::timestamp[]) WITH ORDINALITY AS hour (start, place)
"""


HOURS_OF_BACKENDS = (
    _hours_of("backend.name", OF_BACKEND) + f" CROSS JOIN {EACH_BACKEND}"
)
HOURS_OF_OTHERS = _hours_of("NULL", OF_OTHERS)

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


def _count_of_channel(condition: str) -> str:
    return _count(f"job.channel_id = channel.id AND {condition}", "priority, id")


# Of each channel, or of some: its ready, held, waiting, taken and failed jobs; since
# when the next could have started, limits aside: it is not always the oldest; whether
# the channel is open, and whether it is paused itself.
# Indexes: connector_queue_job__ready_idx, __order_idx, __taken_idx.
COUNT_CHANNELS = f"""
SELECT channel.id, channel.complete_name,
       {_count_of_channel("state = 'pending' AND hold IS NULL")},
       {_count_of_channel("state = 'pending' AND hold IN ('eta', 'key')")},
       {_count_of_channel("state = 'waiting'")},
       (SELECT count(*) FROM connector_queue_job
         WHERE channel_id = channel.id AND state = 'enqueued'),
       {_count_of_channel("state = 'failed'")},
       (SELECT GREATEST(date_created, eta) FROM connector_queue_job
         WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
         ORDER BY priority, id
         LIMIT 1),
       channel.is_open, COALESCE(channel.is_paused, FALSE)
  FROM connector_queue_channel AS channel
 WHERE %(channel_ids)s::integer[] IS NULL OR channel.id = ANY (%(channel_ids)s)
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

    id: int = 0
    name: str = ""
    ready: int = 0
    held: int = 0
    waiting: int = 0
    enqueued: int = 0
    failed: int = 0
    ready_since: datetime | None = None
    is_open: bool = True
    is_paused: bool = False


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


def count_channels(
    cr, limit: int, channel_ids: list[int] | None = None
) -> list[ChannelFigures]:
    """Return the figures of channels, of all where none are named.

    Args:
        limit: at which each count ends.
    """
    cr.execute(COUNT_CHANNELS, {"limit": limit, "channel_ids": channel_ids})
    return [ChannelFigures(*row) for row in cr.fetchall()]


def longest_wait(channels: Iterable[ChannelFigures], now: datetime) -> timedelta:
    """Return how long the next job of some channels waits; 0 where none does."""
    waits = [now - one.ready_since for one in channels if one.ready_since]
    return max([timedelta(0), *waits])


def count_failed(cr, limit: int) -> int:
    """Return how many jobs have failed, counted up to a limit."""
    cr.execute(COUNT_FAILED, {"limit": limit})
    return cr.fetchone()[0]


def count_ever(cr) -> tuple[int, int]:
    """Return how many jobs were made and how many attempts ended, gaps included."""
    cr.execute(COUNT_EVER)
    return cr.fetchone()
