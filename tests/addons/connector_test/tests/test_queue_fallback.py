# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the cron that runs jobs when no worker is alive."""

import threading
import time

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.registration import WorkerRegistration
from odoo.addons.connector.queue.server import cron_fallback as fallback

from ..models.job import TRACE, leave_trace_slowly
from .queue_case import JOB
from .worker_case import DEADLINE_S, WorkerCase

CRON = "connector.queue_cron_run"


class TestFallback(WorkerCase):
    def delay_slow(self, count, seconds=0):
        """Delay jobs that take so long, and commit."""
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

    def test_cron_runs_the_jobs_when_no_worker_is_alive(self):
        self.delay_slow(5)

        triggers = self.run_cron()

        self.assertEqual(set(self.states()), {"done"})
        self.assertFalse(triggers)
        self.assertEqual(self.query("SELECT id FROM connector_queue_worker"), [])

    def test_cron_leaves_the_jobs_to_a_living_worker(self):
        self.delay_slow(5)
        worker = WorkerRegistration(get_db_name(), "test")
        self.addCleanup(worker.control.close)

        self.run_cron()

        self.assertEqual(set(self.states()), {"pending"})

    def test_action_that_somebody_runs_by_hand_runs_no_jobs(self):
        self.delay_slow(1)

        self.run_cron("http")

        self.assertEqual(set(self.states()), {"pending"})

    def test_cron_that_has_no_time_left_goes_on_at_once(self):
        """Without a trigger the rest would wait for a minute."""
        self.patch(fallback, "BUDGET_S", 0.2)
        self.delay_slow(30, seconds=0.05)
        start = time.monotonic()

        triggers = self.run_cron()

        self.assertLess(time.monotonic() - start, 30 * 0.05)
        self.assertEqual(set(self.states()), {"done", "pending"})
        self.assertTrue(triggers)

    def test_job_that_comes_when_the_worker_has_just_found_none_runs_at_once(self):
        """Nobody hears notifications here; it waited until the cron's time was over."""
        self.patch(fallback, "BUDGET_S", 3.0)
        has_looked, has_ready_job = self.watch_looks(), store.has_ready_job

        def has_ready_job_just_now(cr, ids):
            if has_looked.wait(DEADLINE_S) and not self.states():
                self.delay_slow(1)
            return has_ready_job(cr, ids)

        self.patch(store, "has_ready_job", has_ready_job_just_now)

        self.run_cron()

        self.assertEqual(set(self.states()), {"done"})

    def test_cron_frees_the_jobs_of_dead_workers_first(self):
        self.delay_slow(1)
        self.query(
            "UPDATE connector_queue_job"
            " SET state = 'enqueued', worker_id = 0, claim_number = 1"
        )

        self.run_cron()

        self.assertEqual(set(self.states()), {"done"})
