# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of job graphs whose jobs are requeued or deleted."""

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.graph import chain, group

from ..models.job import TRACE, end
from .test_queue_edge import EDGE, EdgeCase


class TestRequeue(EdgeCase):
    """Jobs that are requeued wait for those that have not ended."""

    def cancel(self, name):
        """Cancel a job by hand, and those behind it."""
        self.named(name).button_cancel()
        self.run_jobs()

    def test_cancelled_chain_runs_in_its_order_again(self):
        """The last is the most urgent: only the edges keep it behind."""
        names = {"a": 3, "b": 2, "c": 1}
        chain(*(self.new(name, priority=p) for name, p in names.items())).delay()
        self.cancel("a")

        self.jobs().requeue()

        states = [self.state(name) for name in "abc"]
        self.assertEqual(states, ["pending", "waiting", "waiting"])
        self.assertEqual(self.run_jobs(), 3)
        self.assertEqual(self.trace_names(), ["a", "b", "c"])

    def test_requeued_chain_is_cancelled_again_with_its_first_job(self):
        chain(*(self.new(name) for name in "abc")).delay()
        self.cancel("a")
        self.jobs().requeue()

        self.cancel("a")

        self.assertEqual(self.jobs().mapped("state"), ["cancelled"] * 3)

    def test_job_waits_for_a_parent_that_was_requeued_before(self):
        chain(self.new("a", eta=60), self.new("b")).delay()
        self.cancel("a")
        self.named("a").requeue()
        self.named("a").write({"eta": "2100-01-01"})

        self.named("b").requeue()
        self.run_jobs()
        self.assertEqual(self.state("b"), "waiting")

        self.make_due(self.named("a"))
        self.run_jobs()
        self.assertEqual(self.trace_names(), ["a", "b"])

    def test_job_that_was_cancelled_itself_waits_again(self):
        chain(self.new("a", eta=60), self.new("b")).delay()
        self.cancel("b")

        self.named("b").requeue()
        self.assertEqual(self.state("b"), "waiting")

        self.make_due(self.named("a"))
        self.run_jobs()
        self.assertEqual(self.trace_names(), ["a", "b"])

    def test_parent_that_has_ended_is_not_waited_for(self):
        """One is cancelled, and one has failed, which may stay so."""
        parents = group(self.new("a"), self.bad(), self.new("c", eta=60))
        chain(parents, self.new("last")).delay()
        self.cancel("a")
        self.cancel("last")

        self.named("last").requeue()
        self.assertEqual(self.state("last"), "waiting")

        self.make_due(self.named("c"))
        self.run_jobs()
        self.assertEqual(self.trace_names(), ["c", "last"])

    def test_parent_that_is_gone_is_not_waited_for(self):
        chain(self.new("a"), self.new("b")).delay()
        self.named("a").unlink()
        self.run_jobs()
        self.assertEqual(self.state("b"), "cancelled")

        self.named("b").requeue()
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["b"])

    def test_who_waits_for_a_failure_waits_for_the_next_one(self):
        job = self.bad()
        job.on_fail(self.bad("tell")).delay()
        self.run_jobs()
        self.mend("bad")

        self.jobs().requeue()
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["mended"])
        self.assertEqual(self.state("tell"), "cancelled")


class TestDeletion(EdgeCase):
    def test_who_waits_for_a_deleted_job_is_cancelled(self):
        chain(self.new("a"), self.new("b"), self.new("c")).delay()
        job_id = self.named("a").id

        self.named("a").unlink()
        self.run_jobs()

        reason = f"job No. {job_id}, for which it waited, was deleted."
        self.assertIn(reason, self.named("b").result)
        self.assertEqual(self.jobs().mapped("state"), ["cancelled"] * 2)

    def test_edges_and_attempts_go_with_a_deleted_job(self):
        chain(self.new("a"), self.new("b")).delay()
        self.run_jobs()

        self.jobs().unlink()

        attempts = self.env["connector.queue.attempt"].search([])
        self.assertFalse(attempts or self.env[EDGE].search([]))

    def test_deleted_job_gives_its_key_to_the_next_one(self):
        for name in "ab":
            end.delay(
                self.session, TRACE, name, description=name, concurrency_key="same"
            )
        store.promote(self.env.cr)
        self.assertFalse(self.named("a").hold)

        self.named("a").unlink()

        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["b"])
