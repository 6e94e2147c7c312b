# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of job graphs, built and stored."""

from contextlib import suppress

from odoo.exceptions import AccessError
from odoo.service.model import call_kw

from odoo.addons.connector.exception import (
    InvalidUsageError,
    UnserializableArgumentError,
)
from odoo.addons.connector.queue.graph import chain, group
from odoo.addons.connector.queue.testing import trap_jobs

from ..models.job import TRACE, end, leave_trace
from .queue_case import JOB, QueueCase, QueueRaceCase


class GraphCase(QueueCase):
    def new(self, name="a", **options):
        """Return a job that is not stored yet; it leaves a trace."""
        return leave_trace.delayable(self.session, TRACE, name, **options)

    def edges(self) -> list[tuple[str, str, str]]:
        """Return the edges as names of parent and child, and condition."""
        name_of = {job.uuid: job.payload[0][0] for job in self.jobs()}
        return sorted(
            (name_of[edge.parent_id.uuid], name_of[edge.child_id.uuid], edge.condition)
            for edge in self.env["connector.queue.edge"].search([])
        )

    def states(self) -> list[str]:
        """Return the states of all jobs, the first first."""
        return self.jobs().mapped("state")


class TestBuilding(GraphCase):
    def test_nothing_is_stored_before_the_delay(self):
        chain(self.new("a"), self.new("b"))

        self.assertFalse(self.jobs())

    def test_single_job_gives_its_uuid(self):
        uuid = self.new(priority=3, eta=60, description="alone").delay()

        job = self.job(uuid)
        self.assertEqual((job.priority, job.name), (3, "alone"))
        self.assertEqual(
            (job.state, job.hold, job.has_edges), ("pending", "eta", False)
        )

    def test_method_of_records_becomes_a_job_as_well(self):
        record = self.traces.create({"name": "old"})

        uuid = record.delayable(priority=2).rename("new").delay()

        self.assertEqual(self.job(uuid).func_name, f"{TRACE}.rename")
        self.assertEqual(self.job(uuid).priority, 2)
        self.run_jobs()
        self.assertEqual(record.name, "NEW")

    def test_chain_gives_the_uuids_in_its_order(self):
        uuids = chain(self.new("a"), end.delayable(self.session, TRACE, "b")).delay()

        names = [self.job(uuid).payload[0][0] for uuid in uuids]
        self.assertEqual(names, ["a", "b"])

    def test_jobs_of_a_chain_wait_for_the_one_before(self):
        chain(self.new("a"), self.new("b"), self.new("c")).delay()

        self.assertEqual(self.edges(), [("a", "b", "done"), ("b", "c", "done")])
        self.assertEqual(
            [(job.state, job.has_edges) for job in self.jobs()],
            [("pending", True), ("waiting", True), ("waiting", False)],
        )

    def test_jobs_of_a_group_wait_for_none(self):
        group(self.new("a"), self.new("b")).delay()

        self.assertEqual(self.edges(), [])
        self.assertEqual(self.states(), ["pending", "pending"])

    def test_chains_and_groups_are_nested(self):
        inner = group(self.new("b"), chain(self.new("c"), self.new("d")))

        uuids = chain(self.new("a"), inner, self.new("e")).delay()

        names = [self.job(uuid).payload[0][0] for uuid in uuids]
        self.assertEqual(names, ["a", "b", "c", "d", "e"])
        expected = ["ab", "ac", "be", "cd", "de"]
        self.assertEqual(self.edges(), [(*pair, "done") for pair in expected])

    def test_group_of_chains_starts_each(self):
        one, two = (
            chain(self.new("a"), self.new("b")),
            chain(self.new("c"), self.new("d")),
        )

        group(one, two).delay()

        self.assertEqual(self.edges(), [("a", "b", "done"), ("c", "d", "done")])

    def test_done_and_always_of_a_chain_wait_for_its_last_job(self):
        both = chain(self.new("a"), self.new("b"))

        both.on_done(self.new("x")).always(self.new("y")).delay()

        expected = [("a", "b", "done"), ("b", "x", "done"), ("b", "y", "always")]
        self.assertEqual(self.edges(), expected)

    def test_failure_of_a_chain_is_that_of_any_job(self):
        chain(self.new("a"), self.new("b")).on_fail(self.new("x")).delay()

        expected = [("a", "b", "done"), ("a", "x", "failed"), ("b", "x", "failed")]
        self.assertEqual(self.edges(), expected)

    def test_delay_of_any_member_delays_all_that_is_connected(self):
        first, last = self.new("a"), self.new("c")
        group(chain(first, self.new("b")), self.new("d")).on_fail(last)

        uuid = last.delay()

        self.assertEqual(self.job(uuid).payload[0][0], "c")
        self.assertEqual(len(self.jobs()), 4)

    def test_same_edge_twice_is_one(self):
        first, second = self.new("a"), self.new("b")

        chain(first, second)
        first.on_done(second).delay()

        self.assertEqual(self.edges(), [("a", "b", "done")])

    def test_members_run_as_their_own_users(self):
        ada = self.new_user("ada")
        other = leave_trace.delayable(self.session_of(ada), TRACE, "b")

        uuids = chain(self.new("a"), other).delay()

        self.assertEqual(
            [self.job(uuid).user_id for uuid in uuids], [self.env.user, ada]
        )

    def test_large_graph_takes_few_statements(self):
        """Three jobs or three hundred: what is alike goes in one statement."""
        self.new().delay()  # the first reads where the function belongs
        for size in (3, 300):
            jobs = group(*(self.new() for _number in range(size)))
            together = chain(self.new("first"), jobs, self.new("last"))
            # a savepoint, three kinds of jobs, the edges, and the savepoint's end
            with self.subTest(size=size), self.assertQueryCount(6):
                together.delay()

    def test_graph_is_trapped(self):
        with trap_jobs() as trap:
            first, second = chain(self.new("a"), self.new("b")).delay()

        self.assertFalse(self.jobs())
        calls = trap.calls(self.env)
        self.assertEqual([call.args for call in calls], [("a",), ("b",)])
        self.assertEqual([call.uuid for call in calls], [first, second])
        self.assertEqual(trap.edges, [(first, second, "done")])

    def test_identity_key_may_stand_alone(self):
        known = leave_trace.delay(self.session, TRACE, identity_key="same")

        uuids = group(self.new(identity_key="same"), self.new()).delay()

        self.assertEqual(uuids[0], known)
        self.assertEqual(len(self.jobs()), 2)

    def test_graph_is_stored_as_a_whole_or_not_at_all(self):
        """Else the first jobs would run, and nobody waits for them.

        Not assertRaises, which rolls back by itself.
        """
        bad = end.delayable(self.session, TRACE, object())

        with suppress(UnserializableArgumentError):
            chain(self.new(), bad).delay()

        self.assertFalse(self.jobs())


