# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Verdict on processes that give no sign of life, and a small process that executes it.

The master of a prefork server watches its own children. A threaded server has none:
this file is run as a program beside it, so it imports little and nothing of Odoo.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable

PING_S = 1.0  # between two signs of life
CHECK_S = 4.0  # counted at most between two checks; a longer pause was our own
TRACE_S = 2.0  # for a process to write its stacks
TRACE = signal.SIGQUIT  # requests the stacks; Odoo writes its own too, when it can
TRACE_BYTES = 100_000  # of the stacks, from their end
STDIN, STDERR = 0, 2


class Silence:
    """Time without a sign of life from a process, while we were awake ourselves.

    After a pause of the whole machine the next check must not find every process
    silent: between two checks no more than ``CHECK_S`` counts.

    Args:
        limit_s: longest silence allowed; 0 for any.
        clock: returns the time, in seconds.
    """

    def __init__(self, limit_s: float, clock: Callable[[], float] = time.monotonic):
        self.limit_s = limit_s
        self._clock = clock
        self._seconds = 0.0
        self._checked_at = clock()

    def is_too_long(self, is_alive: bool) -> bool:
        """Return whether the silence is too long by now.

        Args:
            is_alive: there was a sign of life since the last check.
        """
        now = self._clock()
        self._seconds += min(now - self._checked_at, CHECK_S)
        self._checked_at = now
        if is_alive:
            self._seconds = 0.0
        return 0 < self.limit_s <= self._seconds


def read_trace(file: int) -> str:
    """Return the end of the stacks that a process wrote of its threads."""
    start = max(0, os.fstat(file).st_size - TRACE_BYTES)
    return os.pread(file, TRACE_BYTES, start).decode(errors="replace")


def describe(pid: int, limit_s: float, trace: str) -> str:
    """Return why a process is ended, for the log."""
    return (
        f"Process {pid}, which runs jobs, gave no sign of life for {limit_s:g} s and "
        "is ended; the job that it runs is charged with it. Its threads were here:\n"
        f"{trace}"
    )


def watch(pid: int, limit_s: float, file: int, log_path: str) -> None:
    """Watch our parent until it closes the pipe; kill it when it is silent.

    Args:
        pid: the parent.
        limit_s: silence that is too long.
        file: descriptor of the file to which it writes its stacks.
        log_path: the file of its log; empty for the standard error stream.
    """
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, TRACE):
        signal.signal(sig, signal.SIG_IGN)  # meant for the parent, which may wait
    silence = Silence(limit_s)
    while os.getppid() == pid:
        is_alive = _wait_for_sign(PING_S * 2)
        if is_alive is None:
            return
        if silence.is_too_long(is_alive):
            os.kill(pid, TRACE)
            if _wait_for_sign(TRACE_S) is False and os.getppid() == pid:
                _log(pid, describe(pid, limit_s, read_trace(file)), log_path)
                os.kill(pid, signal.SIGKILL)


def _wait_for_sign(seconds: float) -> bool | None:
    """Return whether a sign of life comes in time; None when none can come."""
    if not select.select([STDIN], [], [], seconds)[0]:
        return False
    return True if os.read(STDIN, TRACE_BYTES) else None


def _log(pid: int, text: str, path: str) -> None:
    when = time.strftime("%Y-%m-%d %H:%M:%S")
    with open(path or STDERR, "a", closefd=bool(path)) as log:
        log.write(f"{when},000 {pid} CRITICAL ? {__file__}: {text}\n")


if __name__ == "__main__":
    watch(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
