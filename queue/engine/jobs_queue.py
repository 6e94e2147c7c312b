# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queue of the jobs that a worker has claimed."""

import threading
from collections import deque
from collections.abc import Iterable

from .claimed_job import ClaimedJob


class JobsQueue:
    """The jobs a worker claimed and has not started, in the order of the claim.

    That order is stored with the jobs, so that after the worker's death the first
    unfinished job is known to be the one that ran.
    """

    def __init__(self):
        self._jobs: deque[ClaimedJob] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._jobs)

    def enqueue(self, job: ClaimedJob) -> None:
        """Add a job at the end."""
        self.enqueue_many([job])

    def enqueue_many(self, jobs: Iterable[ClaimedJob]) -> None:
        """Add jobs at the end."""
        with self._changed:
            self._jobs.extend(jobs)
            self._changed.notify_all()

    def dequeue(self, timeout_s: float | None = None) -> ClaimedJob | None:
        """Remove and return the first job; wait for one, None when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs, timeout_s)
            return self._jobs.popleft() if self._jobs else None

    def drain(self) -> list[ClaimedJob]:
        """Remove and return all jobs, to release them."""
        with self._changed:
            jobs = list(self._jobs)
            self._jobs.clear()
        return jobs
