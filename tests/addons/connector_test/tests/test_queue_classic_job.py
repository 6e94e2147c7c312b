# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the classic Job object."""

import threading
from datetime import datetime, timedelta

from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidUsageError,
    RetryableJobError,
)
from odoo.addons.connector.queue.job import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_PRIORITY,
    RETRY_INTERVAL,
    Job,
    identity_exact,
    job,
)
from odoo.addons.connector.queue.queue import JobsQueue
from odoo.addons.connector.queue.settings import Settings
from odoo.addons.connector.queue.worker import WorkerWatcher, start_service, watcher

from ..models.job import TRACE, leave_trace
from .test_queue_storage import PATH, StorageCase, tell_context


@job(retry_pattern={1: 7})
def retry_always(session, _model_name):
    """Ask for another try."""
    raise RetryableJobError("later")


class TestJob(StorageCase):
    def test_new_job_is_pending_with_the_defaults(self):
        job = self.make("a")

        self.assertEqual((job.state, job.retry), ("pending", 0))
        self.assertEqual(job.priority, DEFAULT_PRIORITY)
        self.assertEqual(job.max_retries, DEFAULT_MAX_RETRIES)
        self.assertEqual(job.func_name, PATH)
        self.assertEqual(job.args, (TRACE, "a"))
        self.assertEqual(job.description, "Leave a trace.")
        self.assertIn("leave_trace('connector.test.trace', 'a')", job.func_string)

    def test_uuid_is_made_once(self):
        self.assertEqual(Job(leave_trace, job_uuid="x").uuid, "x")
        job = self.make()

        self.assertEqual(job.uuid, job.uuid)
        self.assertEqual(len(job.uuid), 36)

    def test_function_may_be_named_by_its_path(self):
        self.assertIs(Job(PATH, TRACE).func, leave_trace)

    def test_what_is_no_function_is_refused(self):
        cases = [
            (None, InvalidUsageError),
            (self.traces.rename, NotImplementedError),
            (7, TypeError),
        ]
        for func, error in cases:
            with self.subTest(func=func), self.assertRaises(error):
                Job(func, TRACE)

    def test_arguments_of_another_type_are_refused(self):
        for arguments in ({"args": ["a"]}, {"kwargs": [("a", 1)]}):
            with self.subTest(arguments), self.assertRaises(AssertionError):
                Job(leave_trace, TRACE, **arguments)

    def test_eta_is_told_in_three_ways(self):
        moment = datetime(2030, 1, 2, 3, 4, 5)  # noqa: DTZ001 as Odoo has them
        for eta in (60, timedelta(minutes=1)):
            with self.subTest(eta=eta):
                job = self.make(eta=eta)
                waits = job.eta - job.date_created
                self.assertAlmostEqual(waits.total_seconds(), 60, delta=5)
        self.assertEqual(self.make(eta=moment).eta, moment)

    def test_jobs_are_ordered_by_eta_priority_and_age(self):
        late, soon = self.make(eta=200), self.make(eta=100)
        old, young, urgent = self.make(), self.make(), self.make(priority=1)

        self.assertEqual(
            sorted([late, soon, young, old, urgent]), [urgent, old, young, soon, late]
        )
        self.assertTrue(old <= young and young >= old)

    def test_queue_in_memory_gives_the_most_urgent_job_first(self):
        """It gave the first that came."""
        late, old, urgent = self.make(eta=100), self.make(), self.make(priority=1)
        young = self.make()
        young.date_created = old.date_created
        queue = JobsQueue()
        for one in (late, old, urgent, young):
            queue.enqueue(one)

        self.assertEqual(
            [queue.dequeue() for _ in range(4)], [urgent, old, young, late]
        )

    def test_queue_in_memory_is_waited_for(self):
        queue, job, got = JobsQueue(), self.make(), []
        reader = threading.Thread(target=lambda: got.append(queue.dequeue()))
        reader.start()

        queue.enqueue(job)
        reader.join(10)

        self.assertEqual(got, [job])

    def test_description_needs_no_arguments_that_can_be_stored(self):
        job = Job(leave_trace, args=(1, "a"))

        self.assertEqual(job.description, "Leave a trace.")

    def test_job_is_not_compared_with_something_else(self):
        with self.assertRaises(TypeError):
            self.make() < 7  # noqa: B015 the comparison raises

    def test_it_is_performed_as_its_user_in_its_context(self):
        user = self.new_user("performer")
        job = self.make(func=tell_context)
        job.user_id = user.id

        result = job.perform(self.session)

        self.assertEqual(result, (user.id, {"job_uuid": job.uuid}))
        self.assertEqual((job.result, job.retry), (result, 1))

    def test_cancelled_job_is_not_performed(self):
        job = self.make()
        job.cancel()

        with self.assertRaisesRegex(InvalidUsageError, "it was cancelled"):
            job.perform(self.session)

        self.assertTrue(job.canceled)
        self.assertEqual(job.result, "Canceled. Nothing to do.")

    def test_last_retry_fails(self):
        job = self.make(func=retry_always, max_retries=2)
        self.assertRaises(RetryableJobError, job.perform, self.session)

        with self.assertRaisesRegex(FailedJobError, r"Max. retries \(2\) reached: lat"):
            job.perform(self.session)

    def test_postponed_job_waits_as_its_pattern_says(self):
        for function, seconds in ((retry_always, 7), (leave_trace, RETRY_INTERVAL)):
            with self.subTest(function.__name__):
                job = self.make(func=function)
                job.retry = 1
                job.postpone("later")
                waits = job.eta - datetime.utcnow()  # noqa: DTZ003 naive as the eta
                self.assertAlmostEqual(waits.total_seconds(), seconds, delta=5)
                self.assertEqual(job.result, "later")

    def test_transitions_leave_what_they_should(self):
        job = self.make()

        job.set_enqueued()
        job.set_started()
        self.assertTrue(job.state == "started" and job.date_enqueued)
        job.set_failed(exc_info="boom")
        self.assertTrue(job.state == "failed" and job.exc_info == "boom")
        job.set_done(result="ok")
        self.assertTrue(job.state == "done" and job.exc_info is None)
        job.retry = 3
        job.set_pending(reset_retry=False)
        self.assertEqual((job.state, job.retry), ("pending", 3))
        job.set_pending()
        self.assertEqual((job.retry, job.date_started), (0, None))


