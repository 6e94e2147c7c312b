# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Start and end of the processes and threads that run jobs, by kind of server.

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
from functools import partial

import odoo
from odoo.service import server
from odoo.tools import config

from ..engine import forked
from ..engine.watcher import WorkerWatcher
from ..settings import Settings
from .guard import TRACE, Silence, describe
from .misconfigured import find_settings, make_watcher
from .watchdog import Guard, Pulse, Trace

_logger = logging.getLogger(__name__)

RESPAWN_S = (0.1, 30.0)  # first and longest pause between deaths in a row
OUTLIVED = "ODOO_CONNECTOR_OUTLIVED"  # passes the old master's processes to the new
STABLE_S = 2.0  # a process that lived that long started well

_watcher: WorkerWatcher | None = None


def install() -> None:
    """Hook into the server; a second call changes nothing."""
    forked.install()
    _after(server.ThreadedServer, "cron_spawn", _start_in_process)
    _after(server.PreforkServer, "process_spawn", _spawn_workers)
    _after(server.PreforkServer, "worker_pop", _forget_worker)
    _after(server.PreforkServer, "process_timeout", _end_silent)
    _instead(server.PreforkServer, "process_zombie", _reap)
    _instead(server.PreforkServer, "fork_and_reload", _reload)
    running = server.server
    if isinstance(running, server.ThreadedServer) and _has_cron_threads():
        # the server was already up when the addon was loaded
        _start_in_process(running)


