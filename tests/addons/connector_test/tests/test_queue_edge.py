# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that wait for others."""

from datetime import timedelta

from odoo.addons.connector.exception import NothingToDoJob, RetryableJobError
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.delay import codec
from odoo.addons.connector.queue.graph import chain, group
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE, end
from .queue_case import JOB, QueueCase

EDGE = "connector.queue.edge"


@job
def end_early(_session, _model_name):
    """Find that there is nothing to do."""
    raise NothingToDoJob("It is there already.")


@job
def come_later(_session, _model_name):
    """Have to be tried again."""
    raise RetryableJobError("later")


@job
def plan(session, model_name):
    """Delay two jobs, one after the other."""
    chain(*(end.delayable(session, model_name, name) for name in "ab")).delay()


class EdgeCase(QueueCase):
    def new(self, name, **options):
        """Return a job that leaves a trace of this name."""
        return end.delayable(self.session, TRACE, name, description=name, **options)

    def bad(self, name="bad", **options):
        """Return a job that fails."""
        error = "It is broken."
        return self.new(name, **options, error=error)

    def named(self, name):
        """Return the record of a job by its description."""
        return self.env[JOB].search([("name", "=", name)])

    def state(self, name):
        """Return the state of a job by its description."""
        return self.named(name).state

    def mend(self, name):
        """Let a failed job succeed when it runs again."""
        payload = codec.encode(("mended",), {})
        store.replace_payload(self.env.cr, self.named(name).id, payload)


class TestRelease(EdgeCase):
    def test_chain_runs_in_its_order(self):
        chain(*(self.new(name) for name in "cab")).delay()

        self.assertEqual(self.run_jobs(), 3)

        self.assertEqual(self.trace_names(), ["c", "a", "b"])

    def test_job_after_a_group_waits_for_all_of_it(self):
        members = [self.new("a"), self.new("b", eta=60)]
        chain(group(*members), self.new("last")).delay()

        self.run_jobs()
        self.assertEqual(self.state("last"), "waiting")

        self.make_due(self.named("b"))
        self.run_jobs()
        self.assertEqual(self.trace_names(), ["a", "b", "last"])

    def test_eta_of_a_job_that_waited_counts(self):
        chain(self.new("a"), self.new("b", eta=60)).delay()

        self.run_jobs()

        self.assertEqual((self.state("b"), self.named("b").hold), ("pending", "eta"))

    def test_eta_that_is_over_when_the_wait_ends_holds_nothing(self):
        chain(self.new("a"), self.new("b", eta=timedelta(hours=-1))).delay()

        self.assertEqual(self.run_jobs(), 2)

    def test_priority_counts_among_those_that_are_ready(self):
        """The child of the urgent job is urgent; the other one waits."""
        urgent = chain(self.new("a", priority=1), self.new("b", priority=1))
        group(urgent, self.new("c", eta=60)).delay()

        self.assertEqual(self.run_jobs(), 2)

    def test_job_that_had_nothing_to_do_is_done(self):
        first = end_early.delayable(self.session, TRACE)
        chain(first, self.new("b")).delay()

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["b"])

    def test_job_that_delays_a_graph_runs_it(self):
        """What a job puts together runs like what anybody does."""
        plan.delay(self.session, TRACE)

        self.assertEqual(self.run_jobs(), 3)

        self.assertEqual(self.trace_names(), ["a", "b"])


class TestFailure(EdgeCase):
    def test_failed_job_releases_the_one_for_its_failure(self):
        self.bad().on_fail(self.new("tell")).on_done(self.new("go on")).delay()

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["tell"])

    def test_job_for_the_failure_is_cancelled_after_a_success(self):
        self.new("a").on_fail(self.new("tell")).delay()

        self.run_jobs()

        reason = (
            f"Cancelled: it was to run once a ({self.named('a').uuid}) is failed; "
            "that job is done."
        )
        tell = self.named("tell")
        self.assertEqual((tell.state, tell.result), ("cancelled", reason))
        self.assertTrue(tell.date_done)

    def test_try_that_is_repeated_is_no_failure(self):
        first = come_later.delayable(self.session, TRACE, max_retries=2)
        first.on_fail(self.new("tell")).delay()

        self.run_jobs()
        self.assertEqual(self.state("tell"), "waiting")

        self.make_due(self.jobs())
        self.run_jobs()
        self.assertEqual(self.state("tell"), "done")

    def test_job_that_waits_for_a_success_waits_on_after_a_failure(self):
        chain(self.bad(), self.new("b"), self.new("c")).delay()

        self.run_jobs()

        self.assertEqual((self.state("b"), self.state("c")), ("waiting", "waiting"))

    def test_job_that_is_done_after_a_requeue_lets_the_others_run(self):
        self.bad().on_fail(self.new("tell")).on_done(self.new("go on")).delay()
        self.run_jobs()
        self.mend("bad")

        self.named("bad").requeue()
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["tell", "mended", "go on"])

    def test_always_is_always(self):
        for name, first in {"good": self.new("good"), "bad": self.bad()}.items():
            with self.subTest(name):
                first.always(self.new(f"after {name}")).delay()
                self.run_jobs()
                self.assertEqual(self.state(f"after {name}"), "done")

    def test_one_failure_is_enough_for_who_waits_for_several(self):
        """Nobody need wait for the others, which may take long, or never run."""
        group(self.bad(), self.new("late", eta=60)).on_fail(self.new("tell")).delay()

        self.run_jobs()

        self.assertEqual(self.state("tell"), "done")

    def test_failure_inside_a_chain_is_told(self):
        chain(self.new("a"), self.bad(), self.new("c")).on_fail(self.new("t")).delay()

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["a", "t"])

    def test_who_waits_for_several_failures_is_cancelled_after_the_last_success(self):
        chain(self.new("a"), self.new("b", eta=60)).on_fail(self.new("tell")).delay()

        self.run_jobs()
        self.assertEqual(self.state("tell"), "waiting")

        self.make_due(self.named("b"))
        self.run_jobs()
        self.assertEqual(self.state("tell"), "cancelled")


