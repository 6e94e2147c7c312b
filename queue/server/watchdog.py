# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Watchdog of a process that runs jobs: it gives signs of life, or is ended.

A job may hold the interpreter, in code of C that does not return. Then no other thread
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
    """File in which a process writes where its threads are, though they cannot run."""

    def __init__(self):
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 open as long as we are

    def fileno(self) -> int:
        """Return the descriptor of the file."""
        return self._file.fileno()

    def register(self) -> None:
        """Write it in this process whenever the signal comes; then do as before."""
        faulthandler.register(TRACE, self._file, all_threads=True, chain=True)

    def read(self) -> str:
        """Return what was written last."""
        return read_trace(self.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Pulse(threading.Thread):
    """Thread that gives signs of life; it needs nothing but its turn to run.

    Args:
        ping: gives one. An OSError says that nobody hears it any more.
    """

    def __init__(self, ping: Callable[[], object]):
        super().__init__(name="connector.pulse", daemon=True)
        self._ping = ping

    def run(self) -> None:
        """Give signs of life as long as somebody hears them."""
        # signals are for the main thread, which one that comes here does not wake
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        with suppress(OSError):
            while True:
                self._ping()
                time.sleep(PING_S)


class Guard:
    """Small process that ends this one when it is silent for too long.

    Args:
        limit_s: that is too long.
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
        """End it: nobody is to be ended for being silent any more."""
        self._process.kill()
        self._process.wait()
