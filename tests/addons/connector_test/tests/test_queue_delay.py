# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of delayed calls."""

from datetime import datetime, timedelta, timezone

from odoo.addons.connector.exception import (
    InvalidUsageError,
    UnserializableArgumentError,
)
from odoo.addons.connector.queue.job import identity_exact

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, make_channel

LEAVE_TRACE = "odoo.addons.connector_test.models.job.leave_trace"


class TestDelay(QueueCase):
    def delay(self, *args, **options):
        """Delay a job and return its record."""
        return self.job(leave_trace.delay(self.session, TRACE, *args, **options))

    def test_delay_returns_the_uuid_of_the_job(self):
        uuid = leave_trace.delay(self.session, TRACE)

        self.assertEqual(self.jobs().mapped("uuid"), [uuid])

    def test_delayed_function_does_not_run_at_once(self):
        self.delay()

        self.assertEqual(self.trace_names(), [])

    def test_call_without_delay_runs_at_once(self):
        result = leave_trace(self.session, TRACE, "now")

        self.assertEqual((result, self.trace_names()), ("now", ["now"]))
        self.assertFalse(self.jobs())

    def test_job_without_options_has_the_classic_ones(self):
        job = self.delay()

        self.assertEqual((job.priority, job.max_retries), (10, 5))
        self.assertEqual((job.eta, job.identity_key), (False, False))
        self.assertEqual((job.state, job.channel), ("pending", "root"))
        self.assertEqual(job.name, "Leave a trace.")

    def test_job_knows_its_function_and_model(self):
        job = self.delay()

        self.assertEqual((job.func_name, job.model_name), (LEAVE_TRACE, TRACE))
        self.assertEqual(job.job_function_id.name, LEAVE_TRACE)

    def test_options_are_kept(self):
        make_channel(self.env, "root.own.lane")

        job = self.delay(
            priority=3, max_retries=0, description="Say it", channel="root.own.lane"
        )

        self.assertEqual((job.priority, job.max_retries), (3, 0))
        self.assertEqual((job.name, job.channel), ("Say it", "root.own.lane"))

    def test_options_do_not_reach_the_function(self):
        self.delay("a", priority=3, description="Say it")

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["a"])

    def test_keyword_arguments_reach_the_function(self):
        self.delay(name="by keyword")

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["by keyword"])

    def test_option_that_is_none_is_as_if_not_given(self):
        job = self.delay(priority=None, max_retries=None)

        self.assertEqual((job.priority, job.max_retries), (10, 5))

    def test_eta_may_be_a_span(self):
        for eta in (90, 90.0, timedelta(seconds=90)):
            with self.subTest(eta=eta):
                before = datetime.now(timezone.utc).replace(tzinfo=None)
                wait = self.delay(eta=eta).eta - before
                self.assertAlmostEqual(wait.total_seconds(), 90, delta=5)

    def test_eta_may_be_a_time_in_utc_or_in_any_zone(self):
        noon = datetime.fromisoformat("2040-01-31T12:00:00")
        for eta in (noon, datetime.fromisoformat("2040-01-31T14:00:00+02:00")):
            with self.subTest(eta=eta):
                self.assertEqual(self.delay(eta=eta).eta, noon)

    def test_job_does_not_start_before_its_eta(self):
        job = self.delay(eta=60)

        counts = [self.run_jobs()]
        self.make_due(job)
        counts.append(self.run_jobs())

        self.assertEqual(counts, [0, 1])

    def test_job_whose_eta_has_passed_starts_at_once(self):
        self.delay(eta=datetime.fromisoformat("2020-01-01"))

        self.assertEqual(self.run_jobs(), 1)

    def test_many_are_delayed_with_three_queries_at_the_most(self):
        self.delay()  # ids of function and channel are known from now on
        self.env.flush_all()

        for count in (1, 10, 500):
            args = [(f"{count}/{number}",) for number in range(count)]
            with self.subTest(count=count), self.assertQueryCount(3):
                uuids = leave_trace.delay_many(self.session, TRACE, args)
            self.assertEqual(len(set(uuids)), count)

    def test_many_with_keys_are_delayed_with_three_queries_at_the_most(self):
        options = {"identity_key": identity_exact}
        args = [(str(number),) for number in range(50)]
        known = leave_trace.delay_many(self.session, TRACE, args[:20], **options)

        with self.assertQueryCount(3):
            uuids = leave_trace.delay_many(self.session, TRACE, args, **options)

        self.assertEqual(uuids[:20], known)
        self.assertEqual(len(self.jobs()), 50)

    def test_many_uuids_are_in_the_order_of_the_arguments(self):
        args = [("a",), ("b",), ("c",)]

        uuids = leave_trace.delay_many(self.session, TRACE, args)
        self.run_jobs()

        self.assertEqual([self.job(uuid).result for uuid in uuids], ["a", "b", "c"])

    def test_many_of_nothing_are_no_jobs(self):
        self.assertEqual(leave_trace.delay_many(self.session, TRACE, []), [])

        self.assertFalse(self.jobs())

    def test_argument_that_is_no_data_is_refused_by_name(self):
        with self.assertRaises(UnserializableArgumentError) as caught:
            self.delay(name=object())

        self.assertEqual(caught.exception.path, "argument 'name'")
        self.assertFalse(self.jobs())

    def test_root_of_the_channel_has_to_be_named(self):
        job = self.delay(channel="root")

        self.assertEqual(job.channel_id, self.env.ref("connector.channel_root"))


