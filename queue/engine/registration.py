# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Registration of workers, their signs of life, and recovery of the dead."""

import logging
import os
import socket
import threading
import uuid

from .. import store
from ..store.liveness import SILENCE_S
from .connection import bounded_cursor, connect, cut
from .dependencies import sweep

_logger = logging.getLogger(__name__)

CLOSE_S = 2.0  # how long closing waits for a statement of another thread
MAX_DEATHS = 5  # of a job whose max_retries is 0
FACTS = {  # other columns of the row, with their defaults
    "threads": 1,
    "only_channels": None,
    "refusal": None,
    "books_backend_pid": None,
    "job_backend_pid": None,
}


class ControlConnection:
    """Control connection of workers: locks, signs of life and notifications.

    It holds their locks, which PostgreSQL releases the moment the process is gone, and
    it receives NOTIFY. The watcher's thread and those of the workers take turns: a
    thread that only listens must not read the result for which another waits. Behind a
    transaction pooler it has neither locks nor NOTIFY, only signs of life.

    Args:
        db_name: the database.
        is_pooled: whether there is a pooler; None to detect it.
        is_shared: whether it stays open when one of its workers leaves.
    """

    def __init__(
        self, db_name: str, is_pooled: bool | None = None, is_shared: bool = False
    ):
        self.db_name = db_name
        self.is_shared = is_shared
        self.connection = connect(db_name, is_pooled)
        self._turn = threading.Lock()
        self._cr = bounded_cursor(self.connection)
        if not self.is_pooled:
            self.run(store.listen)

    @property
    def is_closed(self) -> bool:
        """Whether the connection is closed, or was lost."""
        return bool(self.connection.closed)

    @property
    def is_pooled(self) -> bool:
        """Whether a transaction pooler stands before the database."""
        return self.connection.is_pooled

    def fileno(self) -> int:
        """Let ``select`` wait for notifications."""
        return self.connection.fileno()

    def run(self, statement, *values, **named):
        """Run a statement of the store, one thread at a time; return its result."""
        with self._turn:
            return statement(self._cr, *values, **named)

    @property
    def has_notifications(self) -> bool:
        """Whether a notification came along with a result: select does not see it."""
        return bool(self.connection.notifies)

    def read_notifications(self) -> list[str]:
        """Return the payloads of the notifications since the last call."""
        with self._turn:
            if self.connection.closed:
                return []
            self.connection.poll()
            payloads = [
                notification.payload for notification in self.connection.notifies
            ]
            self.connection.notifies.clear()
        return payloads

    def recover(self) -> bool:
        """Free the jobs of dead workers, and unblock jobs whose dependencies ended.

        Returns:
            Whether there were any.
        """
        with self._turn:
            dead = store.delete_dead_workers(self._cr, SILENCE_S)
            for worker_id, pids, date_alive in dead:
                _logger.warning("worker %s is dead, its jobs are freed", worker_id)
                store.terminate_backends(self._cr, pids, date_alive)
            recovered = store.recover_jobs(self._cr, MAX_DEATHS)
            ready_count = sweep(self._cr)
            if ready_count:
                store.wake(self._cr)
        for job_id, state in recovered:
            _logger.warning("job %s of a dead worker is %s", job_id, state)
        return bool(recovered or ready_count)

    def close(self) -> None:
        """Close the connection and release its locks, without a long wait."""
        if not self._turn.acquire(timeout=CLOSE_S):
            cut(self.connection)  # a waiting thread gets an error
            self._turn.acquire()
        try:
            self.connection.close()
        finally:
            self._turn.release()


class WorkerRegistration:
    """The row and the lock of a worker in a database.

    The row describes the worker and its job; its control connection has the lock.

    Args:
        db_name: the database.
        process_type: what kind of process the worker is in, shown on screens.
        control: the control connection; without, it opens one of its own.
        facts: other columns of the row, see ``FACTS``.
    """

    def __init__(
        self,
        db_name: str,
        process_type: str,
        control: ControlConnection | None = None,
        **facts,
    ):
        self.control = control or ControlConnection(db_name)
        self.worker_id: int = self.control.run(
            store.insert_worker,
            uuid=str(uuid.uuid4()),
            host=socket.gethostname(),
            pid=os.getpid(),
            process_type=process_type,
            is_pooled=self.control.is_pooled,
            **{**FACTS, **facts},
        )

    def beat(
        self,
        job=None,
        job_backend_pid: int | None = None,
        unknown_channels: str | None = None,
    ) -> bool:
        """Give a sign of life with the running job; False when it was declared dead."""
        return self.control.run(
            store.beat, self.worker_id, job, job_backend_pid, unknown_channels
        )

    def leave(self) -> None:
        """Delete the row and release the lock."""
        self.control.run(store.delete_worker, self.worker_id)
        if not self.control.is_shared:
            self.control.close()
