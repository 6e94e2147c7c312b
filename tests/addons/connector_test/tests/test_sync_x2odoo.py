# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of syncs from another system to Odoo, each record once."""

import itertools
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.addons.connector.exception import (
    InvalidUsageError,
    NothingToDoJob,
    RetryableJobError,
    SyncError,
)

from ..models.job import TRACE
from .sync_case import SyncCase, returning, things

NOON = datetime.fromisoformat("2026-05-04 12:00:00")  # as Odoo stores it


class TestX2Odoo(SyncCase):
    def test_what_is_new_is_created_and_linked(self):
        result = self.pull(things("a", "b"))

        self.assertEqual(result.created, 2)
        self.assertEqual(self.trace_names(), ["a", "b"])
        ids = self.traces.search([]).ids
        self.assertEqual(self.links(), {"T1": ids[0], "T2": ids[1]})

    def test_what_is_known_is_updated(self):
        self.pull(things("a", "b"))

        result = self.pull(things("a", "B"))

        self.assertEqual((result.created, result.updated), (0, 2))
        self.assertEqual(self.trace_names(), ["a", "B"])

    def test_flag_that_is_off_skips_and_says_so(self):
        result = self.pull(things("a"), create=False)
        self.assertEqual(result.skipped, 1)
        self.assertIn("create is off", result.details[0].reason)
        self.pull(things("a"))

        result = self.pull(things("A"), update=False)

        self.assertEqual(result.skipped, 1)
        self.assertIn("update is off", result.details[0].reason)
        self.assertEqual(self.trace_names(), ["a"])

    def test_missing_ref_is_skipped_and_reported(self):
        """S7: it was taken for the ref of the only link there is."""
        self.pull(things("a"))
        self.shop.calls.clear()

        result = self.pull([{"ref": ref, "name": "?"} for ref in (None, False, "")])

        self.assertEqual((result.skipped, self.shop.calls), (3, []))
        self.assertEqual({one.reason for one in result.details}, {"it has no ref"})
        self.assertEqual(self.trace_names(), ["a"])

    def test_zero_is_a_ref(self):
        result = self.pull([{"ref": 0, "name": "zero"}])

        self.assertEqual((result.created, [*self.links()]), (1, ["0"]))

    def test_what_is_no_ref_fails_its_item(self):
        items = [{"ref": ["T1"], "name": "a"}, {"ref": "T2", "name": "b"}]

        result = self.pull(items, on_error="collect")

        self.assertEqual((result.created, result.failed), (1, 1))
        self.assertIn("Cannot link ['T1']", result.failures[0].reason)

    def test_repeated_ref_is_known_from_its_first_occurrence(self):
        items = [{"ref": ref, "name": str(place)} for place, ref in enumerate([1, "1"])]

        result = self.pull(items)

        self.assertEqual((result.created, result.updated), (1, 1))
        self.assertEqual(self.trace_names(), ["1"])

    def test_repeated_ref_is_tried_again_when_the_first_failed(self):
        def create_trace(thing):
            if thing["name"] == "bad":
                raise ValueError("bad")
            return self.shop.create_trace(self.env, thing)

        items = [{"ref": 1, "name": name} for name in ("bad", "good")]
        result = self.pull(items, on_error="collect", create_trace=create_trace)

        self.assertEqual((result.created, result.failed), (1, 1))
        self.assertEqual(self.trace_names(), ["good"])

    def test_update_that_returns_nothing_leaves_the_link(self):
        self.pull(things("a"))
        before = self.links()

        result = self.pull(things("A"), update_trace=lambda trace, thing: None)

        self.assertEqual((result.updated, self.links()), (1, before))

    def test_update_that_returns_another_record_moves_the_link(self):
        self.pull(things("a"))
        other = self.new_traces("other")

        self.pull(things("A"), update_trace=lambda trace, thing: other)

        self.assertEqual(self.links(), {"T1": other.id})

    def test_create_that_returns_no_record_fails_its_item(self):
        returned = [None, False, "", self.traces, self.new_traces("x", "y"), 7]
        for value in returned:
            with self.subTest(value=value):
                result = self.pull(
                    things("a"), on_error="collect", create_trace=returning(value)
                )
                self.assertEqual(result.failed, 1)
                reason = result.failures[0].reason
                self.assertIn("expected one record that is saved", reason)
                self.assertEqual(self.links(), {})

    def test_record_of_a_link_that_is_gone_is_created_anew(self):
        self.pull(things("a"))
        self.env.cr.execute("DELETE FROM connector_test_trace")
        self.env.invalidate_all()

        result = self.pull(things("b"))

        self.assertEqual(result.created, 1)
        self.assertEqual([*self.links().values()], self.traces.search([]).ids)

    def test_two_refs_do_not_share_a_record(self):
        trace = self.new_traces("one")

        result = self.pull(
            things("a", "b"), on_error="collect", create_trace=lambda thing: trace
        )

        self.assertEqual((result.created, result.failed), (1, 1))
        self.assertIn("'T1' is linked with it", result.failures[0].reason)
        self.assertEqual(self.links(), {"T1": trace.id})

    def test_record_that_has_a_link_already_fails_its_item(self):
        self.pull(things("a"))
        trace = self.traces.search([])

        result = self.pull(
            [{"ref": "T9", "name": "x"}, {"ref": "T10", "name": "y"}],
            on_error="collect",
            create_trace=lambda thing: (
                trace if thing["name"] == "x" else self.new_traces("y")
            ),
        )

        self.assertEqual((result.created, result.failed), (1, 1))
        self.assertIn("has it already", result.failures[0].reason)
        self.assertEqual([*self.links()], ["T1", "T10"])

    def test_sync_date_is_that_of_the_last_sync(self):
        """S14: it stayed that of the first."""
        self.pull(things("a"))
        self.env.cr.execute("UPDATE connector_link SET sync_date = '2020-01-01'")

        self.pull(things("a"))

        self.env.cr.execute("SELECT sync_date > '2021-01-01' FROM connector_link")
        self.assertEqual(self.env.cr.fetchall(), [(True,)])

    def test_sync_date_is_before_what_changes_meanwhile(self):
        """A change between the callback of an item and the end is newer than it."""
        for number in range(2):  # first it is created, then updated
            start = NOON + timedelta(days=number)
            with self.subTest(start=start), freeze_time(start) as clock:

                def make(thing, clock=clock):
                    clock.tick(60)
                    return self.new_traces(thing["name"])

                def change(_trace, _thing, clock=clock):
                    clock.tick(60)

                self.pull(things("a"), create_trace=make, update_trace=change)

                self.env.cr.execute("SELECT sync_date FROM connector_link")
                self.assertEqual(self.env.cr.fetchall(), [(start,)])

    def test_queries_do_not_grow_with_the_items(self):
        """S17: 500 items took 500. A record that is only read costs none."""
        items = [{"ref": str(number), "name": "x"} for number in range(100)]
        self.pull(items)
        self.env.flush_all()
        self.env.invalidate_all()

        with self.assertQueryCount(10):
            self.pull(items, update_trace=lambda trace, thing: trace)


