# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the rollback of a failed item alone."""

import contextlib
import io

from psycopg2.extensions import AsIs

from odoo.tools import SQL, mute_logger

from odoo.addons.connector.exception import TransactionLostError
from odoo.addons.connector.magic.sync.savepoints import ItemSavepoints

from ..models.job import TRACE
from .queue_case import QueueCase

NO_COMPANY = 999_999  # refused when it is written to the database


class TestItemSavepoints(QueueCase):
    def setUp(self):
        super().setUp()
        self.guard = ItemSavepoints(self.env.cr)
        self.trace = self.traces.create({"name": "before"})
        self.env.flush_all()

    def stop(self):
        """Fail, after what was done before."""
        raise ValueError("no")

    def error_of(self, callback, *args) -> str:
        """Return the error of an item; assertRaises would make its own savepoint."""
        try:
            self.guard.call(callback, *args)
        except Exception as error:  # noqa: BLE001 whatever it is, it is shown
            return str(error)
        return "none"

    def test_what_was_written_to_the_database_is_taken_back(self):
        def write():
            self.traces.create({"name": "new"})
            self.stop()

        with self.guard.watching():
            self.error_of(write)

        self.assertEqual(self.trace_names(), ["before"])

    def test_what_was_only_assigned_is_taken_back(self):
        def assign():
            self.trace.name = "after"
            self.stop()

        with self.guard.watching():
            self.error_of(assign)

        self.assertEqual(self.trace.name, "before")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.trace.name, "before")

    @mute_logger("odoo.sql_db")
    def test_what_the_database_refuses_later_fails_its_own_item(self):
        def assign():
            self.trace.company_id = NO_COMPANY

        with self.guard.watching():
            self.guard.call(lambda: self.traces.create({"name": "first"}))
            self.assertIn("violates foreign key", self.error_of(assign))
            self.guard.call(lambda: self.traces.create({"name": "third"}))

        self.assertEqual(self.trace_names(), ["before", "first", "third"])

    def test_items_before_a_failed_one_keep_what_they_wrote(self):
        def assign(name):
            self.trace.name = name

        with self.guard.watching():
            self.guard.call(assign, "good")
            self.error_of(self.stop)
            self.error_of(lambda: [assign("bad"), self.stop()])

        self.env.invalidate_all()
        self.assertEqual(self.trace.name, "good")

    def test_what_the_caller_wrote_before_stays(self):
        self.trace.name = "caller"

        with self.guard.watching():
            self.error_of(self.stop)

        self.assertEqual(self.trace.name, "caller")

    def test_copy_is_taken_back_as_well(self):
        def copy():
            self.env.cr.copy_from(
                io.StringIO("copied\n"), "connector_test_trace", columns=("name",)
            )
            self.stop()

        with self.guard.watching():
            self.error_of(copy)

        self.assertEqual(self.trace_names(), ["before"])

    def test_item_that_does_not_use_the_database_costs_no_statement(self):
        with self.guard.watching(), self.assertQueryCount(0):
            for _item in range(10):
                self.guard.call(lambda: None)
            self.error_of(self.stop)

    def rename(self, name):
        """Write by a statement of which Odoo's SQL knows code and values apart."""
        self.env.cr.execute(SQL("UPDATE connector_test_trace SET name = %s", name))

    def test_item_that_writes_costs_no_round_trip_more_than_the_first(self):
        with self.assertQueryCount(12), self.guard.watching():
            for number in range(10):
                self.guard.call(self.rename, str(number))

    def test_each_item_is_taken_back_for_itself_though_it_costs_nothing(self):
        with self.guard.watching():
            for name in ("one", "two"):
                self.guard.call(self.rename, name)
            self.error_of(lambda: [self.rename("three"), self.stop()])

        self.env.invalidate_all()
        self.assertEqual(self.trace.name, "two")

    def test_item_that_writes_text_of_its_own_costs_one_statement_more(self):
        def write(number):
            self.env.cr.execute("UPDATE connector_test_trace SET name = %s", [number])

        with self.assertQueryCount(21), self.guard.watching():
            for number in range(10):
                self.guard.call(write, number)

    @mute_logger("odoo.sql_db")
    def test_statement_that_is_not_understood_fails_its_own_item(self):
        def write(*_args):
            self.env.cr.execute(SQL("UPDATE nonsense nonsense nonsense"))

        with self.guard.watching():
            self.guard.call(self.rename, "first")
            self.assertIn("syntax error", self.error_of(write))
            self.guard.call(self.rename, "third")

        self.env.invalidate_all()
        self.assertEqual(self.trace.name, "third")

    @mute_logger("odoo.sql_db")
    def test_values_that_break_a_known_statement_lose_no_item_in_silence(self):
        """AsIs is the one way: PostgreSQL stumbles before it makes a savepoint."""
        with self.assertRaisesRegex(TransactionLostError, "Use parameters"):
            with self.env.cr.savepoint(), self.guard.watching():
                for name in ("one", "two"):
                    self.guard.call(self.rename, name)
                self.guard.call(self.rename, AsIs("nonsense nonsense"))

        self.env.invalidate_all()
        self.assertEqual(self.trace.name, "before")

    def test_commit_and_rollback_in_a_callback_are_refused(self):
        for end in ("commit", "rollback"):
            with self.subTest(end=end), self.guard.watching():
                error = self.error_of(lambda: getattr(self.env.cr, end)())  # noqa: B023
                self.assertIn(f"Cannot {end} in a callback of a sync", error)

    def test_cursor_is_as_before_afterwards(self):
        before = dict(vars(self.env.cr))

        with self.guard.watching():
            self.assertNotEqual(dict(vars(self.env.cr)), before)

        self.assertEqual(dict(vars(self.env.cr)), before)

    def test_item_may_have_items_of_its_own(self):
        def outer():
            inner = ItemSavepoints(self.env.cr)
            self.traces.create({"name": "outer"})
            with inner.watching():
                inner.call(lambda: self.traces.create({"name": "inner"}))
                with contextlib.suppress(ValueError):
                    inner.call(
                        lambda: [self.traces.create({"name": "bad"}), self.stop()]
                    )

        with self.guard.watching():
            self.guard.call(outer)
            self.error_of(lambda: [outer(), self.stop()])

        self.assertEqual(self.trace_names(), ["before", "outer", "inner"])

    def test_savepoint_of_odoo_inside_works(self):
        def write():
            with self.env.cr.savepoint():
                self.env[TRACE].create({"name": "inside"})

        with self.guard.watching():
            self.guard.call(write)
            self.error_of(lambda: [write(), self.stop()])

        self.assertEqual(self.trace_names(), ["before", "inside"])
