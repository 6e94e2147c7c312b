# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of workers in this process."""

import threading
import time

from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import get_db_name

from odoo.addons.connector.queue.engine import burst as burst
from odoo.addons.connector.queue.engine.burst import LONGER_S
from odoo.addons.connector.queue.engine.watcher import WorkerWatcher
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.settings import Settings

from ..models.job import TRACE, leave_trace
from .queue_case import QueueRaceCase

DEADLINE_S = 10
POLL_S = 0.02


def meet():
    """Stand for what a job waits for; tests patch it."""


@job
def leave_trace_after_meeting(session, _model_name):
    """Wait, then leave a trace."""
    meet()
    session.env[TRACE].create({"name": "met"})


class WorkerCase(QueueRaceCase):
    """A test of workers in threads of this process."""

    def setUp(self):
        super().setUp()
        # the thread of the tests holds it, and workers open environments
        self.patch(Registry, "_lock", DummyRLock())

    def delay(self, function=leave_trace, count=1):
        """Delay jobs and commit; return the uuids."""
        session = self.open_session()
        uuids = function.delay_many(session, TRACE, [()] * count)
        session.commit()
        return uuids

    def wait_for(self, is_true, what, deadline_s=DEADLINE_S):
        """Wait until something is true; fail when it does not become so."""
        deadline = time.monotonic() + deadline_s
        while not is_true():
            self.assertLess(time.monotonic(), deadline, what)
            self.pause(POLL_S)

    def watch_looks(self) -> threading.Event:
        """Return what is set as soon as a worker has looked for jobs in vain."""
        has_looked, idle_s = threading.Event(), Worker._idle_s

        def note_look(worker):
            seconds = idle_s(worker)
            has_looked.set()
            return seconds

        self.patch(Worker, "_idle_s", note_look)
        return has_looked

    def pause(self, seconds: float) -> None:
        """Let the workers work."""
        threading.Event().wait(seconds)

    def states(self) -> list[str]:
        """Return the states of the jobs, as they are committed now."""
        statement = "SELECT state FROM connector_queue_job ORDER BY id"
        return [state for (state,) in self.query(statement)]


class WatcherCase(WorkerCase):
    """A test of a watcher in this process, which knows the test's database only."""

    def setUp(self):
        super().setUp()
        self.patch(
            WorkerWatcher, "available_db_names", lambda _watcher: {get_db_name()}
        )
        self.let_bursts_last(0, 0)  # it looks when it is woken, and not by itself

    def let_bursts_last(self, seconds: float, longer_s: float = LONGER_S) -> None:
        """Let the next bursts last so many seconds, for those who hear of them."""
        self.patch(burst, "BURST_S", seconds)
        self.patch(burst, "LONGER_S", longer_s)

    def start_watcher(self, **settings) -> WorkerWatcher:
        """Start a watcher and wait until its worker is idle."""
        watcher = WorkerWatcher("test", Settings(**settings))
        self.addCleanup(watcher.join, DEADLINE_S)
        self.addCleanup(watcher.stop, DEADLINE_S)
        watcher.start()
        self.wait_for(lambda: self.worker_of(watcher), "no worker came")
        return watcher

    def worker_of(self, watcher):
        """Return the living worker of a watcher."""
        worker = watcher.worker_for_db(get_db_name())
        return worker if worker and worker.is_alive() else None
