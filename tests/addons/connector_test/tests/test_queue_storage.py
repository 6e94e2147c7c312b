# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the classic job storage: store, load and run."""

from datetime import datetime

from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidUsageError,
    NoSuchJobError,
)
from odoo.addons.connector.queue.job import (
    Job,
    JobStorage,
    OpenERPJobStorage,
    identity_exact,
    job,
    whitelist_unpickle_global,
)

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, QueueRaceCase

PATH = "odoo.addons.connector_test.models.job.leave_trace"


@job
def tell_context(session, _model_name):
    """Return who runs it, and in which context."""
    return session.uid, dict(session.context)


@job
def tell_secret(session, _model_name, password):
    """Keep a secret."""


def plain(session, model_name):
    """Be no job."""


class StorageCase(QueueCase):
    def setUp(self):
        super().setUp()
        self.storage = OpenERPJobStorage(self.session)

    def make(self, *args, func=leave_trace, **options) -> Job:
        """Return a job that is not stored."""
        return Job(func, TRACE, args, **options)


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

    def test_call_is_told_as_text(self):
        trace = self.traces.create({"name": "a"})
        by_method = self.job(trace.delayed().copy_as("b"))
        by_function = self.job(leave_trace.delay(self.session, TRACE, name="c"))
        secret = self.job(tell_secret.delay(self.session, TRACE, password="x"))  # noqa: S106 of nobody

        self.assertEqual(
            by_method.func_string, f"{TRACE}.copy_as({TRACE}({trace.id},), 'b')"
        )
        self.assertEqual(by_function.func_string, f"{PATH}('{TRACE}', name='c')")
        self.assertIn("password=***", secret.func_string)

    def test_call_that_cannot_be_read_is_told_as_such(self):
        job = self.job(leave_trace.delay(self.session, TRACE))
        self.env.cr.execute("UPDATE connector_queue_job SET payload = '7'")
        job.invalidate_recordset()

        self.assertIn(f"{PATH}(…): ", job.func_string)

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
        with self.assertLogs("odoo.addons.connector.queue.classic.storage") as logs:
            whitelist_unpickle_global(datetime)

        self.assertIn("does nothing: the arguments of jobs are JSON", logs.output[0])


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
