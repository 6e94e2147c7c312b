# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Are jobs that connectors of old make by hand stored, loaded and run?"""

import threading
from datetime import datetime, timedelta

from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidUsageError,
    NoSuchJobError,
    RetryableJobError,
)
from odoo.addons.connector.queue.job import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_PRIORITY,
    RETRY_INTERVAL,
    Job,
    JobStorage,
    OpenERPJobStorage,
    identity_exact,
    job,
    whitelist_unpickle_global,
)
from odoo.addons.connector.queue.settings import Settings
from odoo.addons.connector.queue.worker import WorkerWatcher, start_service, watcher

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, QueueRaceCase

PATH = "odoo.addons.connector_test.models.job.leave_trace"


@job(retry_pattern={1: 7})
def retry_always(session, _model_name):
    """Ask for another try."""
    raise RetryableJobError("later")


@job
def tell_context(session, _model_name):
    """Return who runs it, and in which context."""
    return session.uid, dict(session.context)


def plain(session, model_name):
    """Be no job."""


class StorageCase(QueueCase):
    def setUp(self):
        super().setUp()
        self.storage = OpenERPJobStorage(self.session)

    def make(self, *args, func=leave_trace, **options) -> Job:
        """Return a job that is not stored."""
        return Job(func, TRACE, args, **options)


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


class TestStorage(StorageCase):
    def test_enqueued_job_is_run_by_the_engine(self):
        uuid = self.storage.enqueue(leave_trace, TRACE, ("a",), priority=3)

        self.assertEqual(self.job(uuid).priority, 3)
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["a"])
        self.assertEqual(self.storage.load(uuid).state, "done")

    def test_stored_job_keeps_its_uuid_and_is_run(self):
        job = self.make("b", description="My own", channel="root.traces")
        self.assertFalse(self.storage.exists(job.uuid))

        self.storage.store(job)

        self.assertTrue(self.storage.exists(job.uuid))
        self.assertEqual(self.storage.db_record(job).channel, "root.traces")
        self.assertEqual(self.storage.db_record(job).name, "My own")
        self.run_jobs()
        self.assertEqual(self.trace_names(), ["b"])

    def test_loaded_job_is_the_stored_one(self):
        job = self.make("c", eta=60, max_retries=2, identity_key="c")
        self.storage.store(job)

        loaded = self.storage.load(job.uuid)

        for name in ("uuid", "func", "args", "kwargs", "model_name", "max_retries"):
            with self.subTest(name):
                self.assertEqual(getattr(loaded, name), getattr(job, name))
        self.assertEqual(loaded.user_id, self.session.uid)
        self.assertEqual(loaded.company_id, self.env.company.id)
        self.assertEqual(loaded.identity_key, "c")

    def test_job_of_a_method_is_loaded_and_performed(self):
        trace = self.traces.create({"name": "one"})
        uuid = trace.delayed().copy_as("two")

        loaded = self.storage.load(uuid)
        loaded.perform(self.session)

        self.assertEqual(loaded.args, (trace, "two"))
        self.assertEqual(self.trace_names(), ["one", "two"])

    def test_arguments_may_be_given_as_the_function_takes_them(self):
        uuid = self.storage.enqueue_resolve_args(
            leave_trace, TRACE, name="d", priority=2
        )

        loaded = self.storage.load(uuid)
        self.assertEqual((loaded.args, loaded.kwargs), ((TRACE,), {"name": "d"}))
        self.assertEqual(loaded.priority, 2)

    def test_identity_key_is_that_of_delay(self):
        uuid = leave_trace.delay(self.session, TRACE, "e", identity_key=identity_exact)

        again = self.storage.enqueue(
            leave_trace, TRACE, ("e",), identity_key=identity_exact
        )

        self.assertEqual(again, uuid)
        key = self.job(uuid).identity_key
        same = self.storage.job_record_with_same_identity_key(key)
        self.assertEqual(same.uuid, uuid)

    def test_second_job_with_a_key_is_refused_by_name(self):
        self.storage.store(self.make("f", identity_key="f"))

        with self.assertRaisesRegex(InvalidUsageError, "has its identity key 'f'"):
            self.storage.store(self.make("f", identity_key="f"))

    def test_job_runs_as_the_user_it_was_made_for(self):
        user = self.new_user("owner")
        job = self.make(func=tell_context)
        job.user_id = user.id

        self.storage.store(job)
        self.run_jobs()

        self.assertEqual(self.storage.db_record(job).user_id, user)
        self.assertIn(f"({user.id}, ", self.storage.load(job.uuid).result)

    def test_user_without_rights_stores_and_loads(self):
        user = self.new_user("nobody")
        storage = OpenERPJobStorage(self.session_of(user))

        uuid = storage.enqueue(leave_trace, TRACE)

        self.assertEqual(storage.load(uuid).user_id, user.id)

    def test_state_of_a_stored_job_is_written(self):
        moves = {
            "set_failed": "failed",
            "set_pending": "pending",
            "cancel": "cancelled",
            "set_done": "done",
        }
        job = self.make("g")
        self.storage.store(job)
        for move, state in moves.items():
            with self.subTest(move):
                getattr(job, move)()
                self.storage.store(job)
                row = self.storage.db_record(job)
                self.assertEqual(row.state, state)
                self.assertEqual(bool(row.date_done), state != "pending")

    def test_postponed_job_is_stored_as_such(self):
        job = self.make("h")
        self.storage.store(job)

        job.postpone("later", seconds=30)
        self.storage.store(job)

        self.assertEqual(self.run_jobs(), 0)
        self.make_due(self.storage.db_record(job))
        self.assertEqual(self.run_jobs(), 1)

    def test_what_it_calls_and_as_whom_stays(self):
        job = self.make("i")
        self.storage.store(job)

        job.args, job.kwargs = (TRACE, "other"), {"name": "other"}
        job.func_name, job.model_name = "os.remove", "res.users"
        job.user_id = self.new_user("other").id
        self.storage.store(job)

        loaded = self.storage.load(job.uuid)
        self.assertEqual((loaded.func_name, loaded.args), (PATH, (TRACE, "i")))
        self.assertEqual(loaded.user_id, self.session.uid)

    def test_states_of_workers_are_not_stored(self):
        job = self.make("j")
        self.storage.store(job)
        for move in ("set_enqueued", "set_started"):
            getattr(job, move)()
            with (
                self.subTest(move),
                self.assertRaisesRegex(InvalidUsageError, "which only workers give"),
            ):
                self.storage.store(job)

    def test_plain_function_is_refused(self):
        with self.assertRaisesRegex(InvalidUsageError, "plain is no job"):
            self.storage.enqueue(plain, TRACE)

    def test_path_of_a_plain_function_is_refused(self):
        with self.assertRaisesRegex(FailedJobError, "os.remove: it is a plain func"):
            self.storage.enqueue("os.remove", TRACE)

    def test_job_that_is_gone_is_told(self):
        with self.assertRaisesRegex(NoSuchJobError, "Cannot load job nowhere"):
            self.storage.load("nowhere")

    def test_interface_does_nothing_itself(self):
        for call, args in (("store", (None,)), ("load", ("",)), ("exists", ("",))):
            with self.subTest(call), self.assertRaises(NotImplementedError):
                getattr(JobStorage(), call)(*args)

    def test_whitelist_says_that_it_does_nothing(self):
        with self.assertLogs("odoo.addons.connector.queue.storage") as logs:
            whitelist_unpickle_global(datetime)

        self.assertIn("does nothing: the arguments of jobs are JSON", logs.output[0])


