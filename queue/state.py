# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""States of a job, and outcomes of an attempt.

::

               delay          delay, after others
                 |                     |
                 v    parents ended    v
    +-------> pending <------------ waiting ------+
    |            |                     |          |
    |            | claim               |          | a parent ended otherwise,
    |            v                     |          | or cancelled by a person
    +-------- enqueued ("started"      |          |
    |  retry,    |      while it runs) |          v
    |  snooze,   +---------------------|-----> cancelled
    |  death,    |                     |
    |  release   +--> done             +--> done, set by a person
    |            |
    |            +--> failed
    |
    +-- requeued by a person, from done, failed and cancelled

A worker has a job if and only if it is enqueued, and only its end, recovery and release
leave that state.
"""

WAITING = "waiting"  # for other jobs
PENDING = "pending"  # may be taken by a worker, or not before its eta
ENQUEUED = "enqueued"  # taken by a worker
STARTED = "started"  # running now; never stored, see models/queue_job/display.py
DONE = "done"
FAILED = "failed"
CANCELLED = "cancelled"
NOT_STARTED = (WAITING, PENDING)  # no worker has claimed it for this attempt
STATES = [
    (WAITING, "Waiting"),
    (PENDING, "Pending"),
    (ENQUEUED, "Enqueued"),
    (STARTED, "Started"),
    (DONE, "Done"),
    (FAILED, "Failed"),
    (CANCELLED, "Cancelled"),
]

# outcomes of an attempt, besides DONE, FAILED and CANCELLED
RETRIED = "retried"
CONFLICTED = "conflicted"  # its transaction conflicted with another
UNREACHABLE = "unreachable"  # no answer; retried by time, not by count
DIED = "died"  # with its worker
OUTCOMES = [
    (DONE, "Done"),
    (RETRIED, "Retried"),
    (CONFLICTED, "Conflicted"),
    (UNREACHABLE, "No Answer"),
    (FAILED, "Failed"),
    (DIED, "Died"),
    (CANCELLED, "Cancelled"),
]
FAILURES = (FAILED, RETRIED, CONFLICTED, UNREACHABLE, DIED)
