# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Watchdog of a job process: without signs of life it is ended.

A job may hold the interpreter, in C code that does not return. Then no other thread
runs and no signal is handled: only another process can end this one. That is the
master of a prefork server, or a guard beside a threaded one; see ``guard``.
"""

import faulthandler
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from . import guard
from .guard import PING_S, TRACE, read_trace


class Trace:
    """File to which a process writes its threads' stacks, though none can run."""

    def __init__(self):
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 open as long as we are

    def fileno(self) -> int:
        """Return the descriptor of the file."""
        return self._file.fileno()

    def register(self) -> None:
        """Write the stacks on each signal; then call the previous handler."""
        faulthandler.register(TRACE, self._file, all_threads=True, chain=True)

    def read(self) -> str:
        """Return the last stacks."""
        return read_trace(self.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Pulse(threading.Thread):
    """Thread that gives signs of life, as long as the interpreter runs threads.

    Args:
        ping: gives a sign. An OSError means that its receiver is gone.
    """

    def __init__(self, ping: Callable[[], object]):
        super().__init__(name="connector.pulse", daemon=True)
        self._ping = ping

    def run(self) -> None:
        """Give signs of life as long as they are received."""
        # a signal delivered to this thread would not wake the main thread
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        with suppress(OSError):
            while True:
                self._ping()
                time.sleep(PING_S)


class Guard:
    """Small process that kills this process when it is silent for too long.

    Args:
        limit_s: silence that is too long.
        log_path: file of the log; empty for the standard error stream.
    """

    def __init__(self, limit_s: float, log_path: str = ""):
        self._trace = Trace()
        file = self._trace.fileno()
        self._trace.register()
        words = (guard.__file__, os.getpid(), limit_s, file, log_path)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", *map(str, words)],
            stdin=subprocess.PIPE,
            pass_fds=[file],
            cwd="/",
        )
        Pulse(partial(os.write, self._process.stdin.fileno(), b".")).start()

    def stop(self) -> None:
        """End the guard: silence is allowed from now on."""
        self._process.kill()
        self._process.wait()
