# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the jobs of a sync: a chunk each, a retry only the rest of it."""

import itertools
from functools import partial
from unittest import mock

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.exception import InvalidUsageError, RetryableJobError
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner

from ..models.job import TRACE
from ..models.sync import REL
from .queue_case import JOB, RUNNER_LOG
from .sync_case import SyncCase, SyncRaceCase, things

CHUNK = "odoo.addons.connector.magic.sync.sync.CHUNK"


class TestDelay(SyncCase):
    def test_each_chunk_is_a_job(self):
        with mock.patch(CHUNK, 2):
            uuids = self.magic.sync_x2odoo(things("a", "b", "c"), REL, True, delay=True)

        self.assertEqual(
            self.jobs().mapped("name"),
            [f"{REL}: items 1 to 2", f"{REL}: items 3 to 3"],
        )
        self.assertEqual(self.jobs().mapped("uuid"), uuids)
        self.assertEqual(self.trace_names(), [])
        self.run_jobs()
        self.assertEqual(self.jobs().mapped("state"), ["done", "done"])
        self.assertEqual(self.trace_names(), ["a", "b", "c"])

    def test_records_are_delayed_as_well(self):
        traces = self.new_traces("a", "b")

        self.magic.sync_odoo2x(iter(traces), REL, create=True, delay=True)
        self.run_jobs()

        self.assertEqual(self.shop.things, {"A1": "a", "A2": "b"})
        self.assertEqual(self.jobs().model_name, TRACE)

    def test_records_that_are_gone_meanwhile_are_skipped(self):
        traces = self.new_traces("a", "b")
        self.magic.sync_odoo2x(traces, REL, create=True, delay=True)
        traces[0].unlink()

        self.run_jobs()

        job = self.jobs()
        self.assertEqual((job.state, self.shop.things), ("done", {"A1": "b"}))
        self.assertEqual(job.result, f"{REL}: 1 created, 1 skipped")

    def test_flags_and_on_error_reach_the_job(self):
        self.shop.errors["b"] = ValueError("no")

        self.magic.sync_x2odoo(
            things("a", "b"), REL, create=True, on_error="collect", delay=True
        )
        self.run_jobs()

        job = self.jobs()[0]
        self.assertEqual((job.state, self.trace_names()), ("done", ["a"]))
        self.assertEqual(job.result_json["failed"], 1)
        self.assertEqual(job.result_json["failures"][0][1], "T2")

    def test_finished_items_stay_in_a_test_as_well(self):
        self.shop.errors["b"] = ValueError("no")

        self.magic.sync_x2odoo(things("a", "b", "c"), REL, create=True, delay=True)
        self.run_jobs()

        self.assertEqual(
            (self.jobs().state, self.trace_names()), ("failed", ["a", "c"])
        )

    def test_options_are_those_of_the_job(self):
        options = {"priority": 3, "description": "Mine", "channel": "root.traces"}

        self.magic.sync_x2odoo(things("a"), REL, True, delay=options)

        job = self.jobs()
        self.assertEqual((job.priority, job.name), (3, "Mine"))
        self.assertEqual(job.channel_id.complete_name, "root.traces")

    def test_empty_options_delay_and_false_does_not(self):
        self.assertIsInstance(self.magic.sync_x2odoo([], REL, delay={}), list)
        self.assertEqual(self.magic.sync_x2odoo([], REL, delay=False).done, 0)

    def test_wrong_option_is_refused(self):
        cases = {
            "Did you mean|unknown options 'prioriti'": {"prioriti": 3},
            "delay is 7, expected True": 7,
        }
        for message, delay in cases.items():
            with self.subTest(delay=delay):
                with self.assertRaisesRegex(InvalidUsageError, message):
                    self.magic.sync_x2odoo(things("a"), REL, True, delay=delay)
        self.assertFalse(self.jobs())

    def test_dictionary_with_delay_is_refused_and_the_remedy_named(self):
        source = iter(things("a"))
        info = self.shop.sync_info(self.env)

        with self.assertRaisesRegex(InvalidUsageError, r"@declare_sync\(relation\)"):
            self.magic.sync_x2odoo(source, info, create=True, delay=True)

        self.assertEqual(len(list(source)), 1)
        self.assertFalse(self.jobs())

    def test_wrong_declaration_is_refused_at_the_call(self):
        with mock.patch.object(self.shop, "sync_info", return_value={}):
            with self.assertRaisesRegex(InvalidUsageError, "is missing"):
                self.magic.sync_x2odoo(things("a"), REL, create=True, delay=True)

    def test_item_that_no_job_can_keep_is_named(self):
        items = [*things("a", "b", "c"), {"ref": "T4", "name": print}]

        with mock.patch(CHUNK, 2):
            with self.assertRaisesRegex(InvalidUsageError, "item 4 of src_list") as got:
                self.magic.sync_x2odoo(items, REL, create=True, delay=True)

        self.assertIn("['name']", str(got.exception))
        self.assertFalse(self.jobs())

    def test_item_that_is_no_record_is_named(self):
        traces = self.new_traces("a")

        with self.assertRaisesRegex(InvalidUsageError, "item 2 of src_list: .* one re"):
            self.magic.sync_odoo2x([traces, "b"], REL, create=True, delay=True)

    def test_endless_source_is_refused(self):
        source = ({"ref": number} for number in itertools.count())

        self.patch_max(1000)
        with self.assertRaisesRegex(InvalidUsageError, "expected a source that ends"):
            self.magic.sync_x2odoo(source, REL, create=True, delay=True)

        self.assertFalse(self.jobs())

    def patch_max(self, count):
        """Let as many items be delayed at the most."""
        path = "odoo.addons.connector.magic.sync_job.DELAYED_MAX"
        self.enterContext(mock.patch(path, count))


