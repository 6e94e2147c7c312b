# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of the jobs when processes are killed or lose the database?"""

import os
import random
import signal
import time
from contextlib import suppress

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from ..models.job import TRACE, kill_own_process, leave_trace_slowly
from .chaos_case import PREFORK, THREADED, ChaosCase

KILLS = 4
JOBS = 60
JOB_S = 0.03
REPLACED_S = 2.0  # after the death of a process, the next one works


@tagged("chaos")
class TestKill(ChaosCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(19)  # the same moments in each run

    def delay(self, count=JOBS, seconds=JOB_S):
        """Delay jobs that each leave a trace, and commit."""
        session = self.open_session()
        args = [(f"trace {number}", seconds) for number in range(count)]
        leave_trace_slowly.delay_many(session, TRACE, args)
        session.commit()

    def wait_for_the_end(self):
        """Wait until every job has ended; then all must be sound."""
        self.wait_for(self.is_settled, "jobs are left")
        self.assertSound()

    def test_killed_job_process_is_replaced_and_no_effect_comes_twice(self):
        """Also when a poison job kills its process each time."""
        self.start_server(*PREFORK)
        self.delay(JOBS // 2)
        session = self.open_session()
        poison = kill_own_process.delay(session, TRACE, max_retries=3)
        session.commit()
        self.delay(JOBS // 2)

        for _kill in range(KILLS):
            ((_worker_id, pid),) = self.wait_for(self.living, "no worker came")
            self.pause(self.random.uniform(0, 0.5))
            self.kill_process(pid)

        self.wait_for_the_end()
        columns = "state, attempt, deaths, exc_info"
        row = ("failed", 3, 3, "The worker died while it ran the job.")
        self.assertEqual(self.row(poison, columns), row)

    def test_killed_job_process_is_replaced_at_once(self):
        self.start_server(*PREFORK)
        waits = []

        for _kill in range(3):
            ((worker_id, pid),) = self.wait_for(self.living, "no worker came")
            start = time.monotonic()
            self.kill_process(pid)
            self.wait_for(
                lambda: [one for one in self.living() if one[0] > worker_id],  # noqa: B023 called at once
                "no worker came",
            )
            waits.append(time.monotonic() - start)

        self.assertLess(sorted(waits)[1], REPLACED_S, waits)

    def test_killed_server_leaves_its_jobs_to_the_next_one(self):
        for mode in (PREFORK, THREADED):
            with self.subTest(mode=mode):
                server = self.start_server(*mode)
                self.delay()
                self.pause(self.random.uniform(0.2, 1))
                self.kill_server(server)

                server = self.start_server(*mode)
                self.wait_for_the_end()
                self.kill_server(server)

    def test_lost_connections_are_made_anew(self):
        self.start_server(*PREFORK)
        self.delay()

        for _loss in range(3):
            self.wait_for(self.living, "no worker came")
            self.pause(self.random.uniform(0, 0.5))
            self.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name <> %s"
                " AND pid <> pg_backend_pid()",
                f"odoo-{os.getpid()}",
            )

        self.wait_for_the_end()

    def test_stopped_server_finishes_its_job(self):
        for mode in (PREFORK, THREADED):
            with self.subTest(mode=mode):
                server = self.start_server(*mode)
                self.delay(count=1, seconds=1)
                self.wait_for(self.is_running, "the job does not run")

                server.send_signal(signal.SIGTERM)
                server.wait(30)

                self.assertTrue(self.is_settled())
                self.assertSound()
                self.assertEqual(self.living(), [])

    def is_running(self):
        """Tell whether a job has left its trace, and goes on."""
        return self.query(
            "SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'"
            " AND query LIKE 'INSERT INTO \"connector_test_trace\"%%'"
            " AND datname = %s",
            get_db_name(),
        )

    def kill_process(self, pid):
        """Kill a process of a server started here; it may be gone already."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
