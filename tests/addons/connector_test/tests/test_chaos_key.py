# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of concurrency keys when processes are killed."""

import os
import signal
from contextlib import suppress

from odoo.tests import tagged

from ..models.job import TRACE, leave_trace_slowly
from .chaos_case import ChaosCase

JOBS = 60
JOB_S = 0.05
KILLS = 3

# Attempts that ended well and of which two with one key ran at the same time.
OVERLAPPING = """
SELECT one.id, other.id
  FROM connector_queue_attempt AS one
  JOIN connector_queue_job AS one_job ON one_job.id = one.job_id
  JOIN connector_queue_job AS other_job
    ON other_job.concurrency_key = one_job.concurrency_key
   AND other_job.id > one_job.id
  JOIN connector_queue_attempt AS other ON other.job_id = other_job.id
 WHERE one.state = 'done' AND other.state = 'done'
   AND (one.date_started, one.date_done) OVERLAPS (other.date_started, other.date_done)
"""


@tagged("chaos")
class TestKilledWithKeys(ChaosCase):
    def test_jobs_with_one_key_stay_apart_and_all_run(self):
        """Two hosts; their job processes are killed meanwhile."""
        for _host in range(2):
            self.start_host()
        session = self.open_session()
        leave_trace_slowly.delay_many(
            session,
            TRACE,
            [(f"trace {number}", JOB_S) for number in range(JOBS)],
            concurrency_key=lambda task: task.args[0][-1:],
        )
        session.commit()

        for _kill in range(KILLS):
            self.pause(0.3)
            (_worker_id, pid), *_others = self.wait_for(self.living, "no worker came")
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        self.wait_for(self.is_settled, "jobs are left")
        self.assertSound()
        self.assertEqual(self.query(OVERLAPPING), [])
