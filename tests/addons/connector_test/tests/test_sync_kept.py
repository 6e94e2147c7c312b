# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of what is kept when items of a sync fail inside of a job."""

from odoo.addons.connector.exception import RetryableJobError, SyncError
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.magic.sync import sync as sync_module
from odoo.addons.connector.queue.job import job

from ..models import sync
from ..models.job import TRACE
from ..models.sync import REL
from .sync_case import SyncCase, things

CHECKPOINT = "connector.checkpoint"


@job
def sync_declared(session, model_name, names, on_error="raise"):
    """Sync things by the declared sync, as a job of a connector does."""
    magic = Magic(session.env)
    return magic.sync_x2odoo(things(*names), REL, True, True, on_error=on_error)


@job
def sync_given(session, model_name, names):
    """Sync things with callbacks of its own, and go on where they fail."""
    info = sync.SHOP.sync_info(session.env)
    magic = Magic(session.env)
    return magic.sync_x2odoo(things(*names), info, True, on_error="collect")


@job
def sync_unstorable(session, model_name):
    """Sync a thing with a function in it, by the declared sync."""
    (thing,) = things("b")
    items = [{**thing, "on_change": print}]
    return Magic(session.env).sync_x2odoo(items, REL, True, on_error="collect")


@job
def sync_in_sync(session, model_name, is_failing):
    """Sync things in the callback of another sync, which may fail afterwards."""

    def create(ref):
        sync_declared(session, model_name, ["a", "b"], "collect")
        if is_failing:
            raise ValueError("outer")
        return session.env[TRACE].create({"name": ref})

    info = {"relation": "r", "x": {"get_ref": str}, "odoo": {"create": create}}
    return Magic(session.env).sync_x2odoo(["o"], info, True, on_error="collect")


class KeptCase(SyncCase):
    def setUp(self):
        super().setUp()
        self.session = self.session_of(self.env.user)
        self.shop.errors["b"] = ValueError("no")

    def run_one(self, uuid: str):
        """Run what is ready; return the job."""
        self.run_jobs()
        return self.job(uuid)

    def run_declared(self, *names, **options):
        """Run a job that syncs things and goes on where they fail; return it."""
        return self.run_one(
            sync_declared.delay(self.session, TRACE, names, "collect", **options)
        )

    def kept(self):
        """Return the jobs that hold failed items."""
        return self.jobs().filtered(lambda one: "failed item" in one.name)


class TestError(KeptCase):
    """The error of a sync that raises says what is kept."""

    def test_in_a_job_of_a_connector_nothing_is_kept_and_it_says_so(self):
        job = self.run_one(sync_declared.delay(self.session, TRACE, ["a", "b"]))

        self.assertEqual((job.state, self.trace_names()), ("failed", []))
        self.assertIn("1 created, 1 failed. Where this error ends the", job.exc_info)
        self.assertIn("nothing of it is kept", job.exc_info)
        self.assertIn("T2 failed: ValueError: no", job.exc_info)

    def test_in_the_job_of_a_delayed_sync_the_others_are_kept_and_it_says_so(self):
        (uuid,) = self.magic.sync_x2odoo(things("a", "b"), REL, True, delay=True)

        job = self.run_one(uuid)

        self.assertEqual((job.state, self.trace_names()), ("failed", ["a"]))
        self.assertIn("The others are kept; Requeue tries only the", job.exc_info)

    def test_what_was_created_outside_is_kept_and_it_says_so(self):
        records = self.new_traces("a", "b")

        with self.assertRaisesRegex(SyncError, "stays there and is linked"):
            self.magic.sync_odoo2x(records, REL, create=True)

        self.assertEqual(self.shop.things, {"A1": "a"})


