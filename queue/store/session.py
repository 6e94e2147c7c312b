# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of PostgreSQL sessions: pid, commit and timeouts."""

FIND_SESSION = "SELECT pg_backend_pid()"

# Losing the last bookkeeping commits in a crash of PostgreSQL does no harm: a claim is
# made again, and the outcome of a job is in the job's own commit.
COMMIT_LATER = "SET synchronous_commit TO off"

# Timeouts of a statement that follows in the same round trip, also behind a pooler:
# waiting for locks must not delay signs of life.
BOUND = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '30s'; "


def find_session(cr) -> int:
    """Return the process of PostgreSQL that serves this statement."""
    cr.execute(FIND_SESSION)
    return cr.fetchone()[0]


def commit_later(cr) -> None:
    """Make the commits of this session asynchronous: they do not wait for the disk."""
    cr.execute(COMMIT_LATER)