class TestProcessWatcher(StorageCase):
    """In a test no jobs run beside it: there is no watcher."""

    def test_stand_in_knows_of_no_worker_where_none_runs(self):
        self.assertIsNone(watcher.find())
        self.assertIsNone(watcher.worker_for_db(self.env.cr.dbname))
        self.assertEqual(watcher.available_db_names(), set())
        with self.assertRaisesRegex(AttributeError, "'stop': no watcher runs in this"):
            watcher.stop()

    def test_stand_in_speaks_for_the_watcher_that_runs(self):
        running = WorkerWatcher("test", Settings())
        self.patch(threading, "enumerate", lambda: [threading.main_thread(), running])

        self.assertIs(watcher.find(), running)
        self.assertEqual(watcher.process_type, "test")
        self.assertIsNone(watcher.worker_for_db("nowhere"))

    def test_service_is_not_started_by_hand(self):
        with self.assertLogs("odoo.addons.connector.queue.process_watcher") as logs:
            start_service()

        self.assertIn("the server starts its workers by itself", logs.output[0])


class TestStorageRace(QueueRaceCase):
    def test_row_of_a_job_that_a_worker_has_is_left_alone(self):
        """Any other write would cost the job its work at its own commit."""
        session = self.open_session()
        uuid = leave_trace.delay(session, TRACE)
        session.commit()  # pylint: disable=invalid-commit  # workers see it now
        self.query(
            "UPDATE connector_queue_job SET state = 'enqueued', worker_id = 7"
            " WHERE uuid = %s",
            uuid,
        )
        version = self.row(uuid, "xmin::text, ctid::text")
        storage = OpenERPJobStorage(self.open_session())
        job = storage.load(uuid)
        job.set_done()

        with self.assertRaisesRegex(InvalidUsageError, "that a worker has is left al"):
            storage.store(job)

        storage.session.commit()  # pylint: disable=invalid-commit  # whatever it did
        self.assertEqual(self.row(uuid, "xmin::text, ctid::text"), version)