class TestMistake(GraphCase):
    """What is refused names the thing and what to do."""

    def assert_refused(self, pattern: str):
        """Expect the error of a wrong graph."""
        return self.assertRaisesRegex(InvalidUsageError, pattern)

    def test_circle(self):
        first, second, third = self.new(), self.new(), self.new()
        chain(first, second, third).on_done(first)

        with self.assert_refused("in a circle, .*leave_trace.* → .*Leave one of these"):
            second.delay()
        self.assertFalse(self.jobs())

    def test_job_that_waits_for_itself(self):
        job = self.new()

        with self.assert_refused("in a circle"):
            chain(job, job).delay()

    def test_graph_delayed_twice(self):
        both = chain(self.new(), self.new())
        uuids = both.delay()

        with self.assert_refused(f"as job {uuids[0]}. Make a new one with delayable"):
            both.jobs[1].delay()

    def test_edge_from_a_graph_that_was_delayed(self):
        job = self.new()
        job.delay()

        for name, connect in {
            "on_done": lambda: job.on_done(self.new()),
            "to it": lambda: self.new().on_done(job),
            "chain": lambda: chain(job, self.new()),
            "group": lambda: group(self.new(), job),
        }.items():
            with self.subTest(name), self.assert_refused("it was delayed already"):
                connect()

    def test_member_that_is_no_job(self):
        for thing in (leave_trace.delay(self.session, TRACE), 1, None, self.traces):
            for connect in (chain, group, self.new().on_done):
                with (
                    self.subTest(thing=thing),
                    self.assert_refused("expected a job made by records.delayable"),
                ):
                    connect(thing)

    def test_nothing_in_it(self):
        for name, connect in {"chain": chain, "group": group}.items():
            with (
                self.subTest(name),
                self.assert_refused(
                    f"Cannot make a {name}: there is no job in it. Leave it out."
                ),
            ):
                connect()

    def test_identity_key(self):
        with self.assert_refused("it has the identity_key 'k'.*Leave the key out"):
            chain(self.new(), self.new(identity_key="k")).delay()
        self.assertFalse(self.jobs())

    def test_method_that_is_no_job(self):
        with self.assert_refused("'archive_quietly'"):
            self.traces.delayable().archive_quietly()

    def test_unknown_option(self):
        with self.assert_refused("unknown options 'prioity'"):
            self.traces.delayable(prioity=1)

    def test_delayable_is_out_of_reach(self):
        for model, method in (
            (TRACE, "delayable"),
            (JOB, "_delayable"),
            (JOB, "_delay_graph"),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                call_kw(self.env[model], method, [[]], {})


class TestOtherTransaction(QueueRaceCase):
    def test_jobs_of_two_transactions_are_refused(self):
        one, other = (
            leave_trace.delayable(self.open_session(), TRACE) for _number in range(2)
        )

        with self.assertRaisesRegex(InvalidUsageError, "different transactions"):
            chain(one, other).delay()
