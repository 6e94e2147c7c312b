# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of calls as they are delayed: the first argument, and what is refused."""

import functools
from unittest import mock

from odoo.addons.connector.exception import (
    InvalidUsageError,
    RetryableJobError,
    WrongArgumentsError,
)
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.queue.classic.job import Job
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.delay.codec import WITH_MODEL, WITHOUT_MODEL
from odoo.addons.connector.queue.graph import group
from odoo.addons.connector.queue.job import identity_exact, job
from odoo.addons.connector.queue.testing import trap_jobs

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase, make_channel

CHANNEL = "connector.queue.channel"


@job
def import_since(session, backend_id, since_date=None):
    """Tell what it was called with, as an import of everything new."""
    return repr((backend_id, since_date))


@job
def import_record(_session, model_name, backend_id, external_id, force=False):
    """Take the arguments of a classic import."""
    return f"{model_name} {backend_id} {external_id} {force}"


@job
def take_rest(session, first, name):
    """Leave the rest of the work to the next attempt."""
    if name == "a":
        current_job(session.env).commit_rest(session.env, first, "b")
        raise RetryableJobError("there is more", seconds=0, ignore_retry=True)
    return repr((first, name))


def with_partner(function):
    """Give a function a partner that its callers do not pass."""

    @functools.wraps(function)
    def wrapper(session, model_name, *args, **kwargs):
        partner = session.env["res.partner"]
        return function(session, model_name, partner, *args, **kwargs)

    return wrapper


@job
@with_partner
def greet(_session, _model_name, partner, name):
    """Return whom it greets."""
    return f"{partner._name} {name}"


