# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The states of a job."""

WAITING = "waiting"  # for other jobs
PENDING = "pending"  # may be taken by a worker, or not before its eta
ENQUEUED = "enqueued"  # taken by a worker
STARTED = "started"  # running now; never stored, see models.queue_job
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

CONFLICTED = "conflicted"  # of an attempt: its transaction conflicted with another
