# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""In which processes of the server do jobs run, and who starts and stops them?

* Threaded server: in its process, once it stays up.
* Prefork server: in processes of their own, which its master keeps beside its
  cron workers.
* Elsewhere (HTTP workers, shell, tests, ``--stop-after-init``): nowhere.
"""

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable

import odoo
from odoo.service import server
from odoo.tools import config

from .settings import Settings
from .worker import WorkerWatcher

_logger = logging.getLogger(__name__)

RESPAWN_S = (0.5, 30.0)  # first and longest pause between deaths in a row
STABLE_S = 2.0  # a process that lived that long did not die of its start

_watcher: WorkerWatcher | None = None


def install() -> None:
    """Hook into the server; a second call changes nothing."""
    _after(server.ThreadedServer, "cron_spawn", _start_in_process)
    _after(server.PreforkServer, "process_spawn", _spawn_workers)
    _after(server.PreforkServer, "worker_pop", _forget_worker)
    running = server.server
    if isinstance(running, server.ThreadedServer) and _has_cron_threads():
        # the server was up already when the addon came
        _start_in_process(running)


def _after(cls: type, name: str, hook: Callable) -> None:
    original = getattr(cls, name)
    if getattr(original, "_connector", False):
        return

    def method(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        hook(self, *args, **kwargs)
        return result

    method._connector = True
    setattr(cls, name, method)


# === THREADED === #


def _start_in_process(_server) -> None:
    global _watcher  # noqa: PLW0603 one watcher in a process
    if _watcher or odoo.evented or not config["max_cron_threads"]:
        return
    settings = _settings()
    if settings is None:
        return
    _watcher = WorkerWatcher("threaded", settings)
    server.CommonServer.on_stop(_watcher.stop)
    _watcher.start()


def _has_cron_threads() -> bool:
    return any(
        getattr(thread, "type", None) == "cron" for thread in threading.enumerate()
    )


def _settings() -> Settings | None:
    """Return the settings; say what is wrong with them and run no jobs."""
    try:
        return Settings.find()
    except ValueError as error:
        _logger.error("No job will run in this process: %s", error)
        return None


# === PREFORK === #


class WorkerJobs(server.Worker):
    """A process of the prefork server that runs jobs and nothing else."""

    def __init__(self, multi):
        super().__init__(multi)
        self.watchdog_timeout = None  # a job may take its time
        self.request_max = float("inf")
        self.watcher: WorkerWatcher | None = None

    def start(self) -> None:
        """Start as a cron worker does, with a stop that waits for the job."""
        os.nice(10)  # jobs stand back behind people
        super().start()
        signal.signal(signal.SIGTERM, self._on_term)
        if self.multi.socket:
            self.multi.socket.close()

    def _on_term(self, sig, frame) -> None:
        # a service manager may send TERM to every process, not to the master only
        if not self.alive:
            os._exit(1)
        self.signal_handler(sig, frame)

    def signal_handler(self, sig, frame) -> None:
        """Leave the loop at once; the base class may sleep a beat before it does."""
        super().signal_handler(sig, frame)
        os.write(self.wakeup_fd_w, b".")

    def sleep(self) -> None:
        """Wait a beat, or for a signal; not before the watcher is there."""
        beat_s = self.multi.beat if self.watcher else 0
        select.select([self.wakeup_fd_r], [], [], beat_s)
        server.empty_pipe(self.wakeup_fd_r)

    def process_work(self) -> None:
        """Keep the watcher going; it is made here, below the signal mask."""
        if self.watcher is None:
            self.watcher = WorkerWatcher("prefork", Settings.find())
            self.watcher.start()

    def stop(self) -> None:
        """Wait for the running job."""
        if self.watcher:
            self.watcher.stop()
        super().stop()


class Respawn:
    """How many job processes there should be, and when a next one may start."""

    def __init__(self, settings: Settings):
        self.workers: dict[int, server.Worker] = {}
        self.count = settings.workers
        self._born: dict[int, float] = {}
        self._pause_s = 0.0
        self._next_at = 0.0

    def may_spawn(self) -> bool:
        """Tell whether a process is missing and has not died just now."""
        return len(self.workers) < self.count and time.monotonic() >= self._next_at

    def note_birth(self, pid: int) -> None:
        """Remember when a process was started."""
        self._born[pid] = time.monotonic()

    def note_death(self, pid: int) -> None:
        """Make the pause longer when processes die soon after their start."""
        self.workers.pop(pid, None)
        born = self._born.pop(pid, None)
        if born is None:
            return
        now = time.monotonic()
        first_s, longest_s = RESPAWN_S
        if now - born >= STABLE_S:
            self._pause_s = 0.0
        else:
            self._pause_s = min(longest_s, self._pause_s * 2 or first_s)
        self._next_at = now + self._pause_s


def _spawn_workers(multi) -> None:
    respawn = multi.__dict__.get("connector_respawn")
    if respawn is None:
        settings = _settings() or Settings(workers=0)
        respawn = multi.connector_respawn = Respawn(settings)
    while respawn.may_spawn():
        worker = multi.worker_spawn(WorkerJobs, respawn.workers)
        respawn.note_birth(worker.pid)


def _forget_worker(multi, pid: int) -> None:
    respawn = multi.__dict__.get("connector_respawn")
    if respawn:
        respawn.note_death(pid)
