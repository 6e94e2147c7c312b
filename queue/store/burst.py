# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Burst mode: until when workers poll for jobs without being woken."""

from .liveness import CHANNEL

BURST_S = 1.0  # that one announcement lasts
BURST = "burst"  # payload of an announcement

# End of the burst, in milliseconds since 1970 by the database's clock. A sequence is
# read as it is now, whatever the snapshot of a transaction, and keeps no old versions.
MAKE_BURST = "CREATE SEQUENCE IF NOT EXISTS connector_queue_rush"
DROP_BURST = "DROP SEQUENCE IF EXISTS connector_queue_rush"

# For how many seconds they still poll. It is part of the statement of a delay.
BURST_LEFT = """(
    SELECT (last_value - 1000 * extract(epoch FROM clock_timestamp()))::float / 1000
      FROM connector_queue_rush
)"""

# Announce a burst to the workers. Its end is computed before they are notified: they
# poll for at least as long as is stored.
ANNOUNCE_BURST = f"""
SELECT pg_notify('{CHANNEL}', '{BURST}'),
       (1000 * extract(epoch FROM clock_timestamp()))::bigint
"""
NOTE_BURST = "SELECT setval('connector_queue_rush', %(until_ms)s)"

# How many jobs have ever been delayed, including those of open transactions.
COUNT_EVER_DELAYED = "SELECT last_value FROM connector_queue_job_id_seq"


def announce_burst(cr) -> None:
    """Announce a burst: workers poll for a while, and commits rely on that.

    Args:
        cr: a cursor in autocommit: workers are notified before it is stored.
    """
    cr.execute(ANNOUNCE_BURST)
    _notified, now_ms = cr.fetchone()
    cr.execute(NOTE_BURST, {"until_ms": now_ms + int(BURST_S * 1000)})


def count_ever_delayed(cr) -> int:
    """Return how many jobs were ever delayed, rolled back ones included."""
    cr.execute(COUNT_EVER_DELAYED)
    return cr.fetchone()[0]