def _after(cls: type, name: str, hook: Callable) -> None:
    def original_and_hook(original, self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        hook(self, *args, **kwargs)
        return result

    _instead(cls, name, original_and_hook)


def _instead(cls: type, name: str, hook: Callable) -> None:
    original = getattr(cls, name)
    if getattr(original, "_connector", False):
        return

    def method(self, *args, **kwargs):
        return hook(original, self, *args, **kwargs)

    method._connector = True
    setattr(cls, name, method)


# === THREADED === #


def _start_in_process(_server) -> None:
    global _watcher  # noqa: PLW0603 one watcher in a process
    if _watcher or odoo.evented or not config["max_cron_threads"]:
        return
    settings, refusal = find_settings()
    _watcher = make_watcher("threaded", settings, refusal)
    server.CommonServer.on_stop(_watcher.stop)
    if settings.watchdog_s and os.name == "posix":
        _start_guard(settings.watchdog_s)
    _watcher.start()


def _start_guard(limit_s: float) -> None:
    """Start the guard of this process; if that fails, jobs run without it."""
    try:
        guard = Guard(limit_s, config["logfile"])
    except OSError as error:
        _logger.warning("Nobody ends this process when a job hangs it: %s", error)
    else:
        server.CommonServer.on_stop(guard.stop)  # after the watcher, which may wait


def _has_cron_threads() -> bool:
    return any(
        getattr(thread, "type", None) == "cron" for thread in threading.enumerate()
    )


# === PREFORK === #


class WorkerJobs(server.Worker):
    """Job process: a process of the prefork server that only runs jobs."""

    def __init__(self, multi):
        super().__init__(multi)
        self.watchdog_timeout = None  # our own check is _end_silent
        self.silence = Silence(multi.connector_respawn.settings.watchdog_s)
        self.alive_at = self.watchdog_time
        self.trace = Trace()
        self.is_condemned = False
        self.request_max = float("inf")
        self.respawn = multi.connector_respawn
        self.pause_s = self.respawn.pause_s
        self.is_first = not self.respawn.has_begun
        self.watcher: WorkerWatcher | None = None

    def start(self) -> None:
        """Start as a cron worker does, with a stop that waits for the job."""
        os.nice(10)  # people go before jobs
        super().start()
        signal.signal(signal.SIGTERM, self._on_term)
        if self.multi.socket:
            self.multi.socket.close()
        os.register_at_fork(after_in_child=_forget_signals)
        self.trace.register()
        Pulse(partial(self.multi.pipe_ping, self.watchdog_pipe)).start()
        # here, not in the master, which sleeps 4 s after each check
        self._wait(self.pause_s)

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
        """Wait a beat, or for a signal, once the watcher is there."""
        self._wait(self.multi.beat if self.watcher else 0)
        server.empty_pipe(self.wakeup_fd_r)

    def _wait(self, seconds: float) -> None:
        """Wait for a time, or until a signal comes."""
        select.select([self.wakeup_fd_r], [], [], seconds)

    def process_work(self) -> None:
        """Keep the watcher running; it is created here, below the signal mask."""
        if self.watcher is None:
            self.watcher = make_watcher(
                "prefork", self.respawn.settings, self.respawn.refusal, self.is_first
            )
            self.watcher.start()

    def is_silent(self) -> bool:
        """Return whether it was silent for too long; called by the master."""
        alive_at, self.alive_at = self.alive_at, self.watchdog_time
        return self.silence.is_too_long(is_alive=self.alive_at != alive_at)

    def close(self) -> None:
        """Close the master's resources for it."""
        self.trace.close()
        super().close()

    def stop(self) -> None:
        """Wait for the running job; then end, without cleanup left to Python."""
        if self.watcher:
            self.watcher.stop()
        super().stop()
        logging.shutdown()
        os._exit(0)


def _forget_signals() -> None:
    """Restore default signals in a process that a job forked."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class Respawn:
    """Number of job processes, and the delay before a new process works.

    Args:
        settings: of the server, read once.
        refusal: what is wrong with them; then one process is there to report it.
    """

    def __init__(self, settings: Settings, refusal: str = ""):
        self.workers: dict[int, server.Worker] = {}
        self.settings = settings
        self.refusal = refusal
        self.count = settings.workers
        self.pause_s = 0.0  # that the next process waits before its work
        self.has_begun = False
        self._works_at: dict[int, float] = {}
        self.unreaped = _find_outlived()
        """Processes whose end neither we nor Odoo have reaped yet."""

    def is_missing(self) -> bool:
        """Return whether there are too few job processes."""
        return len(self.workers) < self.count

    def note_birth(self, pid: int) -> None:
        """Record when a process starts to work."""
        self.has_begun = True
        self.unreaped.add(pid)
        self._works_at[pid] = time.monotonic() + self.pause_s

    def note_death(self, pid: int) -> None:
        """Lengthen the pause when processes die soon after their start."""
        self.workers.pop(pid, None)
        if not _is_there(pid):  # else it was only sent a signal
            self.unreaped.discard(pid)
        works_at = self._works_at.pop(pid, None)
        if works_at is None:
            return
        first_s, longest_s = RESPAWN_S
        if time.monotonic() - works_at >= STABLE_S:
            self.pause_s = 0.0
        else:
            self.pause_s = min(longest_s, self.pause_s * 2 or first_s)


def _find_outlived() -> set[int]:
    """Return the processes of the previous master, before a reload.

    They are our children, too, and may end with any status.
    """
    return {int(pid) for pid in os.environ.pop(OUTLIVED, "").split()}


def _is_there(pid: int) -> bool:
    """Return whether a process exists, even if it only waits to be reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def knows_addon(multi) -> bool:
    """Return whether the master of a prefork server has loaded the addon."""
    return "connector_respawn" in vars(multi)


def find_unaware_master() -> int | None:
    """Return the process id of a prefork master that has not loaded the addon.

    Until then it keeps no job processes and the cron runs the jobs. None elsewhere.
    """
    running = server.server
    if not isinstance(running, server.PreforkServer):
        return None
    # this process was forked from the master, with its state
    return None if knows_addon(running) else running.pid


def _spawn_workers(multi) -> None:
    respawn = multi.__dict__.get("connector_respawn")
    if respawn is None:
        respawn = multi.connector_respawn = Respawn(*find_settings())
    while respawn.is_missing():
        worker = multi.worker_spawn(WorkerJobs, respawn.workers)
        respawn.note_birth(worker.pid)


def _forget_worker(multi, pid: int) -> None:
    respawn = multi.__dict__.get("connector_respawn")
    if respawn:
        respawn.note_death(pid)


def _end_silent(multi) -> None:
    """End the job processes that gave no sign of life for too long.

    Each is first requested to write its stacks, and ended at the next check.
    """
    respawn = multi.__dict__.get("connector_respawn")
    for pid, worker in list(respawn.workers.items()) if respawn else ():
        if not worker.is_silent():
            worker.is_condemned = False
        elif worker.is_condemned:
            limit_s = worker.silence.limit_s
            _logger.critical("%s", describe(pid, limit_s, worker.trace.read()))
            multi.worker_kill(pid, signal.SIGKILL)
        else:
            worker.is_condemned = True
            multi.worker_kill(pid, TRACE)


def _reap(original: Callable, multi) -> None:
    """Reap ended processes; a job process may end with any status.

    Odoo treats one status of any child as critical, and ends the whole server. So ours
    are reaped first.
    """
    respawn = multi.__dict__.get("connector_respawn")
    while True:
        if respawn:
            _reap_ours(multi, respawn)
        try:
            return original(multi)
        except Exception:
            # a process of ours may have ended in between, with that status
            if not respawn or not _reap_ours(multi, respawn):
                raise


def _reap_ours(multi, respawn: Respawn) -> int:
    """Reap our ended processes; return how many Odoo had reaped."""
    reaped_count = 0
    for pid in list(respawn.unreaped):
        try:
            ended_pid, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            reaped_count += 1
        else:
            if not ended_pid:
                continue
            _log_end(pid, os.waitstatus_to_exitcode(status))
        respawn.unreaped.discard(pid)
        multi.worker_pop(pid)
    return reaped_count


def _log_end(pid: int, code: int) -> None:
    """Log the unexpected end of a process."""
    if code > 0:
        _logger.warning("job process %s ended with status %s", pid, code)
    elif code < 0:
        _logger.warning("job process %s was ended by signal %s", pid, -code)


def _reload(original: Callable, multi) -> None:
    """Restart after SIGHUP.

    Odoo's way hands the socket of the web server over to the new master. Without a web
    server there is none, and that way ends in an error: here the jobs that run come
    to their end first.
    """
    if multi.socket:
        if respawn := multi.__dict__.get("connector_respawn"):
            os.environ[OUTLIVED] = " ".join(map(str, respawn.unreaped))
        original(multi)
    else:
        multi.stop_workers_gracefully()
        server._reexec()
