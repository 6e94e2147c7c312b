# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""In which states can a job be?"""

WAITING = "waiting"  # for other jobs
PENDING = "pending"  # may be taken by a worker, or not before its eta
ENQUEUED = "enqueued"  # taken by a worker
STARTED = "started"  # running now; never stored, see models.queue_job
DONE = "done"
FAILED = "failed"
CANCELLED = "cancelled"
NOT_STARTED = (WAITING, PENDING)  # no worker has had it in this try
STATES = [
    (WAITING, "Waiting"),
    (PENDING, "Pending"),
    (ENQUEUED, "Enqueued"),
    (STARTED, "Started"),
    (DONE, "Done"),
    (FAILED, "Failed"),
    (CANCELLED, "Cancelled"),
]

CONFLICTED = "conflicted"  # of an attempt: its transaction met another one