class TestCancelled(EdgeCase):
    def test_cancelled_job_cancels_those_behind_it(self):
        chain(*(self.new(name) for name in "abcd")).delay()

        self.named("a").button_cancel()
        self.run_jobs()

        self.assertEqual(self.jobs().mapped("state"), ["cancelled"] * 4)
        reason = f"once b ({self.named('b').uuid}) is done; that job is cancelled."
        self.assertIn(reason, self.named("c").result)

    def test_always_runs_after_a_cancelled_job(self):
        job = chain(self.new("a"), self.new("b"))
        job.on_fail(self.new("tell")).always(self.new("after")).delay()

        self.named("a").button_cancel()
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["after"])
        self.assertEqual(self.state("tell"), "cancelled")

    def test_job_that_can_never_run_waits_for_the_others_to_end(self):
        """What comes after it, comes after all of them."""
        last = self.new("last").always(self.new("clean up"))
        chain(group(self.new("a"), self.new("b", eta=60)), last).delay()
        self.named("a").button_cancel()
        self.run_jobs()
        self.assertEqual(self.state("last"), "waiting")

        self.make_due(self.named("b"))
        self.run_jobs()

        self.assertEqual(self.state("last"), "cancelled")
        self.assertEqual(self.trace_names(), ["b", "clean up"])

    def test_set_to_done_by_hand_counts_as_done(self):
        chain(self.bad(), self.new("b")).delay()
        self.run_jobs()

        self.named("bad").button_done()
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["b"])

    def test_job_that_waits_may_be_taken_out(self):
        chain(self.new("a"), self.new("b"), self.new("c")).delay()

        self.named("b").button_done()
        self.run_jobs()

        self.assertEqual(sorted(self.trace_names()), ["a", "c"])
        self.assertFalse(self.env[EDGE].search([("has_news", "=", True)]))

    def test_cancelled_child_runs_when_it_is_requeued(self):
        chain(self.new("a"), self.new("b")).delay()
        self.named("a").button_cancel()
        self.run_jobs()

        self.named("b").requeue()
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["b"])


class TestRetention(EdgeCase):
    def age(self, *names, days=400):
        """Let jobs have ended long ago."""
        self.env.cr.execute(
            "UPDATE connector_queue_job SET date_done = date_done - %s"
            " WHERE name IN %s",
            [timedelta(days=days), names],
        )
        self.env[JOB]._gc_jobs()
        self.env[EDGE].invalidate_model()

    def test_edges_go_with_their_jobs(self):
        chain(self.new("a"), self.new("b")).delay()
        self.run_jobs()

        self.age("a", "b")

        self.assertFalse(self.jobs() or self.env[EDGE].search([]))

    def test_job_that_waits_for_a_deleted_one_is_cancelled(self):
        chain(self.bad(), self.new("b"), self.new("c")).delay()
        self.run_jobs()
        bad = self.named("bad")

        self.age("bad")
        self.run_jobs()

        reason = f"job No. {bad.id}, for which it waited, was deleted."
        self.assertIn(reason, self.named("b").result)
        self.assertEqual((self.state("b"), self.state("c")), ("cancelled", "cancelled"))

    def test_child_that_goes_first_leaves_the_open_edge_to_its_parent(self):
        """The parent may be running, and nobody else writes its edges then."""
        chain(self.new("a", eta=60), self.new("b")).delay()
        self.named("b").button_cancel()
        self.age("b")
        edge = self.env[EDGE].search([])
        self.assertEqual((len(self.jobs()), edge.state), (1, "open"))

        self.make_due(self.named("a"))
        self.run_jobs()

        self.assertFalse(edge.exists())

    def test_edge_that_was_met_is_kept_as_long_as_the_child_waits(self):
        chain(group(self.new("a"), self.new("b", eta=60)), self.new("last")).delay()
        self.run_jobs()

        self.age("a")
        self.run_jobs()
        self.assertEqual(self.state("last"), "waiting")
        self.make_due(self.named("b"))
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["a", "b", "last"])


class TestSight(EdgeCase):
    def test_edges_are_seen_by_who_sees_the_job(self):
        user, other = (
            self.new_user(name, "connector.group_connector_user")
            for name in ("ada", "bob")
        )
        chain(
            end.delayable(self.session_of(user), TRACE, "a"),
            end.delayable(self.session_of(user), TRACE, "b"),
        ).delay()
        first, second = self.jobs()

        self.assertEqual(first.with_user(user).child_edge_ids.child_id.ids, second.ids)
        self.assertEqual(
            second.with_user(user).parent_edge_ids.parent_id.ids, first.ids
        )
        self.assertFalse(self.env[EDGE].with_user(other).search([]))