class TestFirstArgument(QueueCase):
    """Text is the model's name; anything else stays the first argument.

    It became text, and the job failed with an error that blamed the data.
    """

    def result(self, uuid: str) -> str:
        """Run a job and return its result."""
        self.run_jobs()
        found = self.job(uuid)
        self.assertEqual(found.state, "done", found.exc_info)
        return found.result

    def test_what_is_no_text_is_the_first_argument(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        for first in (7, 0, True, 1.5, b"x", [1, 2], (1,), {1, 2}, {"a": 1}, partner):
            with self.subTest(first):
                uuid = import_since.delay(self.session, first, since_date="now")
                self.assertFalse(self.job(uuid).model_name)
                self.assertEqual(self.result(uuid), repr((first, "now")))

    def test_text_is_the_name_of_the_model(self):
        uuid = import_since.delay(self.session, "res.partner", 5)

        self.assertEqual(self.job(uuid).model_name, "res.partner")
        self.assertEqual(self.job(uuid).payload_version, WITH_MODEL)
        self.assertEqual(self.result(uuid), "('res.partner', 5)")

    def test_none_is_that_there_is_no_model(self):
        uuid = import_since.delay(self.session, None, 5)

        self.assertEqual(self.result(uuid), "(None, 5)")

    def test_every_door_keeps_it(self):
        session, storage = self.session, OpenERPJobStorage(self.session)
        made = Job(import_since, args=(7, "now"))
        storage.store(made)
        members = [import_since.delayable(session, one, "now") for one in (None, 7)]
        uuids = [
            import_since.delay_many(session, 7, [("now",)])[0],
            group(*members).delay()[1],
            Magic(self.env).add_job(import_since)(7, "now"),
            storage.enqueue(import_since, args=(7, "now")),
            storage.enqueue_resolve_args(import_since, 7, "now"),
            made.uuid,
        ]

        self.assertEqual({self.result(one) for one in uuids}, {"(7, 'now')"})
        self.assertEqual(self.result(members[0].uuid), "(None, 'now')")

    def test_loaded_job_has_it_first(self):
        uuid = import_since.delay(self.session, 7, "now")

        loaded = OpenERPJobStorage(self.session).load(uuid)

        self.assertEqual(loaded.args, (7, "now"))
        self.assertEqual(loaded.task.called_args, (7, "now"))
        self.assertTrue(loaded.func_string.endswith("import_since(7, 'now')"))
        self.assertIn(
            '<th class="w-25 fw-normal text-muted">backend_id</th>',
            str(self.job(uuid).arguments),
        )

    def test_worker_of_an_earlier_version_leaves_it(self):
        """It would call the function with None first: it waits for the upgrade."""
        uuid = import_since.delay(self.session, 7)

        self.assertEqual(self.job(uuid).payload_version, WITHOUT_MODEL)

    def test_trapped_call_has_it_first(self):
        with trap_jobs() as trap:
            import_since.delay(self.session, 7, "now")

        (call,) = trap.calls(self.env)
        self.assertEqual((call.model_name, call.args), (None, (7, "now")))

    def test_key_of_the_call_is_no_key_of_a_call_without_a_model(self):
        first = import_since.delay(self.session, 7, identity_key=identity_exact)
        second = import_since.delay(self.session, None, 7, identity_key=identity_exact)

        self.assertNotEqual(first, second)

    def test_rest_of_the_work_keeps_it(self):
        uuid = take_rest.delay(self.session, 7, "a")
        self.run_jobs()

        self.make_due(self.jobs())

        self.assertEqual(self.result(uuid), "(7, 'b')")

    def test_record_of_a_backend_is_that_of_the_job(self):
        shop = self.env["connector.test.backend"].create({"name": "Shop"})

        uuid = import_since.delay(self.session, shop)

        self.assertEqual(self.job(uuid).backend_id, shop)


class TestArguments(QueueCase):
    """A call that cannot be made is refused where it is delayed, not when it runs."""

    def assert_refused(self, delay, *words: str) -> None:
        """A call is refused with an error that is as Python's, and says what to do."""
        with self.assertRaises(WrongArgumentsError) as caught:
            delay()
        self.assertIsInstance(caught.exception, TypeError)
        self.assertIsInstance(caught.exception, InvalidUsageError)
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertFalse(self.jobs())

    def test_missing_argument_is_refused_by_name(self):
        session = self.session
        signature = "import_record(_session, model_name, backend_id, external_id, force"
        for delay in (
            lambda: import_record.delay(session, "res.partner", 1),
            lambda: import_record.delay_many(session, "res.partner", [(1, "7"), (1,)]),
            lambda: import_record.delayable(session, "res.partner", 1).delay(),
            lambda: Magic(self.env).add_job(import_record)("res.partner", 1),
            lambda: OpenERPJobStorage(session).enqueue(
                import_record, args=("res.partner", 1)
            ),
            lambda: OpenERPJobStorage(session).store(
                Job(import_record, args=("res.partner", 1))
            ),
        ):
            self.assert_refused(
                delay, f"{__name__}.import_record", "'external_id'", signature
            )

    def test_unknown_argument_is_refused_by_name(self):
        self.assert_refused(
            lambda: import_record.delay(self.session, TRACE, 1, "7", forse=True),
            "unexpected keyword argument 'forse'",
        )

    def test_argument_too_many_is_refused(self):
        self.assert_refused(
            lambda: import_since.delay(self.session, 7, "now", "then"),
            "too many positional arguments",
            "It got 3 positional arguments and no keyword",
        )

    def test_arguments_of_a_method_are_checked_as_well(self):
        trace = self.traces.create({"name": "a"})
        for delay in (
            lambda: trace.delayed().copy_as(),
            lambda: trace.delayed_many([("a",), ()]).copy_as(),
            lambda: trace.delayable().copy_as(nam="b").delay(),
            lambda: trace.delayed().copy_as("a", "b"),
        ):
            self.assert_refused(delay, f"{TRACE}.copy_as", "copy_as(self, name)")

    def test_message_tells_no_value(self):
        with self.assertRaises(WrongArgumentsError) as caught:
            import_since.delay(self.session, 7, "now", "hunter2")

        self.assertNotIn("hunter2", str(caught.exception))

    def test_wrong_arguments_are_told_before_a_key_is_made_of_them(self):
        with self.assertRaises(WrongArgumentsError):
            import_record.delay(
                self.session, "res.partner", 1, identity_key=lambda job: job.args[2]
            )

    def test_decorator_that_adds_an_argument_is_left_to_itself(self):
        uuid = greet.delay(self.session, "res.partner", "Ada")
        self.run_jobs()

        self.assertEqual(self.job(uuid).result, "res.partner Ada")

    def test_method_of_records_is_refused_for_none(self):
        for delay in (
            lambda: self.traces.delayed().copy_as("a"),
            lambda: self.traces.delayed_many([("a",)]).copy_as(),
            lambda: Magic(self.env).add_job(self.traces.copy_as)("a"),
        ):
            with self.assertRaises(InvalidUsageError) as caught:
                delay()
            self.assertIn(f"{TRACE}.copy_as: there is no record", str(caught.exception))
            self.assertIn("@api.model", str(caught.exception))

    def test_method_of_the_model_needs_no_records(self):
        uuid = self.traces.delayed().count()
        self.run_jobs()

        self.assertEqual(self.job(uuid).result, "0")


class TestDeclaredChannel(QueueCase):
    """A misspelt channel makes no channel without limits."""

    def delay(self, channel: str):
        """Delay a job in a channel; return its record."""
        return self.job(leave_trace.delay(self.session, TRACE, channel=channel))

    def test_channel_that_is_nowhere_declared_is_refused_with_the_nearest(self):
        make_channel(self.env, "root.orders")
        count = self.env[CHANNEL].search_count([])

        with self.assertRaises(InvalidUsageError) as caught:
            self.delay("root.ordres")

        self.assertIn("there is no channel 'root.ordres'", str(caught.exception))
        self.assertIn("Did you mean 'root.orders'?", str(caught.exception))
        self.assertEqual(self.env[CHANNEL].search_count([]), count)
        self.assertFalse(self.jobs())

    def test_channel_like_no_other_is_refused_with_all(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.delay("root.zzz")

        self.assertIn("There are root, ", str(caught.exception))

    def test_channel_that_people_made_is_taken(self):
        with self.assertRaises(InvalidUsageError):
            self.delay("root.new")
        root = self.env.ref("connector.channel_root")
        self.env[CHANNEL].create({"name": "new", "parent_id": root.id})

        self.assertEqual(self.delay("root.new").channel, "root.new")

    def test_deleted_channel_is_none_any_more(self):
        channel = make_channel(self.env, "root.old")
        self.delay("root.old")
        self.env[JOB].search([]).button_cancel()
        self.run_jobs()
        channel.unlink()

        with self.assertRaises(InvalidUsageError):
            self.delay("root.old")

    def test_channel_of_a_function_is_declared(self):
        self.patch(import_since, "default_channel", "root.imports.new")

        self.assertEqual(self.delay("root.imports.new").channel, "root.imports.new")

    def test_channel_of_the_settings_is_declared(self):
        """Also before a watcher has written them down."""
        with mock.patch.dict("os.environ", CONNECTOR_CHANNELS="filed:2"):
            self.assertEqual(self.delay("root.filed").channel, "root.filed")
