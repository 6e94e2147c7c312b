# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of identity keys: a delayed call may return a pending job."""

import hashlib
from collections import defaultdict

import psycopg2.errors

from odoo.tools import mute_logger

from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.classic.job import Job
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.delay.call import IdentifiedCall, Task, exact_text
from odoo.addons.connector.queue.job import identity_exact, job

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, QueueRaceCase


@job
def take(_session, _model_name, backend_id, external_id, force=False):
    """Take the arguments of a classic import."""


def model_and_id(call):
    """Make a key as classic connectors do, where the model is the first argument."""
    return f"{call.args[0]}-{call.args[2]}"


def all_arguments(call):
    """Make a key of everything that the job is called with."""
    return repr(call.args)


class TestIdentity(QueueCase):
    def delay(self, name="a", key="same"):
        """Delay a job with a key and return its uuid."""
        return leave_trace.delay(self.session, TRACE, name, identity_key=key)

    def test_second_delay_gives_the_job_that_waits(self):
        uuids = {self.delay("a"), self.delay("b")}

        self.assertEqual(len(uuids), 1)
        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["a"])

    def test_other_key_is_another_job(self):
        self.assertNotEqual(self.delay(key="one"), self.delay(key="other"))

    def test_key_may_be_computed_from_the_call(self):
        first = self.delay("a", identity_exact)

        self.assertEqual(self.delay("a", identity_exact), first)
        self.assertNotEqual(self.delay("b", identity_exact), first)

    def test_key_of_a_job_with_an_eta_is_kept_as_well(self):
        first = leave_trace.delay(self.session, TRACE, eta=60, identity_key="same")

        self.assertEqual(self.delay(), first)

    def test_key_of_a_job_that_was_taken_is_free(self):
        first = self.delay()
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = 'enqueued', worker_id = 1"
        )

        self.assertNotEqual(self.delay(), first)

    def test_key_of_a_finished_job_is_free(self):
        first = self.delay()
        self.run_jobs()

        self.assertNotEqual(self.delay(), first)

    def test_key_twice_in_one_call_is_one_job(self):
        uuids = leave_trace.delay_many(
            self.session, TRACE, [("a",), ("a",), ("b",)], identity_key=identity_exact
        )

        self.assertEqual(uuids[0], uuids[1])
        self.assertEqual(len(self.jobs()), 2)

    def test_retried_job_gives_its_key_up_to_a_younger_one(self):
        """Else the unique index refuses to put the job back."""
        old = self.job(self.delay())
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = 'failed' WHERE id = %s", [old.id]
        )
        young = self.job(self.delay())

        old.invalidate_recordset()
        old.requeue()

        self.assertEqual((old.state, old.identity_key), ("pending", False))
        self.assertEqual((young.state, young.identity_key), ("pending", "same"))