class TestDelayedMethod(QueueCase):
    def setUp(self):
        super().setUp()
        self.two = self.traces.create([{"name": "a"}, {"name": "b"}])

    def test_method_runs_later_on_its_records(self):
        uuid = self.two.delayed().rename("later")
        before = self.two.mapped("name")

        self.run_jobs()

        self.assertEqual(before, ["a", "b"])
        self.assertEqual(self.two.mapped("name"), ["LATER", "LATER"])
        self.assertEqual(self.job(uuid).state, "done")

    def test_method_takes_the_options_of_a_job(self):
        uuid = self.two.delayed(priority=2, max_retries=1).rename("later")

        job = self.job(uuid)
        self.assertEqual((job.priority, job.max_retries), (2, 1))

    def test_job_of_a_method_is_named_after_model_and_method(self):
        job = self.job(self.two.delayed().rename("later"))

        self.assertEqual(job.func_name, f"{TRACE}.rename")
        self.assertEqual(job.job_function_id.name, f"{TRACE}.rename")
        self.assertEqual((job.model_name, job.channel), (TRACE, "root.traces"))
        self.assertEqual(job.name, "Rename these traces.")

    def test_many_calls_are_many_jobs(self):
        uuids = (
            self.traces.browse(self.two[0].id)
            .delayed_many([("c",), ("d",)], priority=4)
            .copy_as()
        )

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["a", "b", "c", "d"])
        self.assertEqual([self.job(uuid).priority for uuid in uuids], [4, 4])

    def test_unknown_option_is_refused_with_those_there_are(self):
        for delay in (self.two.delayed, lambda **o: self.two.delayed_many([], **o)):
            with self.subTest(delay=delay), self.assertRaises(InvalidUsageError) as e:
                delay(prioritty=3)
            self.assertEqual(
                str(e.exception).partition(" Known")[0],
                "Cannot delay: unknown options 'prioritty'.",
            )
            self.assertIn("priority, eta, max_retries", str(e.exception))

    def test_what_is_no_job_is_refused_with_the_remedy(self):
        for name in ("archive_quietly", "write", "no_such_method", "display_name"):
            with self.subTest(name=name), self.assertRaises(InvalidUsageError) as e:
                getattr(self.two.delayed(), name)
            self.assertEqual(
                str(e.exception),
                f"Cannot delay {name!r} of {self.two}: the model has no such method "
                "with @job. Decorate it with job of connector.queue.job.",
            )

    def test_override_without_the_decorator_stays_a_job(self):
        self.two.delayed().rename("later")

        self.run_jobs()

        self.assertEqual(self.two.mapped("name"), ["LATER", "LATER"])

    def test_records_that_are_not_saved_are_refused(self):
        with self.assertRaises(UnserializableArgumentError) as caught:
            self.traces.new({"name": "x"}).delayed().rename("later")

        self.assertIn("The records are not saved", str(caught.exception))
