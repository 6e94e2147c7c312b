# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the channel of a job, as its function and its settings decide."""

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from ..models.job import TRACE, leave_trace, leave_trace_slowly
from .queue_case import QueueCase, QueueRaceCase, make_channel

FUNCTION = "connector.queue.function"
CHANNEL = "connector.queue.channel"
MODULE = "odoo.addons.connector_test.models.job"


class TestFunction(QueueCase):
    def function(self, name):
        """Return the row of a job function."""
        return self.env[FUNCTION].search([("name", "=", name)])

    def test_functions_and_methods_are_registered_with_their_channel(self):
        for name, channel in (
            (f"{MODULE}.leave_trace", "root"),
            (f"{MODULE}.leave_trace_slowly", "root.traces.slow"),
            (f"{TRACE}.rename", "root.traces"),
            (f"{TRACE}.copy_as", "root"),
        ):
            with self.subTest(name=name):
                self.assertEqual(self.function(name).mapped("channel"), [channel])

    def test_functions_of_addons_that_are_not_installed_are_not_registered(self):
        self.function(f"{MODULE}.leave_trace").unlink()
        installed = set(self.registry._init_modules) - {"connector_test"}
        self.patch(self.registry, "_init_modules", installed)

        self.env[FUNCTION]._register_jobs()

        self.assertFalse(self.function(f"{MODULE}.leave_trace"))

    def test_function_that_people_moved_stays_where_it_is(self):
        lane = self.env[CHANNEL].browse(self.env[CHANNEL]._id_of("root.lane"))
        self.function(f"{MODULE}.leave_trace").channel_id = lane

        self.env[FUNCTION]._register_jobs()
        job = self.job(leave_trace.delay(self.session, TRACE))

        self.assertEqual(job.channel_id, lane)

    def test_channel_of_the_job_goes_before_that_of_the_function(self):
        make_channel(self.env, "root.own")

        uuid = leave_trace_slowly.delay(self.session, TRACE, "a", 0, channel="root.own")

        self.assertEqual(self.job(uuid).channel, "root.own")

    def test_missing_row_is_made_anew(self):
        self.function(f"{MODULE}.leave_trace").unlink()
        self.env.registry.clear_cache()

        self.env[FUNCTION]._register_jobs()

        self.assertEqual(self.function(f"{MODULE}.leave_trace").channel, "root")


class TestChannel(QueueCase):
    def setUp(self):
        super().setUp()
        self.channels = self.env[CHANNEL]
        self.root = self.env.ref("connector.channel_root")

    def test_missing_channels_of_a_path_are_made(self):
        lane = self.channels.browse(self.channels._id_of("root.new.lane"))

        self.assertEqual(lane.complete_name, "root.new.lane")
        self.assertEqual(lane.parent_id.parent_id, self.root)

    def test_root_stays_what_it_is(self):
        for change in (
            lambda: self.root.write({"name": "trunk"}),
            lambda: self.root.write({"parent_id": self.root.id}),
            lambda: self.root.unlink(),
        ):
            with self.subTest(change=change), self.assertRaises(UserError):
                change()

    def test_channel_without_a_parent_is_refused(self):
        with self.assertRaises(ValidationError):
            self.channels.create({"name": "second root"})

    def test_channel_below_itself_is_refused(self):
        upper = self.channels.create({"name": "upper", "parent_id": self.root.id})
        lower = self.channels.create({"name": "lower", "parent_id": upper.id})

        with self.assertRaises(UserError):
            upper.parent_id = lower

    @mute_logger("odoo.sql_db")
    def test_channel_of_the_same_name_is_refused(self):
        values = {"name": "lane", "parent_id": self.root.id}
        self.channels.create(values)

        with self.assertRaisesRegex(Exception, "complete_name"):
            self.channels.create(values)
            self.env.flush_all()

    def test_renamed_channel_is_found_by_its_new_name(self):
        lane = self.channels.browse(self.channels._id_of("root.old"))

        lane.name = "new"

        self.assertEqual(self.channels._id_of("root.new"), lane.id)
        self.assertNotEqual(self.channels._id_of("root.old"), lane.id)


class TestConcurrentRegistration(QueueRaceCase):
    """Two processes load the registry; neither sees the rows of the other."""

    def setUp(self):
        super().setUp()
        self.name = f"{MODULE}.leave_trace"
        self.query(f"DELETE FROM connector_queue_function WHERE name = '{self.name}'")
        self.winner, self.loser = self.open_env(), self.open_env()
        self.loser.cr.execute("SELECT 1")
        self.winner.registry.clear_cache()

    @mute_logger("odoo.sql_db")
    def test_second_one_leaves_it_to_the_first(self):
        self.winner[FUNCTION]._register_jobs()
        self.winner.cr.commit()
        self.loser.registry.clear_cache()

        self.loser[FUNCTION]._register_jobs()
        self.loser.cr.execute("SELECT 1")  # the transaction goes on
        self.loser.cr.commit()

        statement = "SELECT count(*) FROM connector_queue_function WHERE name = %s"
        self.assertEqual(self.query(statement, self.name), [(1,)])