class TestRun(SyncRaceCase):
    """Jobs of a sync, run as a worker does: what they commit is committed."""

    def delay(self, items, **options) -> str:
        """Delay a chunk and commit; return its uuid."""
        env = self.open_env()
        options = {"create": True, "delay": {"max_retries": 3}, **options}
        (uuid,) = Magic(env).sync_x2odoo(items, REL, **options)
        env.cr.commit()
        return uuid

    def delay_traces(self, count: int) -> str:
        """Delay the push of traces 1, 2…; return the uuid."""
        ids = self.make_traces(*map(str, range(1, count + 1)))
        env = self.open_env()
        records = env[TRACE].browse(ids)
        (uuid,) = Magic(env).sync_odoo2x(records, REL, create=True, delay=True)
        env.cr.commit()
        return uuid

    @mute_logger(RUNNER_LOG)
    def run_jobs(self) -> None:
        """Run what is ready."""
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        runner = Runner(
            self.open_bookkeeping(), 1, partial(own_transaction, connection)
        )
        while jobs := runner.claim():
            for job in jobs:
                runner.run_job(job)

    def requeue(self, uuid: str) -> None:
        """Let a failed job run again."""
        env = self.open_env()
        env[JOB].search([("uuid", "=", uuid)]).requeue()
        env.cr.commit()
        self.run_jobs()

    def run_later(self, uuid: str) -> None:
        """Run a job whose wait has ended."""
        self.query(
            "UPDATE connector_queue_job SET eta = now() AT TIME ZONE 'UTC'"
            " WHERE uuid = %s AND hold = 'eta'",
            uuid,
        )
        store.promote(self.open_bookkeeping())
        self.run_jobs()

    def names(self) -> list[str]:
        """Return the names of the traces, as they are committed now."""
        statement = "SELECT name FROM connector_test_trace ORDER BY id"
        return [name for (name,) in self.query(statement)]

    def test_400th_item_fails_and_399_are_linked(self):
        """S15"""
        uuid = self.delay_traces(400)
        self.shop.errors["400"] = ValueError("no")

        self.run_jobs()

        state, exc_info = self.row(uuid, "state, exc_info")
        self.assertEqual((state, len(self.links())), ("failed", 399))
        self.assertIn(f"{TRACE},", exc_info)
        self.assertIn("failed: ValueError: no", exc_info)

    def test_job_that_is_run_again_does_only_what_failed(self):
        uuid = self.delay_traces(4)
        self.shop.errors["2"] = ValueError("no")
        self.run_jobs()
        self.shop.errors.clear()
        self.shop.calls.clear()

        self.requeue(uuid)

        self.assertEqual(self.shop.calls, [("create", "2")])
        state, result = self.row(uuid, "state, result")
        self.assertEqual((state, result), ("done", f"{REL}: 4 created"))
        self.assertEqual(len(self.links()), 4)

    def test_finished_items_stay_in_odoo_as_well(self):
        uuid = self.delay(things("a", "b", "c"))
        self.shop.errors["b"] = ValueError("no")

        self.run_jobs()

        self.assertEqual(self.row(uuid), ("failed",))
        self.assertEqual(self.names(), ["a", "c"])
        self.assertEqual([*self.links()], ["T1", "T3"])

    def test_only_the_item_that_has_to_wait_and_those_after_it_are_tried_again(self):
        uuid = self.delay(things("a", "b", "c"), update=True)
        self.shop.errors["b"] = RetryableJobError("busy", seconds=60)
        self.run_jobs()
        self.assertEqual(self.row(uuid, "state, retry"), ("pending", 1))
        self.assertEqual(self.names(), ["a"])
        self.assertEqual([*self.links()], ["T1"])
        self.shop.errors.clear()
        self.shop.calls.clear()

        self.run_later(uuid)

        self.assertEqual([call[1] for call in self.shop.calls], ["b", "c"])
        state, result = self.row(uuid, "state, result")
        self.assertEqual((state, result), ("done", f"{REL}: 3 created"))

    def test_failure_before_the_wait_is_told_at_the_end(self):
        uuid = self.delay(things("a", "b", "c"))
        self.shop.errors["a"] = ValueError("no")
        self.shop.errors["b"] = RetryableJobError("busy", seconds=60)
        self.run_jobs()
        del self.shop.errors["b"]
        self.shop.calls.clear()

        self.run_later(uuid)

        self.assertEqual([call[1] for call in self.shop.calls], ["b", "c"])
        state, exc_info = self.row(uuid, "state, exc_info")
        self.assertEqual((state, self.names()), ("failed", ["b", "c"]))
        self.assertIn("T1 failed: ValueError: no", exc_info)

    def test_retries_end_as_those_of_other_jobs(self):
        uuid = self.delay(things("a"))
        self.shop.errors["a"] = RetryableJobError("busy", seconds=60)

        for _attempt in range(3):
            self.run_later(uuid)

        self.assertEqual(self.row(uuid, "state, retry"), ("failed", 3))

    def test_job_tells_how_far_it_is(self):
        uuid = self.delay(things("a", "b"))

        self.run_jobs()

        told = self.query(
            "SELECT done, total, message FROM connector_queue_progress"
            " WHERE job_id = (SELECT id FROM connector_queue_job WHERE uuid = %s)",
            uuid,
        )
        self.assertEqual(told, [(2, 2, REL)])
