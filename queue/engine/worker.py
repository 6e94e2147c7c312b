# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Worker: a thread that runs the jobs of a database, one after the other."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

import psycopg2

from odoo import SUPERUSER_ID
from odoo.modules.registry import Registry

from ...session import ConnectorSessionHandler
from .. import store
from ..channels.served import ServedChannels
from .claimed_job import ClaimedJob
from .completer import JobCompleter
from .connection import OdooCursor, connect, cut
from .interrupt import RunningAttempt
from .job_connection import JobConnectionPool, own_transaction
from .process import ProcessContext, WorkerOwner
from .registration import ControlConnection, WorkerRegistration
from .registry_watch import RegistryWatch
from .runner import Runner
from .supervisor import JobSupervisor

_logger = logging.getLogger(__name__)

MODEL = "connector.queue.job"
AGAIN_S = 0.02  # before the next claim, when a due job is locked
SHORT_S = 0.5  # a job that runs longer is shown as started
CHECK_S = 0.5  # how long a pause may go unnoticed between two jobs
POOLED_POLL_S = 1.0  # between two claims where no notification comes


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


class Worker(threading.Thread):
    """Runs the jobs of one database, one after the other.

    Args:
        db_name: the database.
        watcher: the watcher that keeps this worker.
        pool: its worker pool; without, it has its own control connection.
    """

    queue_class = JobsQueue
    job_storage_class: Callable | None = None
    """The classic storage of jobs, which sets this itself."""

    def __init__(
        self, db_name: str, watcher: ProcessContext, pool: WorkerOwner | None = None
    ):
        super().__init__(name=f"connector.worker.{db_name}", daemon=True)
        self.db_name = db_name
        self.dbname = db_name  # Odoo's log reads it
        self.watcher = watcher
        self.settings = watcher.settings
        self.queue = self.queue_class()
        self.pool = pool
        self.is_free = True
        """Whether its last claim found no job."""
        control = (
            pool.control if pool else ControlConnection(db_name, self.settings.pooled)
        )
        self._connection = connect(db_name, control.is_pooled)
        self._bookkeeping = self._connection.cursor()
        self._job_pool = JobConnectionPool(db_name, control.is_pooled)
        self._job_pool.open()
        self.served = pool.served if pool else self._find_served(control)
        # last of all: a worker with a row counts as alive
        self.registration = self._appear(control)
        self._completer = JobCompleter(db_name)
        self.watch = RegistryWatch(db_name, self._bookkeeping)
        self.runner = self._make_runner()
        self.supervisor = JobSupervisor(self)
        self._closed_ids: set[int] = set()
        self._checked_at = 0.0
        self._reported: RunningAttempt | None = None
        self._woken = threading.Event()
        self._stopping = threading.Event()

    # === LIFE === #

    def run(self) -> None:
        """Claim and run jobs until the worker is stopped or its database goes."""
        try:
            self._check_registry()
            while not self._stopping.is_set():
                self._woken.clear()  # before the claim: a later event wakes again
                if not self._run_some() and not self._stopping.is_set():
                    self._woken.wait(self._idle_s())
        except psycopg2.Error as error:
            _logger.warning("worker of %s lost its database: %s", self.db_name, error)
        finally:
            self._leave()

    def wake(self) -> None:
        """Claim jobs now."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the running job, release the others and end."""
        self._stopping.set()
        self._woken.set()

    def enqueue_job_uuid(self, job_uuid: str) -> None:
        """Check that a job is there and claim now; the classic name.

        The job runs in its turn, in this worker or in another.

        Raises:
            NoSuchJobError: there is none.
            NotReadableJobError: its arguments cannot be read.
        """
        with ConnectorSessionHandler(self.db_name, SUPERUSER_ID).session() as session:
            self.job_storage_class(session).load(job_uuid)
        self.wake()

    def beat(self) -> None:
        """Give a sign of life; the worker ends when it was declared dead."""
        attempt = self._reported = self.runner.attempt
        is_known = self.registration.beat(
            attempt and attempt.job,
            self._job_pool.session_pid,
            ", ".join(self.served.unknown) or None,
        )
        if not is_known:
            self.stop()

    def report(self) -> None:
        """Report the running job, unless it is short or was reported."""
        attempt = self.runner.attempt
        is_new = attempt is not None and attempt is not self._reported
        if is_new and time.monotonic() - attempt.started > SHORT_S:
            self.beat()

    def end_sessions(self) -> None:
        """End its sessions, though its thread uses them: no commit may follow."""
        pids = [self._job_pool.session_pid, *self._connection.session_pids]
        if self.registration.control.is_pooled:
            self._job_pool.cut()
            cut(self._connection)
        else:
            self.registration.control.run(store.terminate_backends, pids)

    def drain(self) -> list[ClaimedJob]:
        """Remove and return the jobs that were claimed and not started."""
        return self.queue.drain()

    @property
    def is_busy(self) -> bool:
        """Whether a job runs or waits in this worker."""
        return bool(self.runner.attempt or self.queue)

    @property
    def _is_held(self) -> bool:
        return self.pool is not None and self.pool.is_held

    def _find_served(self, control: ControlConnection) -> ServedChannels:
        served = ServedChannels(self.settings.only_channels)
        served.refresh(control.run, self.db_name)
        return served

    def _appear(self, control: ControlConnection) -> WorkerRegistration:
        """Register the worker, with its sessions and settings."""
        return WorkerRegistration(
            self.db_name,
            self.watcher.process_type,
            control,
            threads=self.settings.threads,
            only_channels=", ".join(self.served.names) or None,
            books_backend_pid=next(iter(self._connection.session_pids), None),
            job_backend_pid=self._job_pool.session_pid,
        )

    def _make_runner(self) -> Runner:
        runner = Runner(
            self._bookkeeping,
            self.registration.worker_id,
            partial(own_transaction, self._job_pool),
            self.served,
            None if self._connection.is_pooled else self._completer,
            self.watch.has_changed,
        )
        runner.network_retry_s = self.settings.network_retry_s
        return runner

    def _leave(self) -> None:
        self.is_free = False
        self._job_pool.close()
        # each step by itself: without row or connection, recovery frees the jobs
        for end in (
            self._completer.wait,
            self._completer.close,
            self._release_all,
            self.registration.leave,
            self._connection.close,
        ):
            with suppress(psycopg2.Error):
                end()

    def _release_all(self) -> None:
        self.runner.release(self.drain())

    def _idle_s(self) -> float:
        """Return how long to wait without a wake-up, in seconds."""
        poll_s = self.settings.poll_s
        if self._connection.is_pooled:
            poll_s = min(poll_s, POOLED_POLL_S)
        if self._is_held:
            return poll_s
        known = store.next_ready_s(self._bookkeeping), self.runner.start_in_s
        waits = [seconds for seconds in known if seconds is not None]
        return max(AGAIN_S, min([poll_s, *waits]))

    # === WORK === #

    def _run_some(self) -> bool:
        """Claim a batch and run it; False when there was nothing to claim."""
        self.is_free = True
        if self._is_held:
            return False
        if self.watch.is_suspect:
            self.watch.renew(self._follow)
        jobs = self.runner.claim()
        if not jobs:
            self._completer.wait()
            return False
        self.is_free = False
        self.queue.enqueue_many(jobs)
        if self.pool:
            self.pool.wake_one()  # there may be more
        self._checked_at = time.monotonic()  # only open channels were claimed from
        self._closed_ids = set()
        self._check_registry(jobs[0].signals)
        while not self._stopping.is_set():
            job = self.queue.dequeue(timeout_s=0)
            if job is None:
                break
            self.run_job(job)
            if self._is_held or self.watch.is_suspect:
                self._release_all()  # until the registry fits the database
        return True

    def _check_registry(self, signals: list[int] | None = None) -> None:
        """Follow the signals of other processes; end when the addon was removed.

        Args:
            signals: Odoo's last signals, where they are known.
        """
        registry = Registry(self.db_name)
        if signals != store.known_signals(registry):
            registry = self._follow(OdooCursor(self._bookkeeping))
        if MODEL not in registry:
            self.stop()
        if registry is not self.watch.registry:
            self.watch.note(registry)

    def _follow(self, cr: OdooCursor) -> Registry:
        if self.pool:
            return self.pool.registry(cr)
        return Registry(self.db_name).check_signaling(cr)

    def run_job(self, job: ClaimedJob) -> None:
        """Run one job, unless its channel was paused since it was claimed."""
        if self._is_closed(job.channel_id):
            self.runner.release([job])
            return
        self.runner.run_job(job)
        # jobs may wait for its place or its end; this worker takes one of them itself
        # as soon as it has none left
        has_more = self.runner.ready_count > (0 if self.queue else 1)
        if job.is_limited or job.concurrency_key or has_more:
            store.wake(self._bookkeeping)

    def _is_closed(self, channel_id: int) -> bool:
        now = time.monotonic()
        if now - self._checked_at > CHECK_S:
            self._checked_at = now
            self._closed_ids = store.find_closed(self._bookkeeping)
        return channel_id in self._closed_ids