class TestKeyFunction(QueueCase):
    """A function of the key sees the call as a classic ``Job``: the model comes first.

    Keys over ``job.args`` were those of other calls, too, and these were dropped.
    """

    def delay(self, model, *args, key, **kwargs):
        """Delay a job whose key a function makes; return its record."""
        uuid = take.delay(self.session, model, *args, identity_key=key, **kwargs)
        return self.job(uuid)

    def test_arguments_begin_with_the_model(self):
        jobs = [
            self.delay("res.partner", 1, external_id, True, key=model_and_id)
            for external_id in ("17", "18")
        ]

        keys = [job.identity_key for job in jobs]
        self.assertEqual(keys, ["res.partner-17", "res.partner-18"])

    def test_two_models_are_two_jobs(self):
        first = self.delay("res.partner", 1, "7", key=all_arguments)
        second = self.delay("res.country", 1, "7", key=all_arguments)

        self.assertNotEqual(first, second)

    def test_arguments_of_a_method_begin_with_its_records(self):
        traces = self.traces.create([{"name": "a"}, {"name": "b"}])
        uuids = {
            trace.delayed(identity_key=all_arguments).rename("c") for trace in traces
        }

        self.assertEqual(len(uuids), 2)
        keys = self.jobs().mapped("identity_key")
        self.assertIn(f"({TRACE}({traces[0].id},), 'c')", keys)

    def test_call_tells_the_rest_as_a_job_does(self):
        seen = []
        self.delay("res.partner", 1, external_id="7", key=seen.append)
        (call,) = seen

        self.assertEqual((call.kwargs, call.func), ({"external_id": "7"}, take))
        self.assertEqual((call.model_name, call.user_id), ("res.partner", self.env.uid))
        self.assertEqual(call.func_name, f"{__name__}.take")

    def test_job_made_by_hand_has_the_same_key(self):
        made = Job(take, args=("res.partner", 1, "7"), identity_key=model_and_id)

        OpenERPJobStorage(self.session).store(made)

        self.assertEqual(self.job(made.uuid).identity_key, "res.partner-7")

    def test_message_names_the_call(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.delay("res.partner", 1, "7", key=lambda call: 5)

        self.assertIn(f"{__name__}.take of res.partner", str(caught.exception))


class TestExactKey(QueueCase):
    """``identity_exact`` is one key for equal calls."""

    def key(self, *args, records=None, **kwargs) -> str:
        """Return the exact key of a call."""
        records = {} if records is None else {"records": records}
        call = Task(take, TRACE, args, kwargs, user_id=1, company_id=2, **records)
        return identity_exact(IdentifiedCall(call))

    def test_order_without_a_meaning_does_not_count(self):
        first, second = self.traces.create([{"name": "a"}, {"name": "b"}])
        for one, same in (
            ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
            ([{"a": {"x": 1, "y": 2}}], [{"a": {"y": 2, "x": 1}}]),
            (first + second, second + first),
            ({"ids": first + second}, {"ids": second + first}),
            (defaultdict(list, a=1), {"a": 1}),
        ):
            with self.subTest(one):
                self.assertEqual(self.key(one), self.key(same))
        self.assertEqual(
            self.key("a", records=first + second), self.key("a", records=second + first)
        )

    def test_hash_of_a_set_does_not_count(self):
        """It is another one in each process, and with it the order of the set."""
        words = [f"word {number}" for number in range(20)]
        for kind in (set, frozenset):
            text = exact_text(kind(words))
            self.assertEqual(text, exact_text(kind(reversed(words))))
            self.assertLess(text.index("'word 0'"), text.index("'word 1'"))
            self.assertLess(text.index("'word 1'"), text.index("'word 2'"))

    def test_different_calls_have_different_keys(self):
        first, second = self.traces.create([{"name": "a"}, {"name": "b"}])
        keys = [
            self.key(*args)
            for args in (
                (),
                (1,),
                ("1",),
                (True,),
                (1.0,),
                ([1, 2],),
                ([2, 1],),
                ((1, 2),),
                ({1, 2},),
                (frozenset({1, 2}),),
                (set(),),
                ({},),
                ({1: 2},),
                (first,),
                (second,),
                (first + second,),
                (self.env["res.partner"].browse(first.id),),
            )
        ]

        self.assertEqual(len(set(keys)), len(keys))

    def test_keys_of_earlier_versions_stay(self):
        """Jobs that wait when the addon is upgraded are found by them."""
        records = self.traces.create([{"name": "a"}, {"name": "b"}])
        for args, kwargs in (
            ((), {}),
            (
                (1, "a", None, True, 1.5, b"x"),
                {"b": [1, (2,), ()], "a": {"x": {"y": 1}}},
            ),
            (({1}, set(), frozenset(), records), {}),
        ):
            with self.subTest(args):
                parts = (
                    f"{__name__}.take",
                    TRACE,
                    None,
                    args,
                    sorted(kwargs.items()),
                    1,
                    2,
                )
                old = hashlib.sha1(repr(parts).encode(), usedforsecurity=False)
                self.assertEqual(self.key(*args, **kwargs), old.hexdigest())

    def test_classic_job_has_the_same_key(self):
        made = Job(take, args=("res.partner", 1, "7"))
        made.user_id, made.company_id = self.env.uid, self.env.company.id
        uuid = take.delay(
            self.session, "res.partner", 1, "7", identity_key=identity_exact
        )

        self.assertEqual(identity_exact(made), self.job(uuid).identity_key)


class TestIdentityRace(QueueRaceCase):
    """Both transactions have their snapshot before either delays."""

    def setUp(self):
        super().setUp()
        self.winner, self.loser = self.open_session(), self.open_session()
        for session in (self.winner, self.loser):
            session.cr.execute("SELECT 1")

    def delay(self, session):
        """Delay the job that both want."""
        return leave_trace.delay(session, TRACE, identity_key="same")

    @mute_logger("odoo.sql_db")
    def test_second_transaction_with_a_key_runs_again(self):
        self.delay(self.winner)
        self.winner.commit()

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            self.delay(self.loser)

    @mute_logger("odoo.sql_db")
    def test_second_transaction_gets_the_job_when_it_runs_again(self):
        uuid = self.delay(self.winner)
        self.winner.commit()
        with self.assertRaises(psycopg2.errors.SerializationFailure):
            self.delay(self.loser)

        self.loser.rollback()

        self.assertEqual(self.delay(self.loser), uuid)

    def test_key_of_a_transaction_that_was_rolled_back_is_free(self):
        self.delay(self.winner)
        self.winner.rollback()

        uuid = self.delay(self.loser)
        self.loser.commit()

        self.assertEqual(self.row(uuid), ("pending",))

    def test_job_that_is_kept_cannot_be_taken_before_the_commit(self):
        """Else it could run before the change for which it was kept is committed."""
        uuid = self.delay(self.winner)
        self.winner.commit()
        self.loser.rollback()
        bookkeeping = self.open_bookkeeping()

        self.assertEqual(self.delay(self.loser), uuid)
        early = store.claim_jobs(bookkeeping, 1, 50, 0)
        self.loser.commit()
        late = store.claim_jobs(bookkeeping, 1, 50, 0)

        self.assertEqual(early, [])
        self.assertEqual([row["uuid"] for row in late], [uuid])

    @mute_logger("odoo.sql_db")
    def test_change_after_the_start_of_the_job_gets_a_job_of_its_own(self):
        """The loser sees a waiting job, which a worker takes meanwhile."""
        uuid = self.delay(self.winner)
        self.winner.commit()
        self.loser.rollback()
        self.loser.cr.execute("SELECT 1")
        store.claim_jobs(self.open_bookkeeping(), 1, 50, 0)

        again = self.delay(self.loser)
        self.loser.commit()

        self.assertNotEqual(again, uuid)
        self.assertEqual(self.row(again), ("pending",))
