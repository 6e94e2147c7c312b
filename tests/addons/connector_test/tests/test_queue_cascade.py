# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that are cancelled together with those for which they wait."""

from contextlib import closing

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import dependencies
from odoo.addons.connector.queue.engine.connection import connect
from odoo.addons.connector.queue.graph import chain, group

from .queue_case import JOB
from .test_queue_edge import EDGE, EdgeCase
from .test_queue_edge_race import EdgeRaceCase

LENGTH = 200  # of a chain; each level took a statement of its own


class TestCascade(EdgeCase):
    def news(self, names):
        """Return jobs of these names that are not stored yet."""
        return [self.new(name) for name in names]

    def states(self):
        """Return the states of all jobs by their description."""
        return {job.name: job.state for job in self.jobs()}

    def cancel(self, name):
        """Cancel a job; return in how many statements the others were released."""
        released = []
        release = store.unblock_children

        def unblock_children(*args):
            released.append(args)
            return release(*args)

        self.patch(store, "unblock_children", unblock_children)
        self.named(name).button_cancel()
        dependencies.sweep(self.env.cr)
        self.env.invalidate_all()
        return len(released)

    def test_chain_is_cancelled_in_one_statement(self):
        """3,000 jobs took 21 seconds: a statement and a commit for each level."""
        chain(*self.news(map(str, range(LENGTH)))).delay()

        statements = self.cancel("0")

        self.assertEqual({job.state for job in self.jobs()}, {"cancelled"})
        self.assertEqual(statements, 0)
        self.assertFalse(self.env[EDGE].search([("has_news", "=", True)]))
        self.assertEqual({edge.state for edge in self.env[EDGE].search([])}, {"unmet"})

    def test_each_job_says_for_which_one_it_waited(self):
        chain(*self.news("abc")).delay()

        self.cancel("a")

        first, second, third = self.jobs()
        for parent, child in ((first, second), (second, third)):
            self.assertEqual(
                child.result,
                f"Cancelled: it was to run once {parent.name} ({parent.uuid}) is done; "
                "that job is cancelled.",
            )
            self.assertTrue(child.date_done)

    def test_groups_inside_a_chain_are_cancelled_in_one_statement(self):
        waves = [group(*self.news((f"a{i}", f"b{i}", f"c{i}"))) for i in range(20)]
        chain(self.new("first"), *waves, self.new("last")).delay()

        statements = self.cancel("first")

        self.assertEqual(set(self.states().values()), {"cancelled"})
        self.assertEqual(statements, 0)

    def test_job_that_waits_for_another_as_well_is_left_with_all_below_it(self):
        a, b, other, joint, below = self.news(("a", "b", "other", "joint", "below"))
        a.on_done(b)
        b.on_done(joint)
        other.on_done(joint)
        joint.on_done(below)
        a.delay()

        self.cancel("a")
        self.assertEqual(
            self.states(),
            {
                "a": "cancelled",
                "b": "cancelled",
                "other": "pending",
                "joint": "waiting",
                "below": "waiting",
            },
        )

        self.run_jobs()  # the other one ends, and it can still never run
        self.assertEqual((self.state("joint"), self.state("below")), ("cancelled",) * 2)

    def test_job_that_runs_always_runs_after_the_last_of_a_cancelled_chain(self):
        a, b, c, clean_up = self.news(("a", "b", "c", "clean up"))
        a.on_done(b)
        b.on_done(c)
        c.always(clean_up)
        a.delay()

        self.cancel("a")
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["clean up"])
        self.assertEqual(self.state("c"), "cancelled")

    def test_job_below_the_one_that_runs_always_is_not_cancelled(self):
        a, b, clean_up, then = self.news(("a", "b", "clean up", "then"))
        a.on_done(b)
        b.always(clean_up)
        clean_up.on_done(then)
        a.delay()

        self.cancel("a")
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["clean up", "then"])

    def test_job_for_a_failure_is_cancelled_with_the_chain(self):
        a, b, sorry, then = self.news(("a", "b", "sorry", "then"))
        a.on_done(b)
        b.on_fail(sorry)
        sorry.on_done(then)
        a.delay()

        self.cancel("a")

        self.assertEqual(set(self.states().values()), {"cancelled"})
        self.assertIn("is failed; that job is cancelled.", self.named("sorry").result)

    def test_success_cancels_the_whole_chain_for_the_failure(self):
        a, sorry, then, last = self.news(("a", "sorry", "then", "last"))
        a.on_fail(sorry)
        sorry.on_done(then)
        then.on_done(last)
        a.delay()

        self.run_jobs()

        self.assertEqual(
            self.states(),
            {
                "a": "done",
                "sorry": "cancelled",
                "then": "cancelled",
                "last": "cancelled",
            },
        )

    def test_cascade_beyond_the_limit_of_a_statement_goes_on(self):
        self.patch(dependencies, "BATCH", 3)
        chain(*self.news(map(str, range(10)))).delay()

        statements = self.cancel("0")

        self.assertEqual({job.state for job in self.jobs()}, {"cancelled"})
        self.assertGreater(statements, 1)


class TestCascadeRace(EdgeRaceCase):
    def test_job_that_somebody_holds_keeps_those_below_it(self):
        """A person sets it to done at that moment: then the next one is to run."""
        session = self.open_session()
        uuids = chain(*(self.new(session, name) for name in "abcd")).delay()
        session.commit()
        other = self.open_session()
        other.env[JOB].search([("uuid", "=", uuids[2])]).button_done()

        session.env[JOB].search([("uuid", "=", uuids[0])]).button_cancel()
        session.commit()
        other.commit()
        with closing(connect(get_db_name())) as connection:
            dependencies.sweep(connection.cursor())

        states = [self.row(uuid)[0] for uuid in uuids]
        self.assertEqual(states, ["cancelled", "cancelled", "done", "pending"])
