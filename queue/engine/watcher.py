# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Watcher of a process: keeps a pool of workers for each database.

A :class:`WorkerWatcher` keeps a pool of :class:`Worker` for each database that has the
addon. Each pool has a thread (``keeper``) that gives the signs of life, receives the
notifications and frees the jobs of dead workers; a worker has a thread of its own, in
which it runs the jobs.
"""

import logging
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg2

from ..channels.config_file import ChannelFile
from ..settings import Settings
from .burst import POLL_S
from .databases import Databases
from .pool import WorkerPool
from .worker import Worker

_logger = logging.getLogger(__name__)

THREAD = "connector.watcher"  # name of the watcher's thread
OWN_PROCESS = "prefork"  # process type of dedicated job processes
END_S = 2.0  # how long to wait for the watcher's own threads
TICK_S = 1.0  # at most between two turns
DEBOUNCE_S = 0.005  # after a notification: several count as one


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
        self._changed = threading.Event()  # a keeper has ended, or all must
        self._wakeup_sender, self.wakeup_socket = socket.socketpair()
        """Readable when every keeper must end."""

    # === LIFE === #

    def run(self) -> None:
        """Keep the pools until the process ends."""
        while not self._ending.is_set():
            try:
                self._keep_pools()
            except Exception:  # noqa: BLE001 without the watcher no job would run
                _logger.exception("the watcher stumbled, it goes on")
            self._changed.wait(TICK_S)
            self._changed.clear()

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
        self._wakeup_sender.send(b".")
        self.wake()
        self._join(time.monotonic() + END_S)
        for pool in self._pools.values():
            pool.control.close()

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
        self._changed.set()

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

    def _forget(self, keeper: "Keeper") -> None:
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


class Keeper(threading.Thread):
    """Thread that keeps the workers of one database, independent of other databases.

    It gives their signs of life, receives notifications, and frees the jobs of dead
    workers. An unresponsive database, or a locked table, delays this thread only, and
    each statement on its connection has a timeout.

    Args:
        db_name: the database.
        watcher: the watcher of the process.
    """

    def __init__(self, db_name: str, watcher: WorkerWatcher):
        super().__init__(name=f"connector.keeper.{db_name}", daemon=True)
        self.db_name = db_name
        self.dbname = db_name  # Odoo's log reads it
        self.pool: WorkerPool | None = None
        self.loss = ""
        """Why it ended by itself, when its connection was lost."""
        self.has_begun = False
        """Whether there were workers."""
        self._watcher = watcher
        self._settings = watcher.settings
        self._is_dismissed = False
        self._due_at: dict[str, float] = {}  # when a step has its next turn
        self._blocked: dict[str, str] = {}  # the last error of each step

    # === LIFE === #

    def run(self) -> None:
        """Keep the workers until the process ends, or the connection is lost."""
        try:
            self.pool = self._watcher.pool_class(self.db_name, self._watcher)
            while not (self._is_dismissed or self._watcher.is_ending):
                self._turn()
        except psycopg2.Error as error:
            self.loss = str(error).strip()
        except Exception:  # noqa: BLE001 another keeper starts anew
            self._stumble()
        finally:
            if self._is_dismissed or not self._watcher.is_ending:
                self._dismiss()

    def dismiss(self) -> None:
        """End soon; the workers finish their jobs if they can."""
        self._is_dismissed = True

    def _dismiss(self) -> None:
        if self.pool:
            self.pool.stop()
            self.pool.control.close()
        self._watcher.wake()

    def _turn(self) -> None:
        try:
            self._try(self._fill)
            self._receive()
            for step in (
                self.pool.poll_in_burst,
                self.pool.report,
                self._supervise,
                self._check,
                self._beat,
                self._recover,
            ):
                self._try(step)
        except psycopg2.Error:
            raise
        except Exception:  # noqa: BLE001 without this thread no job would run
            self._stumble()

    def _stumble(self) -> None:
        _logger.exception("the watcher of %s stumbled, it goes on", self.db_name)
        time.sleep(TICK_S)

    def _try(self, step: Callable[[], object]) -> None:
        """Run a step; after a lock or timeout it runs again in the next turn."""
        name = step.__name__
        try:
            step()
            self._blocked.pop(name, None)
        except psycopg2.OperationalError as error:
            if self.pool.control.is_closed:
                raise
            text = str(error).strip()
            if self._blocked.get(name) != text:
                self._blocked[name] = text
                _logger.warning("%s is held up (%s): %s", self.db_name, name, text)

    # === STEPS === #

    def _fill(self) -> None:
        if self._watcher.is_closing:
            return
        if self.pool.admission.is_open:
            self._watcher.apply_channels(self.db_name)
        self.pool.fill()
        self.has_begun = True
        if self._watcher.is_closing:  # since we began
            self.pool.stop()

    def _receive(self) -> None:
        """Wait for notifications and handle them."""
        control = self.pool.control
        timeout_s = POLL_S if self.pool.burst.is_on else TICK_S
        if control.has_notifications:
            timeout_s = 0
        ready, _write, _error = select.select(
            [control, self._watcher.wakeup_socket], [], [], timeout_s
        )
        if control.has_notifications or control in ready:
            self.pool.handle_notifications()
            self._watcher.wait_closing(DEBOUNCE_S)

    def _supervise(self) -> None:
        """Enforce timeouts and stop requests of the running jobs."""
        if self.pool.supervise():
            self._watcher.end_process()

    def _check(self) -> None:
        if self._is_due("check", TICK_S) and not self.pool.check():
            _logger.info("the addon was removed from %s", self.db_name)
            self.dismiss()

    def _beat(self) -> None:
        if self._is_due("beat", self._settings.heartbeat_s):
            self.pool.beat()

    def _recover(self) -> None:
        if self._is_due("recover", self._settings.recover_s):
            self.pool.recover()

    def _is_due(self, step: str, every_s: float) -> bool:
        """Return whether a step has its turn, and set when it has its next one."""
        now = time.monotonic()
        if now < self._due_at.get(step, 0.0):
            return False
        self._due_at[step] = now + every_s
        return True
