# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Watcher of a process: keeps a pool of workers for each database.

A :class:`WorkerWatcher` keeps a pool of :class:`Worker` for each database that has the
addon. Each pool has a thread (``keeper``) that gives the signs of life, receives the
notifications and frees the jobs of dead workers; a worker has a thread of its own, in
which it runs the jobs.
"""

import logging
import os
import socket
import threading
import time
from contextlib import suppress

import psycopg2

from ..channels.config_file import ChannelFile
from ..classic.process_watcher import (  # noqa: F401 their classic path
    THREAD,
    start_service,
    watcher,
)
from ..settings import Settings
from .databases import Databases
from .keeper import TICK_S, Keeper
from .pool import WorkerPool
from .worker import Worker

_logger = logging.getLogger(__name__)

OWN_PROCESS = "prefork"  # process type of dedicated job processes
END_S = 2.0  # how long to wait for the watcher's own threads


class WorkerWatcher(threading.Thread):
    """Keeps workers for every database that has the addon.

    Args:
        process_type: what kind of process this is, shown on screens.
        settings: of the engine.
        is_start: the server starts, and did not only replace a process that died:
            the channels of the settings are set.
    """

    worker_class = Worker
    pool_class = WorkerPool

    def __init__(self, process_type: str, settings: Settings, is_start: bool = True):
        super().__init__(name=THREAD, daemon=True)
        self.process_type = process_type
        self.settings = settings
        self._keepers: dict[str, Keeper] = {}
        self._databases = Databases(settings.pooled)
        self._channel_file = ChannelFile(settings.channels if is_start else "")
        self._errors: dict[str, str] = {}  # the last error of each database
        self._closing = threading.Event()  # no worker starts any more
        self._ending = threading.Event()
        self._news = threading.Event()  # a keeper has ended, or all must
        self._ringer, self.bell = socket.socketpair()
        """Wake-up sockets: the second is readable when every keeper must end."""

    # === LIFE === #

    def run(self) -> None:
        """Keep the pools until the process ends."""
        while not self._ending.is_set():
            try:
                self._keep_pools()
            except Exception:  # noqa: BLE001 without the watcher no job would run
                _logger.exception("the watcher stumbled, it goes on")
            self._news.wait(TICK_S)
            self._news.clear()

    def stop(self, grace_s: float | None = None) -> None:
        """Stop every worker; wait for running jobs up to the grace period.

        The threads go on meanwhile: a worker that finishes a job must not be declared
        dead.
        """
        self._closing.set()
        pools = list(self._pools.values())
        for pool in pools:
            pool.stop()
        seconds = self.settings.grace_s if grace_s is None else grace_s
        deadline = time.monotonic() + seconds
        for pool in pools:
            pool.join(deadline)
        self._ending.set()
        self._ringer.send(b".")
        self.wake()
        self._join(time.monotonic() + END_S)
        for pool in self._pools.values():
            pool.line.close()

    def _join(self, deadline: float) -> None:
        """Wait for our own threads, but not for one that hangs."""
        for thread in (self, *self._keepers.values()):
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    # === THE CLASSIC NAMES === #

    def worker_for_db(self, db_name: str) -> Worker | None:
        """Return the first worker of a database."""
        pool = self._pools.get(db_name)
        return pool.workers[0] if pool and pool.workers else None

    def worker_lost(self, worker: Worker) -> None:
        """Stop a worker, and replace it a little later."""
        worker.stop()

    def check_alive(self) -> None:
        """Give a sign of life of each worker; ended workers are replaced soon."""
        for pool in self._pools.values():
            with suppress(psycopg2.Error):  # its keeper notices by itself
                pool.beat()

    def available_db_names(self) -> set[str]:
        """Return the databases that have the addon, as far as this process knows."""
        return self._databases.find(set(self._keepers))

    # === FOR THE KEEPERS === #

    @property
    def is_closing(self) -> bool:
        """Whether no worker starts any more."""
        return self._closing.is_set()

    @property
    def is_ending(self) -> bool:
        """Whether the keepers must end."""
        return self._ending.is_set()

    def wait_closing(self, seconds: float) -> None:
        """Wait for a time, or until no worker starts any more."""
        self._closing.wait(seconds)

    def wake(self) -> None:
        """Check the databases and keepers now."""
        self._news.set()

    def apply_channels(self, db_name: str) -> None:
        """Apply the channel limits of the settings, unless that was done before."""
        self._channel_file.apply(db_name)

    def end_process(self) -> None:
        """End a dedicated job process that has a hanging thread.

        Its master starts another. In other processes the thread is left alone.
        """

        def end() -> None:
            self.stop()  # jobs of other workers here may finish
            os._exit(1)

        if self.process_type == OWN_PROCESS:
            threading.Thread(target=end, name="connector.end", daemon=True).start()

    # === THREAD === #

    @property
    def _pools(self) -> dict[str, WorkerPool]:
        keepers = list(self._keepers.values())
        return {one.db_name: one.pool for one in keepers if one.pool}

    def _keep_pools(self) -> None:
        """Start and end the keepers, as their databases come and go."""
        for keeper in list(self._keepers.values()):
            if not keeper.is_alive():
                self._forget(keeper)
        if self._closing.is_set():
            return
        names = self.available_db_names()
        for db_name in self._keepers.keys() - names:
            self._keepers[db_name].dismiss()
        for db_name in names - self._keepers.keys():
            self._keepers[db_name] = Keeper(db_name, self)
            self._keepers[db_name].start()

    def _forget(self, keeper: Keeper) -> None:
        """Forget a keeper that has ended; log why its database is unreachable."""
        del self._keepers[keeper.db_name]
        if keeper.has_begun:
            self._errors.pop(keeper.db_name, None)
        if keeper.loss and not self._databases.forget_if_gone(keeper.db_name):
            self._warn(keeper.db_name, keeper.loss)

    def _warn(self, db_name: str, error: str) -> None:
        """Log why a database is unreachable, once for each reason.

        That may last, for instance where the code is newer than the database.
        """
        if self._errors.get(db_name) != error:
            self._errors[db_name] = error
            _logger.warning("%s is out of reach: %s", db_name, error)
