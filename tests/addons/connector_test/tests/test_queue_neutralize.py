# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of neutralized copies of a database, which run no job."""

from odoo.modules.neutralize import get_neutralization_queries

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, make_channel


class TestNeutralize(QueueCase):
    def setUp(self):
        super().setUp()
        channels = self.env["connector.queue.channel"]
        self.root = self.env.ref("connector.channel_root")
        self.below = channels.browse(channels._id_of("root.shop.orders"))
        leave_trace.delay(self.session, TRACE)
        leave_trace.delay(self.session, TRACE, channel="root.shop.orders")

    def neutralize(self) -> None:
        """Do what is done with a copy, as far as it is ours."""
        self.env.flush_all()
        for statement in get_neutralization_queries(["connector"]):
            self.env.cr.execute(statement)
        self.env.invalidate_all()

    def test_copy_runs_no_job(self):
        self.neutralize()

        self.assertEqual(self.run_jobs(), 0)
        self.assertEqual(self.traces.search_count([]), 0)

    def test_new_job_of_a_new_channel_does_not_run_either(self):
        self.neutralize()
        make_channel(self.env, "root.shop.returns")

        leave_trace.delay(self.session, TRACE, channel="root.shop.returns")

        self.assertEqual(self.run_jobs(), 0)

    def test_person_sees_why(self):
        self.neutralize()

        self.assertTrue(self.root.is_paused)
        self.assertIn("neutralized copy", self.root.pause_reason)
        self.assertFalse(self.below.is_paused or self.below.is_open)

    def test_person_lifts_it(self):
        self.neutralize()

        self.root.is_paused = False

        self.assertFalse(self.root.pause_reason)
        self.assertTrue(self.below.is_open)
        self.assertEqual(self.run_jobs(), 2)

    def test_channel_that_was_paused_before_stays_so(self):
        self.below.is_paused = True
        self.neutralize()

        self.root.is_paused = False

        self.assertEqual(self.run_jobs(), 1)

    def test_workers_of_the_original_are_not_shown(self):
        self.env.cr.execute("INSERT INTO connector_queue_worker (uuid) VALUES ('x')")

        self.neutralize()

        self.assertFalse(self.env["connector.queue.worker"].search([]))
