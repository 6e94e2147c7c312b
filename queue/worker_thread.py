# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How does one thread run the jobs of a database, one after the other?"""

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import psycopg2

from odoo.modules.registry import Registry

from . import store
from .claimed_job import ClaimedJob
from .connection import connect
from .job_connection import JobConnection
from .presence import Presence
from .queue import JobsQueue
from .runner import Runner, own_transaction

if TYPE_CHECKING:
    from .worker import WorkerWatcher

_logger = logging.getLogger(__name__)

MODEL = "connector.queue.job"
LOOK_S = 0.5  # how long a pause may go unnoticed between two jobs


class Worker(threading.Thread):
    """Runs the jobs of one database, one after the other.

    Args:
        db_name: the database.
        watcher: the watcher that keeps this worker.
    """

    queue_class = JobsQueue

    def __init__(self, db_name: str, watcher: "WorkerWatcher"):
        super().__init__(name=f"connector.worker.{db_name}", daemon=True)
        self.db_name = db_name
        self.dbname = db_name  # where Odoo's log looks for it
        self.watcher = watcher
        self.settings = watcher.settings
        self.queue = self.queue_class()
        self.presence = Presence(db_name, watcher.process_type)
        self._connection = connect(db_name)
        self._books = self._connection.cursor()
        self._job_connection = JobConnection(db_name)
        transaction = partial(own_transaction, self._job_connection)
        self.runner = Runner(self._books, self.presence.worker_id, transaction)
        self._closed_ids: set[int] = set()
        self._looked_at = 0.0
        self._woken = threading.Event()
        self._stopping = threading.Event()

    # === LIFE === #

    def run(self) -> None:
        """Claim and run jobs until the worker is stopped or its database goes."""
        try:
            while not self._stopping.is_set():
                self._woken.clear()  # before the claim: what comes later wakes again
                if not self._run_some() and not self._stopping.is_set():
                    self._woken.wait(self._idle_s())
        except psycopg2.Error as error:
            _logger.warning("worker of %s lost its database: %s", self.db_name, error)
        finally:
            self._leave()

    def wake(self) -> None:
        """Look for jobs now."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the running job, give back the others and end."""
        self._stopping.set()
        self._woken.set()

    def beat(self) -> None:
        """Say that the worker is alive; it ends when it has been declared dead."""
        runner = self.runner
        if not self.presence.beat(runner.running, runner.running_backend_pid):
            self.stop()

    @property
    def is_busy(self) -> bool:
        """Whether a job runs or waits in this worker."""
        return bool(self.runner.running or self.queue)

    def _leave(self) -> None:
        self._job_connection.close()
        try:
            self.runner.release(self.queue.drain())
            self.presence.leave()
            self._connection.close()
        except psycopg2.Error:  # no connection left: recovery frees the jobs
            _logger.debug("worker of %s ends without a word", self.db_name)

    def _idle_s(self) -> float:
        """Return how long to wait when nobody wakes the worker."""
        known = store.next_eta_s(self._books), self.runner.start_in_s
        waits = [seconds for seconds in known if seconds is not None]
        return max(0.0, min([self.settings.poll_s, *waits]))

    # === WORK === #

    def _run_some(self) -> bool:
        """Claim a batch and run it; False when there was nothing to claim."""
        jobs = self.runner.claim()
        if not jobs:
            return False
        self.queue.enqueue_many(jobs)
        registry = Registry(self.db_name).check_signaling()
        if MODEL not in registry:  # the addon was removed meanwhile
            self.stop()
        while not self._stopping.is_set():
            job = self.queue.dequeue(timeout_s=0)
            if job is None:
                break
            self.run_job(job)
        return True

    def run_job(self, job: ClaimedJob) -> None:
        """Run one job, unless its channel was paused since it was claimed."""
        if self._is_closed(job.channel_id):
            self.runner.release([job])
            return
        self.runner.run_job(job)
        if job.is_limited:
            store.wake(self._books)  # others may wait for its place

    def _is_closed(self, channel_id: int) -> bool:
        now = time.monotonic()
        if now - self._looked_at > LOOK_S:
            self._looked_at = now
            self._closed_ids = store.find_closed(self._books)
        return channel_id in self._closed_ids