class TestIdentityExact(StorageCase):
    """The second of two equal calls is left out: they have to be equal."""

    exact = {"identity_key": identity_exact}

    def test_calls_on_other_records_are_others(self):
        first, second = self.traces.create([{"name": "a"}, {"name": "b"}])

        uuids = [
            one.delayed(**self.exact).rename("c") for one in (first, second, first)
        ]

        self.assertEqual(uuids[0], uuids[2])
        self.assertNotEqual(uuids[0], uuids[1])

    def test_calls_of_other_users_are_others(self):
        sessions = [self.session_of(self.new_user(login)) for login in ("a", "b")]

        uuids = [leave_trace.delay(one, TRACE, **self.exact) for one in sessions]

        self.assertNotEqual(*uuids)

    def test_calls_in_other_companies_are_others(self):
        company = self.env["res.company"].create({"name": "Other"})
        there = self.session_of(self.env.user, company_id=company.id)

        uuids = [
            leave_trace.delay(one, TRACE, **self.exact) for one in (self.session, there)
        ]

        self.assertNotEqual(*uuids)

    def test_key_of_a_job_is_text(self):
        """It was the function."""
        job = self.make(
            "a", identity_key=lambda call: f"{call.func_name}:{call.kwargs}"
        )

        self.assertEqual(job.identity_key, f"{PATH}:{{}}")
        self.assertEqual(self.make(identity_key="x").identity_key, "x")
        self.assertIsNone(self.make().identity_key)

    def test_key_of_a_job_is_that_of_its_user(self):
        first, second = self.make("a", **self.exact), self.make("a", **self.exact)
        second.user_id = self.env.uid

        self.assertNotEqual(first.identity_key, second.identity_key)
        self.assertRegex(first.identity_key, "^[0-9a-f]{40}$")

    def test_stored_job_has_the_key_of_a_delayed_one(self):
        job = self.make("a", **self.exact)

        self.storage.store(job)

        uuid = leave_trace.delay(self.session, TRACE, "a", **self.exact)
        self.assertEqual(uuid, job.uuid)


class TestProcessWatcher(StorageCase):
    """In a test no jobs run beside it: there is no watcher."""

    def test_proxy_knows_of_no_worker_where_none_runs(self):
        self.assertIsNone(watcher.find())
        self.assertIsNone(watcher.worker_for_db(self.env.cr.dbname))
        self.assertEqual(watcher.available_db_names(), set())
        with self.assertRaisesRegex(AttributeError, "'stop': no watcher runs in this"):
            watcher.stop()

    def test_proxy_speaks_for_the_watcher_that_runs(self):
        running = WorkerWatcher("test", Settings())
        self.patch(threading, "enumerate", lambda: [threading.main_thread(), running])

        self.assertIs(watcher.find(), running)
        self.assertEqual(watcher.process_type, "test")
        self.assertIsNone(watcher.worker_for_db("nowhere"))

    def test_service_is_not_started_by_hand(self):
        with self.assertLogs(
            "odoo.addons.connector.queue.classic.process_watcher"
        ) as logs:
            start_service()

        self.assertIn("the server starts its workers by itself", logs.output[0])
