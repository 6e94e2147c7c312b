# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who runs the jobs of a database in this process?

A :class:`WorkerWatcher` keeps one :class:`Worker` for each database that has the
addon. Its thread says that the workers are alive, hears the notifications and frees
what dead workers held; a worker has a thread of its own, in which it runs the jobs.
"""

import logging
import select
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2

from odoo.modules.registry import Registry
from odoo.service.server import cron_database_list

from . import store
from .connection import connect
from .process_watcher import (  # noqa: F401 their classic path
    THREAD,
    start_service,
    watcher,
)
from .settings import Settings
from .worker_thread import MODEL, Worker

_logger = logging.getLogger(__name__)

TICK_S = 1.0  # how often the watcher looks around
FIND_DATABASES_S = 60.0  # how often it asks for databases nobody opened here
RECONNECT_S = 1.0  # after an error, before a worker is made anew


class WorkerWatcher(threading.Thread):
    """Keeps a worker for every database that has the addon.

    Args:
        process_type: what kind of process this is, shown on screens.
        settings: of the engine.
    """

    worker_class = Worker

    def __init__(self, process_type: str, settings: Settings):
        super().__init__(name=THREAD, daemon=True)
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
