# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which session does a connection have, and how does it commit?"""

FIND_SESSION = "SELECT pg_backend_pid()"

# Nothing is lost with the last commits of the books when PostgreSQL itself crashes: a
# claim is made again, and the outcome of a job is in the job's own commit.
COMMIT_LATER = "SET synchronous_commit TO off"

# Bounds a statement that follows in the same round trip, also behind a pooler: locks of
# others are waited for, but signs of life must not be late because of them.
BOUND = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '30s'; "


def find_session(cr) -> int:
    """Return the process of PostgreSQL that serves this statement."""
    cr.execute(FIND_SESSION)
    return cr.fetchone()[0]


def commit_later(cr) -> None:
    """Let no commit of this session wait for the disk."""
    cr.execute(COMMIT_LATER)
