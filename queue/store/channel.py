# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Channels: which are served, limited or paused, and how full they are."""


def is_served(channel: str, ids: str) -> str:
    """Return the SQL of whether a worker serves a channel; NULL ids mean all."""
    return f"({ids} IS NULL OR {channel}.id = ANY ({ids}))"


# The channel of a "job", or that of its function where it was deleted, or root.
EXISTING_CHANNEL = """COALESCE(
               (SELECT id FROM connector_queue_channel WHERE id = job.channel_id),
               (SELECT channel_id FROM connector_queue_function
                 WHERE id = job.job_function_id),
               (SELECT id FROM connector_queue_channel WHERE complete_name = 'root')
           )"""

# How many jobs wait or run in some channels, counted up to a limit.
# Index: connector_queue_job__unfinished_idx.
COUNT_UNFINISHED = """
SELECT count(*)
  FROM (
       SELECT FROM connector_queue_job
        WHERE channel_id = ANY (%(channel_ids)s)
          AND state IN ('waiting', 'pending', 'enqueued')
        LIMIT %(limit)s
  ) AS job
"""

# Move what waits in a channel to the one above it when the channel is deleted: by a
# cascade, by the uninstallation of an addon, by plain SQL. Odoo checks only what it
# deletes itself, and a job in no channel would wait for ever. A job that runs stays: a
# write of its row would cost its work. Index: connector_queue_job__unfinished_idx.
MAKE_CHANNEL_GUARD = """
CREATE OR REPLACE FUNCTION connector_empty_channel()
RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE connector_queue_job
       SET channel_id = above.id
      FROM (
           SELECT id
             FROM connector_queue_channel
            WHERE id = OLD.parent_id OR parent_id IS NULL
            ORDER BY parent_id NULLS LAST
            LIMIT 1
      ) AS above
     WHERE channel_id = OLD.id AND state IN ('waiting', 'pending', 'failed');
    RETURN OLD;
END $$;
DROP TRIGGER IF EXISTS connector_empty_channel ON connector_queue_channel;
CREATE TRIGGER connector_empty_channel
BEFORE DELETE ON connector_queue_channel
FOR EACH ROW EXECUTE FUNCTION connector_empty_channel()
"""

# Remove all channels but root, whose deletion is Odoo's, with what keeps them.
DROP_CHANNELS = """
DROP TRIGGER IF EXISTS connector_empty_channel ON connector_queue_channel;
DROP FUNCTION IF EXISTS connector_empty_channel();
DELETE FROM connector_queue_function;
DELETE FROM connector_queue_channel WHERE parent_id IS NOT NULL
"""

# Whether a channel, called limited, holds fewer jobs of its own than it may, those of
# the channels below it aside. Index: connector_queue_job__taken_idx.
HAS_ROOM = """(
       SELECT count(*)
         FROM connector_queue_job AS taken
        WHERE taken.channel_id = limited.id AND taken.state = 'enqueued'
   ) < COALESCE(
       CASE WHEN limited.is_sequential THEN 1 ELSE NULLIF(limited.capacity, 0) END,
       2147483647
   )"""

# The channels that a worker is configured to serve, with those below them. An unknown
# name has no id. A table of some dozens of rows.
FIND_SERVED = """
SELECT served.name, array_agg(channel.id) FILTER (WHERE channel.id IS NOT NULL)
  FROM unnest(%(names)s::text[]) AS served (name)
  LEFT JOIN connector_queue_channel AS channel
    ON channel.complete_name = served.name
    OR starts_with(channel.complete_name, served.name || '.')
 GROUP BY served.name
"""

# The names of all channels.
FIND_NAMES = "SELECT complete_name FROM connector_queue_channel ORDER BY complete_name"

_IS_SERVED = is_served("channel", "%(served_ids)s::integer[]")

# The open channels with limits whose first ready job is more urgent than that of every
# channel without, the most urgent first; and the channels whose limits count for each:
# itself and those above it. One that is full by its own jobs is left out at once: it is
# not worth its lock, and a worker that frees a place notifies.
# Indexes: connector_queue_job__ready_idx, connector_queue_job__taken_idx.
FIND_LIMITED = f"""
WITH RECURSIVE above (channel_id, id, parent_id) AS (
    SELECT id, id, parent_id
      FROM connector_queue_channel AS channel
     WHERE is_open AND is_limited AND {_IS_SERVED}
     UNION ALL
    SELECT above.channel_id, parent.id, parent.parent_id
      FROM above
      JOIN connector_queue_channel AS parent ON parent.id = above.parent_id
),
chain AS (
    SELECT channel_id, array_agg(id ORDER BY id) AS ids FROM above GROUP BY channel_id
),
free AS (
    SELECT job.priority, job.id
      FROM connector_queue_channel AS channel
     CROSS JOIN LATERAL (
           SELECT priority, id
             FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
            ORDER BY priority, id
            LIMIT 1
     ) AS job
     WHERE channel.is_open AND NOT channel.is_limited AND {_IS_SERVED}
     ORDER BY job.priority, job.id
     LIMIT 1
)
SELECT chain.channel_id, chain.ids
  FROM chain
  JOIN connector_queue_channel AS limited ON limited.id = chain.channel_id
 CROSS JOIN LATERAL (
       SELECT priority, id
         FROM connector_queue_job
        WHERE channel_id = chain.channel_id AND state = 'pending' AND hold IS NULL
        ORDER BY priority, id
        LIMIT 1
 ) AS first
 WHERE NOT EXISTS (
       SELECT FROM free WHERE (free.priority, free.id) < (first.priority, first.id)
 )
   AND {HAS_ROOM}
 ORDER BY first.priority, first.id
"""

