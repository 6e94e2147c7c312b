# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who runs jobs where no worker is alive?"""

import threading
import time

from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import fallback, store
from odoo.addons.connector.queue.presence import Presence
from odoo.addons.connector.queue.worker import Worker

from ..models.job import TRACE, leave_trace_slowly
from .queue_case import JOB, QueueRaceCase

CRON = "connector.queue_cron_run"


class TestFallback(QueueRaceCase):
    def setUp(self):
        super().setUp()
        # the thread of the tests holds it, and the worker opens environments
        self.patch(Registry, "_lock", DummyRLock())

    def delay(self, count, seconds=0):
        """Delay jobs and commit."""
        session = self.open_session()
        args = [("trace", seconds)] * count
        leave_trace_slowly.delay_many(session, TRACE, args)
        session.commit()

    def run_cron(self, thread_type="cron"):
        """Run the scheduled action in a thread of that type; return its triggers."""
        self.query("DELETE FROM ir_cron_trigger")  # what has called it
        env = self.open_env()
        errors = []

        def run():
            try:
                env[JOB]._cron_run()
            except Exception as error:  # noqa: BLE001 told by the assertion below
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.type = thread_type
        thread.start()
        thread.join()
        self.assertEqual(errors, [], "a cron that raises is switched off some day")
        return env["ir.cron.trigger"].search([("cron_id", "=", env.ref(CRON).id)])

    def states(self):
        """Return the states of the jobs, as they are committed now."""
        return {s for (s,) in self.query("SELECT state FROM connector_queue_job")}

    def test_cron_runs_the_jobs_when_no_worker_is_alive(self):
        self.delay(5)

        triggers = self.run_cron()

        self.assertEqual(self.states(), {"done"})
        self.assertFalse(triggers)
        self.assertEqual(self.query("SELECT id FROM connector_queue_worker"), [])

    def test_cron_leaves_the_jobs_to_a_living_worker(self):
        self.delay(5)
        worker = Presence(get_db_name(), "test")
        self.addCleanup(worker.line.close)

        self.run_cron()

        self.assertEqual(self.states(), {"pending"})

    def test_action_that_somebody_runs_by_hand_runs_no_jobs(self):
        self.delay(1)

        self.run_cron("http")

        self.assertEqual(self.states(), {"pending"})

    def test_cron_that_has_no_time_left_goes_on_at_once(self):
        """Without a trigger the rest would wait for a minute."""
        self.patch(fallback, "BUDGET_S", 0.2)
        self.delay(30, seconds=0.05)
        start = time.monotonic()

        triggers = self.run_cron()

        self.assertLess(time.monotonic() - start, 30 * 0.05)
        self.assertEqual(self.states(), {"done", "pending"})
        self.assertTrue(triggers)

    def test_job_that_comes_when_the_worker_has_just_found_none_runs_at_once(self):
        """Nobody hears notifications here; it waited until the cron's time was over."""
        self.patch(fallback, "BUDGET_S", 3.0)
        is_idle = threading.Event()
        idle_s, has_ready_job = Worker._idle_s, store.has_ready_job

        def rest(worker):
            seconds = idle_s(worker)
            is_idle.set()
            return seconds

        def has_ready_job_just_now(cr, ids):
            if is_idle.wait(5) and not self.states():
                self.delay(1)
            return has_ready_job(cr, ids)

        self.patch(Worker, "_idle_s", rest)
        self.patch(store, "has_ready_job", has_ready_job_just_now)

        self.run_cron()

        self.assertEqual(self.states(), {"done"})

    def test_cron_frees_the_jobs_of_dead_workers_first(self):
        self.delay(1)
        self.query(
            "UPDATE connector_queue_job"
            " SET state = 'enqueued', worker_id = 0, claim_number = 1"
        )

        self.run_cron()

        self.assertEqual(self.states(), {"done"})
