# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Interruption of a running job, and never of the next one.

The jobs of a worker share a thread and a session of PostgreSQL. What another thread
sends there (an exception, the cancelling of a statement) is on its way for a while, and
must not meet the next job. So it is sent under a lock, and only while the function of
the job that is meant runs; at the end of that function what has not come yet is taken
back, and the session of an interrupted job is thrown away.
"""

import ctypes
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg2

from ...redaction import KnownSecrets
from .claimed_job import ClaimedJob
from .forked import call_here

# Python's own way to raise an exception in another thread, between two steps of it.
_set_async_exc = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_ulong, ctypes.py_object)(
    ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
)
NONE = ctypes.py_object()  # takes back what was not raised yet


class JobInterrupted(BaseException):
    """Raised in a job that must end now.

    It is no Exception, so that ``except Exception`` in a job does not catch it. The
    job's ``finally`` blocks run.
    """


@dataclass(frozen=True)
class Reason:
    """Why a job is interrupted; it decides the outcome, whatever error comes up.

    Args:
        error: the error that is shown; it decides whether the job is retried.
        is_cancelled: the job was requested to stop.
    """

    error: Exception
    is_cancelled: bool = False


class RunningAttempt:
    """A running attempt in this thread, which other threads may interrupt.

    Args:
        job: the claimed job.
    """

    def __init__(self, job: ClaimedJob):
        self.job = job
        self.started = time.monotonic()
        self.secrets = KnownSecrets()
        """Secrets that the job has read; they are removed from its outcome."""
        self.reason: Reason | None = None
        """Why it was interrupted, once it was."""
        self.is_given_up = False
        """Whether another thread has stored its end."""
        self._lock = threading.Lock()
        self._thread_id = threading.get_ident()
        self._connection = None
        self._is_open = self._is_over = False

    # === IN THE THREAD OF THE JOB === #

    def perform(self, call: Callable[[], Any], connection) -> Any:
        """Return the result of a call, which may be interrupted only inside.

        Args:
            connection: on which the statements of the job run.

        Raises:
            JobInterrupted: it was interrupted, also when it caught that.
        """
        try:
            self._connection, self._is_open = connection, True
            try:
                # first of all: a child must not take the lock
                result = call_here(call)
            finally:
                self._close()
        except BaseException:
            self._close()  # again: the first may have been interrupted itself
            raise
        self.check()
        return result

    def check(self) -> None:
        """Raise JobInterrupted when the job was interrupted and goes on."""
        if self.reason:
            raise JobInterrupted

    def end(self) -> None:
        """Take back pending interruptions, so that none can reach the next job."""
        self._close()
        with self._lock:
            self._is_over = True
        if self.reason:
            if self._connection:
                self._connection.close()
            _free_log_handlers()

    def _close(self) -> None:
        with self._lock:
            self._is_open = False
            if self.reason:
                _set_async_exc(self._thread_id, NONE)

    # === IN OTHER THREADS === #

    def interrupt(self, reason: Reason) -> bool:
        """Interrupt the function of the job; False when it does not run (any more).

        A second call tries again: code that catches everything may have caught the
        first exception, and an object that is just being deleted loses it.
        """
        with self._lock:
            if not self._is_open:
                return False
            self.reason = self.reason or reason
            # first the exception: it is there when the statement comes back
            _set_async_exc(self._thread_id, JobInterrupted)
            with suppress(psycopg2.Error):  # the connection is gone
                self._connection.cancel()
        return True

    def give_up(self, reason: Reason) -> bool:
        """Take the job from its thread; False when it has ended."""
        with self._lock:
            if self._is_over:
                return False
            self.reason = self.reason or reason
            self.is_given_up = True
        return True

    def where(self) -> str:
        """Return where in the code the thread is now."""
        frame = sys._current_frames().get(self._thread_id)
        return "".join(traceback.format_stack(frame)) if frame else ""


def _free_log_handlers() -> None:
    """Release the locks of log handlers that this thread still holds.

    An exception that comes between the taking of a lock and the ``try`` after it makes
    the thread keep the lock, and nobody could log any more. Other locks are taken by
    ``with``, where no exception comes in between.
    """
    for handler in logging.root.handlers:
        with suppress(RuntimeError):  # it is not held: as it should be
            while handler.lock:
                handler.lock.release()
