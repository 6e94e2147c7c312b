# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs with the same identity key that become pending together.

The statement that set them back failed, and with it the recovery of all other jobs.
"""

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.runner import Runner

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase


class TestTwins(QueueCase):
    """Two jobs with one key: the younger was made when the older had been taken."""

    def setUp(self):
        super().setUp()
        self.runner = Runner(self.env.cr, 1, None)
        self.older, self.older_job = self.delay_and_claim()
        self.younger, self.younger_job = self.delay_and_claim()

    def delay_and_claim(self):
        """Return the record of a job, and the job in the hands of the worker."""
        uuid = leave_trace.delay(self.session, TRACE, identity_key="one")
        (taken,) = self.runner.claim()
        return self.job(uuid), taken

    def assertBothWait(self):
        twins = self.older | self.younger
        twins.invalidate_recordset()
        self.assertEqual(twins.mapped("state"), ["pending", "pending"])
        keys = [self.older.identity_key, self.younger.identity_key]
        self.assertEqual(keys, [False, "one"])

    def test_twins_of_a_dead_worker_wait_again(self):
        store.recover_jobs(self.env.cr, max_deaths=5)

        self.assertBothWait()

    def test_twins_that_were_not_started_wait_again(self):
        self.runner.release([self.older_job, self.younger_job])

        self.assertBothWait()

    def test_older_twin_waits_again_beside_the_younger(self):
        self.runner.release([self.younger_job])
        self.runner.release([self.older_job])

        self.assertBothWait()

    def test_failed_twins_are_requeued_together(self):
        statement = "UPDATE connector_queue_job SET state = 'failed', worker_id = NULL"
        self.env.cr.execute(statement)

        (self.older | self.younger).requeue()

        self.assertBothWait()
