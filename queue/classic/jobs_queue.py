# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queue of jobs in memory, the most urgent first."""

import heapq
import threading
from itertools import count

from .job import Job


class JobsQueue:
    """Jobs in the order of ``Job``: by eta, priority and age.

    The workers do not use it: they claim in the database, in an order of their own.
    It serves connectors that sort jobs by hand.
    """

    def __init__(self):
        self._heap: list[tuple[tuple, int, Job]] = []
        self._number = count()  # of two equal jobs the first comes first
        self._filled = threading.Condition()

    def enqueue(self, job: Job) -> None:
        """Add a job."""
        with self._filled:
            heapq.heappush(self._heap, (job.place, next(self._number), job))
            self._filled.notify()

    def dequeue(self) -> Job:
        """Remove and return the first job; wait for one."""
        with self._filled:
            self._filled.wait_for(lambda: self._heap)
            return heapq.heappop(self._heap)[2]