class TestCollect(KeptCase):
    """The failed items of a job that goes on wait for a person."""

    def test_failed_items_are_a_job_that_can_be_requeued(self):
        job = self.run_declared("a", "b", "c")

        kept = self.kept()
        self.assertEqual((job.state, kept.state), ("done", "failed"))
        self.assertEqual(self.trace_names(), ["a", "c"])
        self.assertEqual(
            job.result, f"{REL}: 2 created, 1 failed (kept in job {kept.uuid})"
        )
        self.assertIn("T2 failed: ValueError: no", kept.exc_info)

    def test_requeued_they_alone_are_tried_again(self):
        self.run_declared("a", "b", "c")
        self.shop.errors.clear()
        self.shop.calls.clear()

        self.kept().requeue()
        self.run_jobs()

        self.assertEqual(self.kept().state, "done")
        self.assertEqual(self.shop.calls, [("create", "b")])
        self.assertEqual(self.trace_names(), ["a", "c", "b"])

    def test_they_are_not_tried_before_somebody_says_so(self):
        self.run_declared("a", "b")

        self.assertEqual(self.shop.calls, [("create", "a"), ("create", "b")])

    def test_items_of_a_delayed_sync_are_kept_as_well(self):
        (uuid,) = self.magic.sync_x2odoo(
            things("a", "b"), REL, True, on_error="collect", delay=True
        )

        job = self.run_one(uuid)

        self.assertEqual((job.state, self.kept().state), ("done", "failed"))
        self.assertIn(f"(kept in job {self.kept().uuid})", job.result)

    def test_records_are_kept_as_well(self):
        records = self.new_traces("a", "b")
        self.magic.sync_odoo2x(records, REL, True, on_error="collect", delay=True)

        self.run_jobs()
        self.shop.errors.clear()
        self.kept().requeue()
        self.run_jobs()

        self.assertEqual(self.kept().state, "done")
        self.assertEqual(self.shop.things, {"A1": "a", "A2": "b"})

    def test_item_before_one_that_has_to_wait_is_kept(self):
        self.shop.errors["c"] = RetryableJobError("busy", seconds=60)
        (uuid,) = self.magic.sync_x2odoo(
            things("a", "b", "c"), REL, True, on_error="collect", delay=True
        )

        job = self.run_one(uuid)

        self.assertEqual((job.state, self.kept().state), ("pending", "failed"))
        self.assertEqual(self.trace_names(), ["a"])

    def test_each_chunk_keeps_its_own(self):
        self.patch_chunk(2)
        self.shop.errors["d"] = ValueError("no")

        job = self.run_declared("a", "b", "c", "d")

        first, second = self.kept()
        self.assertEqual((first + second).mapped("state"), ["failed", "failed"])
        self.assertIn(f"(kept in job {first.uuid}, job {second.uuid})", job.result)

    def test_same_items_that_fail_again_stay_one_job(self):
        self.run_declared("a", "b")
        self.run_declared("a", "b")

        self.assertEqual(len(self.kept()), 1)

    def test_their_job_is_in_the_channel_of_the_one_that_met_them(self):
        self.run_declared("a", "b", channel="root.traces", priority=3)

        kept = self.kept()
        self.assertEqual(kept.channel_id.complete_name, "root.traces")
        self.assertEqual(kept.priority, 3)

    def test_item_of_callbacks_that_no_job_can_keep_is_a_checkpoint(self):
        job = self.run_one(sync_given.delay(self.session, TRACE, ["a", "b"]))

        checkpoint = self.env[CHECKPOINT].search([])
        self.assertEqual(checkpoint.message, "T2 failed: ValueError: no")
        self.assertEqual(checkpoint.backend_id.name, REL)
        self.assertEqual(checkpoint.job_id, job)
        self.assertEqual(
            job.result,
            f"{REL}: 1 created, 1 failed (kept in 1 checkpoint of the relation)",
        )
        self.assertFalse(self.kept())

    def test_item_that_no_job_can_store_is_a_checkpoint(self):
        job = self.run_one(sync_unstorable.delay(self.session, TRACE))

        self.assertEqual((job.state, len(self.jobs())), ("done", 1))
        messages = self.env[CHECKPOINT].search([]).mapped("message")
        self.assertEqual(messages, ["T1 failed: ValueError: no"])

    def test_many_failures_are_a_hundred_checkpoints_and_a_count(self):
        names = [f"n{number}" for number in range(103)]
        self.shop.errors = {name: ValueError("no") for name in names}

        self.run_one(sync_given.delay(self.session, TRACE, names))

        messages = self.env[CHECKPOINT].search([]).mapped("message")
        self.assertEqual(len(messages), 101)
        self.assertIn("3 more items failed", messages)

    def test_sync_inside_of_an_item_keeps_its_failures(self):
        self.run_one(sync_in_sync.delay(self.session, TRACE, False))

        self.assertEqual(self.kept().state, "failed")

    def test_sync_inside_of_an_item_that_fails_leaves_nothing(self):
        self.run_one(sync_in_sync.delay(self.session, TRACE, True))

        self.assertFalse(self.kept())
        self.assertEqual(self.trace_names(), [])

    def test_outside_of_a_job_the_caller_sees_them_and_nothing_is_kept(self):
        result = self.magic.sync_x2odoo(things("b"), REL, True, on_error="collect")

        self.assertEqual((result.failed, result.kept_in), (1, []))
        self.assertFalse(self.jobs())
        self.assertFalse(self.env[CHECKPOINT].search([]))

    def patch_chunk(self, count: int) -> None:
        """Let a chunk have so many items."""
        self.patch(sync_module, "CHUNK", count)