class TestFailures(SyncCase):
    """One of three items fails."""

    def create_trace(self, thing):
        """Write, and fail for b."""
        trace = self.shop.create_trace(self.env, thing)
        if thing["name"] == "b":
            raise self.error
        return trace

    def pull_three(self, error, **options):
        """Sync a, b and c; b raises."""
        self.error = error
        return self.pull(
            things("a", "b", "c"), create_trace=self.create_trace, **options
        )

    def test_callback_that_raises_fails_its_item_only(self):
        result = self.pull_three(ValueError("no"), on_error="collect")

        self.assertEqual((result.created, result.failed), (2, 1))
        self.assertEqual(str(result.failures[0]), "T2 failed: ValueError: no")
        self.assertEqual(self.trace_names(), ["a", "c"])
        self.assertEqual([*self.links()], ["T1", "T3"])

    def test_all_failures_of_the_chunk_are_raised_after_it(self):
        with self.assertRaises(SyncError) as caught:
            self.pull_three(ValueError("no"))

        error = caught.exception
        self.assertEqual(error.result.created, 2)
        self.assertIn("1 of 3 items failed", str(error))
        self.assertIn("T2 failed: ValueError: no", str(error))
        self.assertIs(error.__cause__, self.error)

    def test_nothing_to_do_skips_the_item(self):
        result = self.pull_three(NothingToDoJob("not for us"))

        self.assertEqual((result.created, result.skipped), (2, 1))
        self.assertEqual(result.details[1].reason, "not for us")
        self.assertEqual(self.trace_names(), ["a", "c"])

    def test_item_that_may_succeed_later_ends_a_sync_that_raises(self):
        try:  # assertRaises would undo it all
            self.pull_three(RetryableJobError("busy"))
        except RetryableJobError as error:
            self.assertIs(error, self.error)

        self.assertEqual([call[1] for call in self.shop.calls], ["a", "b"])
        self.assertEqual([*self.links()], ["T1"])

    def test_item_that_may_succeed_later_fails_in_a_sync_that_collects(self):
        result = self.pull_three(RetryableJobError("busy"), on_error="collect")

        self.assertEqual((result.created, result.failed), (2, 1))

    def test_ref_that_cannot_be_read_fails_its_item_only(self):
        items = [{"name": "a"}, {"ref": "T2", "name": "b"}]

        result = self.pull(items, on_error="collect")

        self.assertEqual((result.created, result.failed), (1, 1))
        self.assertEqual(result.failures[0].reason, "KeyError: 'ref'")


class TestSource(SyncCase):
    def test_endless_source_is_taken_chunk_by_chunk(self):
        taken = itertools.count(1)
        source = ({"ref": number, "name": "x"} for number in taken)

        def create_trace(thing):
            if thing["ref"] == 700:
                raise ValueError("stop")
            return self.env[TRACE].browse(thing["ref"])

        with self.assertRaises(SyncError) as caught:
            self.pull(source, create_trace=create_trace)

        self.assertEqual(next(taken), 1001)
        self.assertEqual(caught.exception.result.created, 999)

    def test_source_may_be_any_iterable(self):
        items = things("a", "b")
        for source in (tuple(items), iter(items), dict(enumerate(items)).values()):
            with self.subTest(source=type(source).__name__):
                self.assertEqual(self.pull(source).done, 2)
        self.assertEqual(self.pull([]).done, 0)

    def test_one_item_in_place_of_many_is_refused(self):
        for source in (things("a")[0], "T1", 7, None):
            with self.subTest(source=source):
                with self.assertRaisesRegex(InvalidUsageError, "put one item into a"):
                    self.pull(source)

    def test_wrong_option_is_refused_before_the_first_item(self):
        info = self.shop.sync_info(self.env)
        cases = {"on_error is 'ignore', expected 'raise' or 'collect'": "ignore"}
        for message, on_error in cases.items():
            with self.assertRaisesRegex(InvalidUsageError, message):
                self.magic.sync_x2odoo(things("a"), info, True, on_error=on_error)

    def test_wrong_sync_info_is_refused_before_the_first_item(self):
        source = iter(things("a"))

        with self.assertRaises(InvalidUsageError):
            self.magic.sync_x2odoo(source, {"relation": "r"}, create=True)

        self.assertEqual(len(list(source)), 1)
