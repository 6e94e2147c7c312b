# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the retention of jobs."""

from datetime import timedelta

from odoo import fields

from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.testing import run_jobs
from odoo.addons.connector.tests.common import UnitCase


@job
def finish(session, model_name):
    """Be done."""


class TestRetention(UnitCase):
    def setUp(self):
        super().setUp()
        self.jobs = self.env["connector.queue.job"]

    def end(self, days_ago, state="done"):
        """Return a job that ended some days ago."""
        uuid = finish.delay(self.session, "res.partner")
        run_jobs(self.env)
        ended = self.jobs.search([("uuid", "=", uuid)])
        self.env.cr.execute(
            "UPDATE connector_queue_job SET date_done = %s, state = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=days_ago), state, ended.id],
        )
        ended.invalidate_recordset()
        return ended

    def test_job_done_long_ago_goes_with_its_attempts(self):
        old = self.end(days_ago=31)
        attempts = old.attempt_ids

        self.jobs._gc_jobs()

        self.assertEqual(len(attempts), 1)
        self.assertFalse(old.exists() or attempts.exists())

    def test_job_done_of_late_stays(self):
        young = self.end(days_ago=29)

        self.jobs._gc_jobs()

        self.assertTrue(young.exists())

    def test_failed_job_stays_longer(self):
        failed, old = (self.end(days_ago, "failed") for days_ago in (100, 181))

        self.jobs._gc_jobs()

        self.assertEqual((failed | old).exists(), failed)

    def test_job_that_waits_stays_however_old_it_is(self):
        waiting = self.end(days_ago=1000, state="pending")

        self.jobs._gc_jobs()

        self.assertTrue(waiting.exists())

    def test_classic_name_does_the_same(self):
        old = self.end(days_ago=31)

        self.jobs.autovacuum()

        self.assertFalse(old.exists())
