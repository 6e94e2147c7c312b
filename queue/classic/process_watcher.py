# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access to the watcher of this process, for code that used to start one."""

import logging
import threading

from ..engine.watcher import THREAD

_logger = logging.getLogger(__name__)


class ProcessWatcher:
    """Proxy of the watcher of this process, if it has one.

    The server starts its watcher by itself, see ``queue.server.hooks``; importing this
    starts nothing. Other attributes are those of the WorkerWatcher that runs.
    """

    def find(self) -> threading.Thread | None:
        """Return the watcher of this process, None where no jobs run."""
        threads = (one for one in threading.enumerate() if one.name == THREAD)
        return next(threads, None)

    def worker_for_db(self, db_name: str):
        """Return the worker of a database in this process, None when it has none."""
        found = self.find()
        return found.worker_for_db(db_name) if found else None

    def available_db_names(self) -> set[str]:
        """Return the databases whose jobs may run in this process."""
        found = self.find()
        return found.available_db_names() if found else set()

    def __getattr__(self, name: str):
        found = self.find()
        if found is None:
            raise AttributeError(
                f"Cannot read {name!r}: no watcher runs in this process. Jobs run in "
                "others, or in none yet; see Connectors > Queue > Workers."
            )
        return getattr(found, name)


watcher = ProcessWatcher()


def start_service() -> None:
    """Log that the call has no effect: the server starts its watcher by itself."""
    _logger.warning(
        "start_service() does nothing: the server starts its workers by itself. "
        "Drop the call."
    )
