# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How does everybody know that a worker is alive, and that another one died?"""

import logging
import os
import socket
import threading
import uuid

from . import store
from .connection import connect

_logger = logging.getLogger(__name__)

SILENCE_S = 60  # a worker whose heartbeat is older is dead
MAX_DEATHS = 5  # of a job whose max_retries is 0


class Presence:
    """The row, the lock and the ear of a worker in a database.

    The row says who it is and what it runs. The lock is its session's: PostgreSQL
    gives it back the moment the process is gone. The ear hears NOTIFY. The watcher's
    thread and the worker's take turns: an answer that one of them waits for must not
    be read by the other, which only listens.

    Args:
        db_name: the database.
        process_type: what kind of process the worker is in, shown on screens.
    """

    def __init__(self, db_name: str, process_type: str):
        self.db_name = db_name
        self._turn = threading.Lock()
        self.connection = connect(db_name)
        self._cr = self.connection.cursor()
        self.worker_id: int = store.insert_worker(
            self._cr,
            uuid=str(uuid.uuid4()),
            host=socket.gethostname(),
            pid=os.getpid(),
            process_type=process_type,
        )
        store.listen(self._cr)

    def fileno(self) -> int:
        """Let ``select`` wait for notifications."""
        return self.connection.fileno()

    def has_heard(self) -> bool:
        """Tell whether somebody notified since the last call."""
        with self._turn:
            self.connection.poll()
            heard = bool(self.connection.notifies)
            self.connection.notifies.clear()
        return heard

    def beat(self, job=None, job_backend_pid: int | None = None) -> bool:
        """Say what the worker runs; False when it has been declared dead."""
        with self._turn:
            return store.beat(self._cr, self.worker_id, job, job_backend_pid)

    def recover(self) -> bool:
        """Free the jobs of workers that died; tell whether there were any."""
        with self._turn:
            dead = store.delete_dead_workers(self._cr, SILENCE_S)
            for worker_id, pids, date_alive in dead:
                _logger.warning("worker %s is dead, its jobs are freed", worker_id)
                store.terminate_backends(self._cr, pids, date_alive)
            recovered = store.recover_jobs(self._cr, MAX_DEATHS)
        for job_id, state in recovered:
            _logger.warning("job %s of a dead worker is %s", job_id, state)
        return bool(recovered)

    def leave(self) -> None:
        """Take the row away and give the lock back."""
        with self._turn:
            store.delete_worker(self._cr, self.worker_id)
            self.connection.close()
