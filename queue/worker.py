# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who runs the jobs of a database in this process?

A :class:`WorkerWatcher` keeps one :class:`Worker` for each database that has the
addon. Its thread says that the workers are alive, hears the notifications and frees
what dead workers held; the thread of a worker claims jobs and runs them.
"""

import logging
import select
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

import psycopg2

from odoo.modules.registry import Registry
from odoo.service.server import cron_database_list

from . import store
from .connection import connect
from .job import Job
from .job_connection import JobConnection
from .presence import Presence
from .queue import JobsQueue
from .runner import Runner, own_transaction
from .settings import Settings

_logger = logging.getLogger(__name__)

MODEL = "connector.queue.job"
TICK_S = 1.0  # how often the watcher looks around
FIND_DATABASES_S = 60.0  # how often it asks for databases nobody opened here
LOOK_S = 0.5  # how long a pause may go unnoticed between two jobs
RECONNECT_S = 1.0  # after an error, before a worker is made anew


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

    def run_job(self, job: Job) -> None:
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


class WorkerWatcher(threading.Thread):
    """Keeps a worker for every database that has the addon.

    Args:
        process_type: what kind of process this is, shown on screens.
        settings: of the engine.
    """

    worker_class = Worker

    def __init__(self, process_type: str, settings: Settings):
        super().__init__(name="connector.watcher", daemon=True)
        self.process_type = process_type
        self.settings = settings
        self._workers: dict[str, Worker] = {}
        self._retry_at: dict[str, float] = {}
        self._find_at = self._beat_at = self._recover_at = 0.0
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look around until the process ends."""
        while not self._stopping.is_set():
            try:
                self._keep_workers()
                self._hear(TICK_S)
                self._beat()
                self._recover()
            except Exception:  # noqa: BLE001 without the watcher no job would run
                _logger.exception("the watcher stumbled, it goes on")
                time.sleep(TICK_S)

    def stop(self, grace_s: float | None = None) -> None:
        """Stop every worker; wait for running jobs up to the grace period."""
        self._stopping.set()
        workers = list(self._workers.values())
        for worker in workers:
            worker.stop()
        deadline = time.monotonic() + (
            self.settings.grace_s if grace_s is None else grace_s
        )
        for worker in workers:
            worker.join(max(0.0, deadline - time.monotonic()))

    def worker_for_db(self, db_name: str) -> Worker | None:
        """Return the worker of a database."""
        return self._workers.get(db_name)

    def worker_lost(self, worker: Worker) -> None:
        """Forget a worker that ended, and make another one a little later."""
        self._workers.pop(worker.db_name, None)
        self._retry_at[worker.db_name] = time.monotonic() + RECONNECT_S

    def available_db_names(self) -> set[str]:
        """Return the databases that have the addon, as far as this process knows."""
        now = time.monotonic()
        if now >= self._find_at:
            self._find_at = now + FIND_DATABASES_S
            for db_name in cron_database_list():
                if _has_addon(db_name):
                    Registry(db_name)
        return {
            db_name
            for db_name, registry in Registry.registries.snapshot.items()
            if registry.ready and MODEL in registry
        }

    def _keep_workers(self) -> None:
        for worker in list(self._workers.values()):
            if not worker.is_alive():
                self.worker_lost(worker)
        now = time.monotonic()
        for db_name in self.available_db_names() - self._workers.keys():
            if now >= self._retry_at.get(db_name, 0):
                self._start_worker(db_name)

    def _start_worker(self, db_name: str) -> None:
        try:
            worker = self._workers[db_name] = self.worker_class(db_name, self)
        except psycopg2.Error as error:
            self._retry_at[db_name] = time.monotonic() + RECONNECT_S
            _logger.warning("no worker for %s yet: %s", db_name, error)
            return
        worker.presence.recover()
        worker.start()
        _logger.info(
            "worker %s runs the jobs of %s", worker.presence.worker_id, db_name
        )

    def _hear(self, timeout_s: float) -> None:
        """Wait for notifications, and pass them on."""
        by_presence = {one.presence: one for one in self._workers.values()}
        if not by_presence:
            self._stopping.wait(timeout_s)
            return
        ready, _write, _error = select.select(list(by_presence), [], [], timeout_s)
        for presence in ready:
            worker = by_presence[presence]
            with self._losing(worker):
                if presence.has_heard():
                    worker.wake()

    @contextmanager
    def _losing(self, worker: Worker) -> Iterator[None]:
        """Give a worker up when its presence cannot reach the database any more."""
        try:
            yield
        except psycopg2.Error as error:
            _logger.warning("worker of %s is out of reach: %s", worker.db_name, error)
            worker.stop()
            self.worker_lost(worker)

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:
            return
        self._beat_at = now + self.settings.heartbeat_s
        for worker in list(self._workers.values()):
            with self._losing(worker):
                worker.beat()

    def _recover(self) -> None:
        now = time.monotonic()
        if now < self._recover_at:
            return
        self._recover_at = now + self.settings.recover_s
        for worker in list(self._workers.values()):
            with self._losing(worker):
                if worker.presence.recover():
                    worker.wake()


def _has_addon(db_name: str) -> bool:
    try:
        with closing(connect(db_name)) as connection:
            return store.has_addon(connection.cursor())
    except psycopg2.Error:
        return False
