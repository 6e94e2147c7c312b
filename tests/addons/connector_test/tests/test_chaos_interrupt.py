# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of a real server in which a job hangs."""

from odoo.tests import tagged

from ..models.job import TRACE, leave_trace, sleep_for_ever
from .chaos_case import PREFORK, THREADED, ChaosCase


@tagged("chaos")
class TestHang(ChaosCase):
    def delay(self):
        """Delay a job that hangs and others behind it, and commit."""
        session = self.open_session()
        sleep_for_ever.delay(session, TRACE)
        leave_trace.delay_many(session, TRACE, [()] * 3)
        session.commit()

    def states(self):
        """Return the state of each job, and what its starts were."""
        return self.query("SELECT state, attempt, deaths FROM connector_queue_job")

    def hang(self, mode):
        """Return the process of the first worker, and those left when all is done."""
        server = self.start_server(*mode)
        ((_worker_id, pid),) = self.wait_for(self.living, "no worker came")
        self.delay()
        self.wait_for(self.is_settled, "jobs are left")
        living = self.wait_for(self.living, "no worker is left")
        self.kill_server(server)
        return pid, [pid for _worker_id, pid in living]

    def test_job_process_in_which_a_job_hangs_is_replaced(self):
        pid, pids = self.hang(PREFORK)

        self.assertNotIn(pid, pids)
        self.assertSound()
        rows = [("done", 1, 0)] * 3 + [("failed", 1, 0)]
        self.assertEqual(sorted(self.states()), rows)

    def test_threaded_server_in_which_a_job_hangs_gets_another_worker(self):
        pid, pids = self.hang(THREADED)

        self.assertEqual(pids, [pid])
        self.assertSound()
