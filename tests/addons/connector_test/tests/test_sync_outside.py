# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of external effects: what was created elsewhere stays linked.

The transactions are real: a rollback takes back what Odoo has of it.
"""

from unittest import mock

import psycopg2.errors

from odoo.tools import mute_logger

from odoo.addons.connector.exception import RetryableJobError, SyncError
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.magic.sync import external_effects as outside

from ..models.job import TRACE
from ..models.sync import REL
from .sync_case import SyncRaceCase

LOG = "odoo.addons.connector.magic.sync.external_effects"
SQL_LOG = "odoo.sql_db"


class TestOutside(SyncRaceCase):
    def start(self, count: int):
        """Return MAGIC in a transaction of its own, and records 1, 2…"""
        ids = self.make_traces(*map(str, range(1, count + 1)))
        env = self.open_env()
        return Magic(env), env[TRACE].browse(ids)

    def push(self, magic, records, **options):
        """Create the records in the shop."""
        info = self.shop.sync_info(magic.env)
        return magic.sync_odoo2x(records, info, create=True, **options)

    def test_400th_item_fails_and_399_are_linked_before_the_error_is_out(self):
        """S15: none was, and the next sync created them again."""
        magic, records = self.start(400)
        self.shop.errors["400"] = ValueError("no")

        with self.assertRaises(SyncError):
            self.push(magic, records)

        self.assertEqual(len(self.links()), 399)

    def test_next_sync_creates_only_what_failed(self):
        magic, records = self.start(400)
        self.shop.errors["400"] = ValueError("no")
        with self.assertRaises(SyncError):
            self.push(magic, records)
        magic.env.cr.rollback()
        self.shop.errors.clear()

        result = self.push(magic, records)
        magic.env.cr.commit()

        self.assertEqual((result.created, result.skipped), (1, 399))
        self.assertEqual(len(self.shop.things), 400)
        self.assertEqual(len(self.links()), 400)

    def test_chunks_before_the_one_that_failed_are_linked_as_well(self):
        magic, records = self.start(12)
        self.shop.errors["12"] = ValueError("no")

        with mock.patch("odoo.addons.connector.magic.sync.sync.CHUNK", 5):
            with self.assertRaises(SyncError):
                self.push(magic, records)

        self.assertEqual(len(self.links()), 11)

    def test_collected_failures_leave_the_others_linked(self):
        magic, records = self.start(3)
        self.shop.errors["2"] = ValueError("no")

        result = self.push(magic, records, on_error="collect")
        magic.env.cr.commit()

        self.assertEqual((result.created, result.failed), (2, 1))
        self.assertEqual(len(self.links()), 2)

    @mute_logger(SQL_LOG)
    def test_whatever_ends_the_sync(self):
        errors = [
            RetryableJobError("busy"),
            psycopg2.errors.SerializationFailure("another one was faster"),
            KeyboardInterrupt(),
        ]
        for number, error in enumerate(errors, start=1):
            with self.subTest(error=error):
                magic, records = self.start(3)
                self.shop.errors["3"] = error
                with self.assertRaises(type(error)):
                    self.push(magic, records)
                self.assertEqual(len(self.links()), 2 * number)

    def test_source_that_fails(self):
        magic, records = self.start(3)

        def source():
            yield from records
            raise LookupError("no more")

        with mock.patch("odoo.addons.connector.magic.sync.sync.CHUNK", 3):
            with self.assertRaises(LookupError):
                self.push(magic, source())

        self.assertEqual(len(self.links()), 3)

    def test_transaction_that_is_undone_after_the_sync(self):
        magic, records = self.start(2)
        self.push(magic, records)
        self.assertEqual(self.links(), {})

        magic.env.cr.rollback()

        self.assertEqual(len(self.links()), 2)

    def test_transaction_that_is_committed(self):
        magic, records = self.start(2)
        self.push(magic, records)

        magic.env.cr.commit()
        magic.env.cr.rollback()

        self.assertEqual(len(self.links()), 2)

    def test_moved_link_stays_moved(self):
        magic, records = self.start(2)
        self.push(magic, records)
        magic.env.cr.commit()
        before = self.links()

        info = self.shop.sync_info(
            magic.env, update_thing=lambda ref, record: f"B-{ref}"
        )
        magic.sync_odoo2x(records, info, update=True)
        magic.env.cr.rollback()

        self.assertEqual(self.links(), {f"B-{ref}": before[ref] for ref in before})

    def test_rows_that_the_transaction_itself_holds_are_waited_for_until_it_ends(self):
        magic, records = self.start(3)
        self.push(magic, records[0])  # makes the relation, which nobody else sees
        self.shop.errors["3"] = ValueError("no")

        self.patch(outside, "SET_PATIENCE", "SET LOCAL lock_timeout = '10ms'")
        with mute_logger(SQL_LOG), self.assertRaises(SyncError):
            self.push(magic, records)
        magic.env.cr.rollback()

        self.assertEqual([*self.links().values()], records[:2].ids)

    def test_other_system_has_a_ref_twice(self):
        """The second link is impossible; the sync ends with its own error."""
        magic, records = self.start(2)
        self.push(magic, records[0])
        magic.env.cr.commit()
        info = self.shop.sync_info(magic.env, create_thing=lambda record: "A1")

        magic.sync_odoo2x(records[1], info, create=True, on_error="collect")
        with self.assertLogs(LOG, "ERROR") as logs:
            magic.env.cr.rollback()

        self.assertIn("has it already", logs.output[0])
        self.assertEqual([*self.links()], ["A1"])

    def test_record_that_was_never_committed_is_not_linked(self):
        env = self.open_env()
        magic, record = Magic(env), env[TRACE].create({"name": "1"})
        self.push(magic, record)

        with self.assertLogs(LOG, "WARNING"):
            env.cr.rollback()

        self.assertEqual(self.links(), {})

    def pull_with_push(self, magic, records, **options):
        """Sync an item whose callback creates records in the shop, and fails."""

        def create_trace(_thing):
            self.push(magic, records)
            raise ValueError("no")

        info = self.shop.sync_info(magic.env, create_trace=create_trace)
        info["relation"] = "outer"
        return magic.sync_x2odoo([{"ref": 1}], info, create=True, **options)

    def test_item_with_a_sync_of_its_own_is_undone(self):
        magic, records = self.start(2)

        self.pull_with_push(magic, records, on_error="collect")
        magic.env.cr.commit()

        self.assertEqual(len(self.links()), 2)

    def test_sync_inside_of_one_that_ends_with_an_error(self):
        magic, records = self.start(3)

        def create_thing(record):
            self.push(magic, records[:2])
            raise RetryableJobError("busy")

        info = self.shop.sync_info(magic.env, create_thing=create_thing)
        info["relation"] = "outer"
        with self.assertRaises(RetryableJobError):
            magic.sync_odoo2x(records[2], info, create=True)

        self.assertEqual(len(self.links()), 2)

    def test_what_came_to_odoo_goes_with_the_transaction(self):
        env = self.open_env()
        Magic(env).sync_x2odoo([{"ref": 1, "name": "a"}], REL, create=True)

        env.cr.rollback()

        self.assertEqual(self.links(), {})
        self.assertEqual(
            self.query("SELECT count(*) FROM connector_test_trace"), [(0,)]
        )
