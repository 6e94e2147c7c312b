# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who runs the jobs of a database in this process?

A :class:`WorkerWatcher` keeps a crew of :class:`Worker` for each database that has the
addon. Its thread says that the workers are alive, hears the notifications and frees
what dead workers held; a worker has a thread of its own, in which it runs the jobs.
"""

import logging
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from .channel_file import ChannelFile
from .crew import Crew
from .databases import Databases
from .process_watcher import (  # noqa: F401 their classic path
    THREAD,
    start_service,
    watcher,
)
from .rush import LOOK_S
from .settings import Settings
from .worker_thread import Worker

_logger = logging.getLogger(__name__)

OWN_PROCESS = "prefork"  # the type of those that do nothing but run jobs
TICK_S = 1.0  # how often the watcher looks around
HUSH_S = 0.005  # how long it does not listen after it heard something: bursts are one
END_S = 2.0  # how long the end of the watcher's own thread may take


class WorkerWatcher(threading.Thread):
    """Keeps workers for every database that has the addon.

    Args:
        process_type: what kind of process this is, shown on screens.
        settings: of the engine.
        is_start: the server starts, and did not only replace a process that died:
            the channels of the settings are set.
    """

    worker_class = Worker
    crew_class = Crew

    def __init__(self, process_type: str, settings: Settings, is_start: bool = True):
        super().__init__(name=THREAD, daemon=True)
        self.process_type = process_type
        self.settings = settings
        self._crews: dict[str, Crew] = {}
        self._databases = Databases(settings.pooled)
        self._channel_file = ChannelFile(settings.channels if is_start else "")
        self._errors: dict[str, str] = {}  # the last one of each database
        self._look_at = self._beat_at = self._recover_at = 0.0
        self._closing = threading.Event()  # no crew begins any more
        self._ending = threading.Event()
        self._bell, self._bell_out = socket.socketpair()  # rings when it must end

    # === LIFE === #

    def run(self) -> None:
        """Look around until the process ends."""
        while not self._ending.is_set():
            try:
                self._keep_crews()
                self._hear(self._pause_s())
                self._look_in_rush()
                self._oversee()
                self._look()
                self._beat()
                self._recover()
            except Exception:  # noqa: BLE001 without the watcher no job would run
                _logger.exception("the watcher stumbled, it goes on")
                time.sleep(TICK_S)

    def stop(self, grace_s: float | None = None) -> None:
        """Stop every worker; wait for running jobs up to the grace period.

        Meanwhile the thread goes on: who finishes a job must not be taken for dead.
        """
        self._closing.set()
        crews = list(self._crews.values())
        for crew in crews:
            crew.stop()
        seconds = self.settings.grace_s if grace_s is None else grace_s
        deadline = time.monotonic() + seconds
        for crew in crews:
            crew.join(deadline)
        self._ending.set()
        self._bell.send(b".")
        if self.is_alive():
            self.join(END_S)
        for crew in crews:
            crew.line.close()

    # === THE CLASSIC NAMES === #

    def worker_for_db(self, db_name: str) -> Worker | None:
        """Return the first worker of a database."""
        crew = self._crews.get(db_name)
        return crew.workers[0] if crew and crew.workers else None

    def worker_lost(self, worker: Worker) -> None:
        """Let a worker end, and make another one a little later."""
        worker.stop()

    def check_alive(self) -> None:
        """Write a sign of life of each worker; one that has ended is replaced soon."""
        for db_name, crew in list(self._crews.items()):
            with self._losing(db_name):
                crew.beat()

    def available_db_names(self) -> set[str]:
        """Return the databases that have the addon, as far as this process knows."""
        return self._databases.find(set(self._crews))

    # === WHAT THE THREAD DOES === #

    def _keep_crews(self) -> None:
        if self._closing.is_set():
            return
        names = self.available_db_names()
        for db_name in self._crews.keys() - names:
            self._dismiss(db_name)
        for db_name in names:
            with self._losing(db_name):
                self._channel_file.apply(db_name)
                if db_name not in self._crews:
                    self._crews[db_name] = self.crew_class(db_name, self)
                self._crews[db_name].fill()
                self._errors.pop(db_name, None)
                if self._closing.is_set():  # since we began
                    self._crews[db_name].stop()

    def _dismiss(self, db_name: str) -> None:
        """End a crew; its workers finish what they do, if they can."""
        if crew := self._crews.pop(db_name, None):
            crew.stop()
            crew.line.close()

    @contextmanager
    def _losing(self, db_name: str) -> Iterator[None]:
        """Give a crew up when its line cannot reach the database any more."""
        try:
            yield
        except psycopg2.Error as error:
            self._dismiss(db_name)
            if not self._databases.forget_if_gone(db_name):
                self._warn(db_name, str(error).strip())

    def _warn(self, db_name: str, error: str) -> None:
        """Say why a database is out of reach, once for as long as that is the reason.

        It may be for long: where the code is newer than the database, for instance.
        """
        if self._errors.get(db_name) != error:
            self._errors[db_name] = error
            _logger.warning("%s is out of reach: %s", db_name, error)

    def _hear(self, timeout_s: float) -> None:
        """Wait for notifications, and pass them on."""
        by_file = {}
        for db_name, crew in list(self._crews.items()):
            with self._losing(db_name):  # it may be closed already
                by_file[crew.line.fileno()] = crew
        known = {file for file, crew in by_file.items() if crew.line.has_some}
        try:
            ready, _write, _error = select.select(
                [self._bell_out, *by_file], [], [], 0 if known else timeout_s
            )
        except OSError:  # one was closed since
            return
        heard = by_file.keys() & known.union(ready)
        for file in heard:
            with self._losing(by_file[file].db_name):
                by_file[file].hear()
        if heard:
            self._closing.wait(HUSH_S)

    def _pause_s(self) -> float:
        in_rush = any(crew.rush.is_on for crew in self._crews.values())
        return LOOK_S if in_rush else TICK_S

    def _look_in_rush(self) -> None:
        for db_name, crew in list(self._crews.items()):
            with self._losing(db_name):
                crew.look_in_rush()

    def _look(self) -> None:
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + TICK_S
        for db_name, crew in list(self._crews.items()):
            with self._losing(db_name):
                if not crew.look():
                    _logger.info("the addon was removed from %s", db_name)
                    self._dismiss(db_name)

    def _oversee(self) -> None:
        """See to it that jobs end which must."""
        for db_name, crew in list(self._crews.items()):
            with self._losing(db_name):
                if crew.oversee():
                    self._end_process()

    def _end_process(self) -> None:
        """End a process that is there for jobs, and has a thread that hangs.

        Its master makes another one. Elsewhere the thread is left alone.
        """

        def end() -> None:
            self.stop()  # what other workers run here may end well
            os._exit(1)

        if self.process_type == OWN_PROCESS:
            threading.Thread(target=end, name="connector.end", daemon=True).start()

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:
            return
        self._beat_at = now + self.settings.heartbeat_s
        self.check_alive()

    def _recover(self) -> None:
        now = time.monotonic()
        if now < self._recover_at:
            return
        self._recover_at = now + self.settings.recover_s
        for db_name, crew in list(self._crews.items()):
            with self._losing(db_name):
                crew.recover()
