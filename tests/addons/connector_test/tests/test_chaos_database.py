# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of jobs when PostgreSQL ends sessions, or stops."""

import os

from odoo.tests import tagged

from .chaos_case import PREFORK, THREADED, ChaosCase
from .private_server import PrivateServerCase

LOSSES = 3
LOSS_S = 1.0  # between two losses, at the most
AGAIN_S = 10.0  # until a worker is there again after a crash, on a loaded machine
CRASHES = 2  # at least; one more for every 200 jobs

TERMINATE_ALL = """
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND application_name <> %s
   AND pid <> pg_backend_pid()
"""
DONE = "SELECT id, attempt, date_done FROM connector_queue_job WHERE state = 'done'"


@tagged("chaos")
class TestLostSessions(ChaosCase):
    def test_lost_sessions_are_made_anew(self):
        for mode in (PREFORK, THREADED):
            with self.subTest(mode=mode):
                server = self.start_server(*mode)
                self.delay(self.job_count // 2)
                for _loss in range(LOSSES):
                    self.wait_for(self.living, "no worker came")
                    self.pause_at_random(LOSS_S)
                    self.query(TERMINATE_ALL, f"odoo-{os.getpid()}")

                self.wait_for_the_end()
                self.kill_server(server)


@tagged("chaos")
class TestCrash(PrivateServerCase):
    """PostgreSQL loses its power."""

    def test_job_that_was_seen_done_is_done_after_a_crash(self):
        self.delay_bound()
        self.postgres.start()
        self.start_server(*PREFORK, *self.postgres.odoo_arguments())
        seen, waits = 0, []

        for _crash in range(max(CRASHES, self.job_count // 200)):
            self.wait_for(lambda: self.count_done() > seen, "no job is done")  # noqa: B023 called at once
            self.pause_at_random(LOSS_S / 2)
            done = self.query(DONE)
            self.postgres.crash()
            self.assertLessEqual(set(done), set(self.query(DONE)))
            seen = len(done)
            waits.append(self.measure(self.living, "no worker came"))

        self.assertFalse(self.is_settled(), "all jobs were done before the crash")
        self.wait_for_the_end()
        self.facts.append(
            f"{seen} jobs were done before the last crash;"
            f" at work again after {max(waits):.1f} s"
        )
        self.assertLess(max(waits), AGAIN_S)

    def count_done(self) -> int:
        """Return how many jobs are done."""
        return len(self.query(DONE))
