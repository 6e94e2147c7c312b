# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Until when do the workers look for jobs by themselves, without being woken?"""

from .liveness import CHANNEL

RUSH_S = 1.0  # that one announcement lasts
RUSH = "rush"  # what the notification of an announcement says

# Until when, in milliseconds since 1970 by the clock of the database. A sequence is
# read as it is now, whatever the snapshot of a transaction, and keeps no old versions.
MAKE_RUSH = "CREATE SEQUENCE IF NOT EXISTS connector_queue_rush"
DROP_RUSH = "DROP SEQUENCE IF EXISTS connector_queue_rush"

# For how many seconds they still do so. It rides along with a delay.
RUSH_LEFT = """(
    SELECT (last_value - 1000 * extract(epoch FROM clock_timestamp()))::float / 1000
      FROM connector_queue_rush
)"""

# Tell the workers to begin. The moment is taken before they hear of it: they will look
# for at least as long as is written down then.
TELL_RUSH = f"""
SELECT pg_notify('{CHANNEL}', '{RUSH}'),
       (1000 * extract(epoch FROM clock_timestamp()))::bigint
"""
NOTE_RUSH = "SELECT setval('connector_queue_rush', %(until_ms)s)"

# How many jobs have ever been delayed, as it is now: those of open transactions count.
COUNT_EVER_DELAYED = "SELECT last_value FROM connector_queue_job_id_seq"


def announce_rush(cr) -> None:
    """Let the workers look by themselves for a while, and others rely on that.

    Args:
        cr: a cursor in autocommit: they are told before it is written down.
    """
    cr.execute(TELL_RUSH)
    _told, now_ms = cr.fetchone()
    cr.execute(NOTE_RUSH, {"until_ms": now_ms + int(RUSH_S * 1000)})


def count_ever_delayed(cr) -> int:
    """Return how many jobs have ever been delayed, and how many might have been."""
    cr.execute(COUNT_EVER_DELAYED)
    return cr.fetchone()[0]


def make_rush(cr) -> None:
    """Make what an announcement is written down in."""
    cr.execute(MAKE_RUSH)


def drop_rush(cr) -> None:
    """Take it out of the database."""
    cr.execute(DROP_RUSH)