# The limits of some channels. Locks: their rows, in the order of their ids, until the
# claim is committed: claims of one limited channel happen one after the other.
LOCK_LIMITS = """
SELECT id,
       COALESCE(capacity, 0) AS capacity,
       COALESCE(is_sequential, FALSE) AS is_sequential,
       COALESCE(throttle_s, 0) AS throttle_s,
       COALESCE(rate_count, 0) AS rate_count,
       extract(epoch FROM next_start_at - clock_timestamp() AT TIME ZONE 'UTC')
           AS wait_s,
       COALESCE(period_count, 0) AS period_count,
       extract(epoch FROM period_end_at - clock_timestamp() AT TIME ZONE 'UTC')
           AS period_left_s
  FROM connector_queue_channel
 WHERE id = ANY (%(channel_ids)s)
 ORDER BY id
   FOR NO KEY UPDATE
"""

# Count the jobs of a channel, and of those below it, that workers have taken.
# Index: connector_queue_job__taken_idx.
COUNT_TAKEN = """
WITH RECURSIVE below (id) AS (
    SELECT %(channel_id)s
     UNION ALL
    SELECT channel.id
      FROM below
      JOIN connector_queue_channel AS channel ON channel.parent_id = below.id
)
SELECT count(*)
  FROM connector_queue_job AS job
  JOIN below ON below.id = job.channel_id
 WHERE job.state = 'enqueued'
"""

# Whether a sequential channel has to wait: for a failed job, or for a held job before
# this one. Each subquery reads the first row of an order that only one index has,
# however many there are. Index: connector_queue_job__order_idx.
IS_ORDER_BLOCKED = """
WITH failed AS (
    SELECT id
      FROM connector_queue_job
     WHERE channel_id = %(channel_id)s AND state = 'failed'
     ORDER BY priority, id
     LIMIT 1
),
held AS (
    SELECT priority, id
      FROM connector_queue_job
     WHERE channel_id = %(channel_id)s AND state = 'pending' AND hold IN ('eta', 'key')
     ORDER BY priority, id
     LIMIT 1
),
ready AS (
    SELECT priority, id
      FROM connector_queue_job
     WHERE channel_id = %(channel_id)s AND state = 'pending' AND hold IS NULL
     ORDER BY priority, id
     LIMIT 1
)
SELECT EXISTS (SELECT FROM failed)
    OR EXISTS (
       SELECT FROM held
         JOIN ready ON (held.priority, held.id) < (ready.priority, ready.id)
)
"""

# Count a start in a channel with a rate. Locks: its row, which is ours already.
NOTE_START = """
UPDATE connector_queue_channel
   SET next_start_at = clock_timestamp() AT TIME ZONE 'UTC'
                       + COALESCE(throttle_s, 0) * INTERVAL '1 second',
       period_count = CASE
           WHEN period_end_at > clock_timestamp() AT TIME ZONE 'UTC'
           THEN period_count + 1
           ELSE 1 END,
       period_end_at = CASE
           WHEN period_end_at > clock_timestamp() AT TIME ZONE 'UTC'
           THEN period_end_at
           ELSE clock_timestamp() AT TIME ZONE 'UTC'
                + rate_period_s * INTERVAL '1 second' END
 WHERE id = ANY (%(channel_ids)s)
   AND (throttle_s > 0 OR rate_count > 0)
"""

# The paused channels, and those below them.
FIND_CLOSED = "SELECT id FROM connector_queue_channel WHERE NOT is_open"


def count_unfinished(cr, channel_ids: list[int], limit: int) -> int:
    """Return how many jobs wait or run in some channels, counted up to a limit."""
    cr.execute(COUNT_UNFINISHED, {"channel_ids": channel_ids, "limit": limit})
    return cr.fetchone()[0]


def make_channel_guard(cr) -> None:
    """Recreate the trigger that moves the jobs of deleted channels."""
    cr.execute(MAKE_CHANNEL_GUARD)


def find_served(cr, names: list[str]) -> dict[str, list[int] | None]:
    """Return the ids of channels and of those below them; None for unknown names."""
    cr.execute(FIND_SERVED, {"names": names})
    return dict(cr.fetchall())


def find_names(cr) -> list[str]:
    """Return the complete names of all channels."""
    cr.execute(FIND_NAMES)
    return [name for (name,) in cr.fetchall()]


def find_limited(
    cr, served_ids: list[int] | None = None
) -> list[tuple[int, list[int]]]:
    """Return each limited channel that has work, with the channels that limit it.

    Args:
        served_ids: the channels to check, None for all.
    """
    cr.execute(FIND_LIMITED, {"served_ids": served_ids})
    return cr.fetchall()


def lock_limits(cr, channel_ids: list[int]) -> list[dict]:
    """Return the limits of channels, locked until the commit."""
    cr.execute(LOCK_LIMITS, {"channel_ids": channel_ids})
    names = [column.name for column in cr.description]
    return [dict(zip(names, row, strict=True)) for row in cr.fetchall()]


def count_taken(cr, channel_id: int) -> int:
    """Return how many jobs of a channel and of those below it are taken."""
    cr.execute(COUNT_TAKEN, {"channel_id": channel_id})
    return cr.fetchone()[0]


def is_order_blocked(cr, channel_id: int) -> bool:
    """Return whether a sequential channel waits for an earlier job."""
    cr.execute(IS_ORDER_BLOCKED, {"channel_id": channel_id})
    return cr.fetchone()[0]


def note_start(cr, channel_ids: list[int]) -> None:
    """Count a start in the channels with a rate."""
    cr.execute(NOTE_START, {"channel_ids": channel_ids})


def find_closed(cr) -> set[int]:
    """Return the channels that are paused, or below a paused one."""
    cr.execute(FIND_CLOSED)
    return {row[0] for row in cr.fetchall()}
