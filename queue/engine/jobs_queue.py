# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which jobs has this worker taken, and in which order does it run them?"""

import threading
from collections import deque
from collections.abc import Iterable

from .claimed_job import ClaimedJob


class JobsQueue:
    """The jobs a worker claimed and has not started, in the order of the claim.

    That order is stored with the jobs. It is kept, so that after a death of the
    worker the first unfinished job is known to be the one that ran.
    """

    def __init__(self):
        self._jobs: deque[ClaimedJob] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._jobs)

    def enqueue(self, job: ClaimedJob) -> None:
        """Add a job behind the others."""
        self.enqueue_many([job])

    def enqueue_many(self, jobs: Iterable[ClaimedJob]) -> None:
        """Add jobs behind the others."""
        with self._changed:
            self._jobs.extend(jobs)
            self._changed.notify_all()

    def dequeue(self, timeout_s: float | None = None) -> ClaimedJob | None:
        """Take out the first job; wait for one, None when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs, timeout_s)
            return self._jobs.popleft() if self._jobs else None

    def drain(self) -> list[ClaimedJob]:
        """Take out all jobs, to give them back."""
        with self._changed:
            jobs = list(self._jobs)
            self._jobs.clear()
        return jobs
