# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pool of the workers of one database in this process."""

import logging
import threading
import time
from collections.abc import Callable

import psycopg2

from odoo.modules.registry import Registry

from .. import store
from ..channels.served import ServedChannels
from .admission import Admission
from .burst import Burst
from .connection import OdooCursor
from .process import PoolOwner
from .registration import ControlConnection
from .worker import Worker

_logger = logging.getLogger(__name__)


class WorkerPool:
    """Pool of the workers of one database, with one control connection.

    Its size is the setting ``threads``. A notification wakes one free worker, and each
    worker that finds work wakes the next: no worker queries in vain.

    Args:
        db_name: the database.
        watcher: the watcher that keeps this pool.
    """

    def __init__(self, db_name: str, watcher: PoolOwner):
        self.db_name = db_name
        self.watcher = watcher
        self.control = ControlConnection(
            db_name, watcher.settings.pooled, is_shared=True
        )
        self.workers: list[Worker] = []
        self.is_held = False
        """Whether no job may start, because addons are about to change."""
        self.served = ServedChannels(watcher.settings.only_channels)
        self.burst = Burst(self.control)
        self.admission = Admission(
            db_name, self.control.run, watcher.settings.copy_wait_s
        )
        self._registry_turn = threading.Lock()
        self.check()

    # === FOR THE WATCHER === #

    def fill(self) -> None:
        """Replace the workers that ended; there are none where no job may run."""
        if not self.admission.is_open:
            return
        self.workers = [worker for worker in self.workers if worker.is_alive()]
        for _missing in range(self.watcher.settings.threads - len(self.workers)):
            worker = self.watcher.worker_class(self.db_name, self.watcher, self)
            worker.start()
            self.workers.append(worker)
            _logger.info(
                "worker %s runs the jobs of %s",
                worker.registration.worker_id,
                self.db_name,
            )

    def handle_notifications(self) -> None:
        """Handle received notifications."""
        if payloads := self.control.read_notifications():
            if not self.admission.is_open:
                self.check()  # a person may have accepted the database
            self.wake_one()
            for worker in self.workers:
                worker.supervisor.is_notified = True  # its job may have to stop
            self.burst.note(payloads)

    def poll_in_burst(self) -> None:
        """Poll for jobs during a burst; at its end wake a worker once more."""
        if not self.burst.is_on:
            return
        is_over = not self.burst.go_on()
        if is_over or self.control.run(store.has_ready_job, self.served.ids):
            self.wake_one()

    def check(self) -> bool:
        """Check for changed addons and channels; False when our addon was removed."""
        was_open = self.admission.is_open
        addon = self.admission.check().addon
        if not (addon.is_installed and addon.is_our_version):
            return False
        if self.admission.is_open and not was_open:
            self.recover()  # before the first claim
        elif was_open and not self.admission.is_open:
            self.stop()
        was_held, self.is_held = self.is_held, addon.is_changing
        if self.is_held and not was_held:
            _logger.info("jobs of %s wait while its addons change", self.db_name)
        if was_held and not self.is_held:  # Odoo's signal may come later
            for worker in self.workers:
                worker.watch.is_suspect = True
        has_new = self.served.refresh(self.control.run, self.db_name)
        if has_new or was_held and not self.is_held:
            self.wake_one()
        return True

    def beat(self) -> None:
        """Give a sign of life of each worker."""
        if error := self._for_each(lambda worker: worker.beat()):
            raise error

    def report(self) -> None:
        """Report the jobs that run, except short ones."""
        if error := self._for_each(lambda worker: worker.report()):
            raise error

    def supervise(self) -> bool:
        """Enforce timeouts and stop requests; True when a job hangs with its thread."""
        error = self._for_each(lambda worker: worker.supervisor.check())
        count = len(self.workers)
        self.workers = [one for one in self.workers if not one.supervisor.has_given_up]
        if error and len(self.workers) == count:
            raise error
        return len(self.workers) < count

    def _for_each(self, act: Callable[[Worker], object]) -> psycopg2.Error | None:
        """Call a function for each worker; return the last lock or timeout error."""
        held_up = None
        for worker in self.workers:
            try:
                act(worker)
            except psycopg2.OperationalError as error:
                if self.control.is_closed:
                    raise
                held_up = error
        return held_up

    def recover(self) -> None:
        """Free the jobs of dead workers, if jobs may run here."""
        if self.admission.is_open and self.control.recover():
            self.wake_one()

    def stop(self) -> None:
        """Let each worker finish its job and end."""
        for worker in self.workers:
            worker.stop()

    def join(self, deadline: float) -> None:
        """Wait until the workers have ended, or until the deadline."""
        for worker in self.workers:
            worker.join(max(0.0, deadline - time.monotonic()))

    # === FOR ITS WORKERS === #

    def wake_one(self) -> None:
        """Wake a free worker to claim jobs; a busy one claims anyway.

        It counts as free until it has found a job: a wake-up during its claim makes it
        claim again.
        """
        for worker in self.workers:
            if worker.is_free:
                worker.wake()
                return

    def registry(self, cr: OdooCursor) -> Registry:
        """Return the registry, reloaded if Odoo signalled so; one thread loads it."""
        with self._registry_turn:
            return Registry(self.db_name).check_signaling(cr)
