# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Thread that keeps the workers of one database, independent of other databases.

It gives their signs of life, receives notifications, and frees the jobs of dead
workers. An unresponsive database, or a locked table, delays this thread only, and each
statement on its connection has a timeout.
"""

import logging
import select
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import psycopg2

from .burst import LOOK_S
from .pool import WorkerPool

if TYPE_CHECKING:
    from .watcher import WorkerWatcher

_logger = logging.getLogger(__name__)

TICK_S = 1.0  # at most between two turns
HUSH_S = 0.005  # pause after a notification, so that several count as one


class Keeper(threading.Thread):
    """Thread of the watcher for one database.

    Args:
        db_name: the database.
        watcher: the watcher of the process.
    """

    def __init__(self, db_name: str, watcher: "WorkerWatcher"):
        super().__init__(name=f"connector.keeper.{db_name}", daemon=True)
        self.db_name = db_name
        self.dbname = db_name  # Odoo's log reads it
        self.pool: WorkerPool | None = None
        self.loss = ""
        """Why it ended by itself, when its connection was lost."""
        self.has_begun = False
        """Whether there were workers."""
        self._watcher = watcher
        self._settings = watcher.settings
        self._is_dismissed = False
        self._look_at = self._beat_at = self._recover_at = 0.0
        self._blocked: dict[str, str] = {}  # the last error of each step

    # === LIFE === #

    def run(self) -> None:
        """Keep the workers until the process ends, or the connection is lost."""
        try:
            self.pool = self._watcher.pool_class(self.db_name, self._watcher)
            while not (self._is_dismissed or self._watcher.is_ending):
                self._turn()
        except psycopg2.Error as error:
            self.loss = str(error).strip()
        except Exception:  # noqa: BLE001 another keeper starts anew
            self._stumble()
        finally:
            if self._is_dismissed or not self._watcher.is_ending:
                self._dismiss()

    def dismiss(self) -> None:
        """End soon; the workers finish their jobs if they can."""
        self._is_dismissed = True

    def _dismiss(self) -> None:
        if self.pool:
            self.pool.stop()
            self.pool.line.close()
        self._watcher.wake()

    def _turn(self) -> None:
        try:
            self._try(self._fill)
            self._hear()
            for step in (
                self.pool.look_in_burst,
                self.pool.tell,
                self._supervise,
                self._look,
                self._beat,
                self._recover,
            ):
                self._try(step)
        except psycopg2.Error:
            raise
        except Exception:  # noqa: BLE001 without this thread no job would run
            self._stumble()

    def _stumble(self) -> None:
        _logger.exception("the watcher of %s stumbled, it goes on", self.db_name)
        time.sleep(TICK_S)

    def _try(self, step: Callable[[], object]) -> None:
        """Run a step; after a lock or timeout it runs again in the next turn."""
        name = step.__name__
        try:
            step()
            self._blocked.pop(name, None)
        except psycopg2.OperationalError as error:
            if self.pool.line.is_closed:
                raise
            text = str(error).strip()
            if self._blocked.get(name) != text:
                self._blocked[name] = text
                _logger.warning("%s is held up (%s): %s", self.db_name, name, text)

    # === STEPS === #

    def _fill(self) -> None:
        if self._watcher.is_closing:
            return
        if self.pool.admission.is_open:
            self._watcher.apply_channels(self.db_name)
        self.pool.fill()
        self.has_begun = True
        if self._watcher.is_closing:  # since we began
            self.pool.stop()

    def _hear(self) -> None:
        """Wait for notifications and handle them."""
        line = self.pool.line
        timeout_s = LOOK_S if self.pool.burst.is_on else TICK_S
        ready, _write, _error = select.select(
            [line, self._watcher.bell], [], [], 0 if line.has_some else timeout_s
        )
        if line.has_some or line in ready:
            self.pool.hear()
            self._watcher.wait_closing(HUSH_S)

    def _supervise(self) -> None:
        """Enforce timeouts and stop requests of the running jobs."""
        if self.pool.supervise():
            self._watcher.end_process()

    def _look(self) -> None:
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + TICK_S
        if not self.pool.look():
            _logger.info("the addon was removed from %s", self.db_name)
            self.dismiss()

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:
            return
        self._beat_at = now + self._settings.heartbeat_s
        self.pool.beat()

    def _recover(self) -> None:
        now = time.monotonic()
        if now < self._recover_at:
            return
        self._recover_at = now + self._settings.recover_s
        self.pool.recover()
