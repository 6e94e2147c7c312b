# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of channels from a configuration file."""

import os
import random
import signal
from unittest import mock

import psycopg2

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from odoo.addons.connector.jobrunner.channels import ChannelManager
from odoo.addons.connector.queue.channel_text import parse_limits
from odoo.addons.connector.queue.channels import config_file as channel_file
from odoo.addons.connector.queue.channels.config_file import ChannelFile

from ..models.job import TRACE, leave_trace
from .chaos_case import PREFORK, ChaosCase
from .queue_case import QueueRaceCase
from .test_queue_channel import CHANNEL, ChannelCase

NOW = 1_000.0  # seconds since the epoch; any will do


class TestConfigure(ChannelCase):
    def configure(self, text: str) -> None:
        """Set what a configuration says."""
        self.env[CHANNEL]._configure(parse_limits(text))

    def test_named_channels_get_their_limits(self):
        other = self.channel("root.other", capacity=7)

        self.configure("root:4,root.shop:1:sequential:throttle=2")

        root, shop = self.channel("root"), self.channel("root.shop")
        self.assertEqual(root.capacity, 4)
        self.assertEqual((shop.capacity, shop.is_sequential), (1, True))
        self.assertEqual(shop.throttle_s, 2)
        self.assertEqual(other.capacity, 7)

    def test_limits_that_are_not_told_are_taken_away(self):
        shop = self.channel("root.shop", capacity=1, is_sequential=True, throttle_s=3)

        self.configure("shop:2")

        self.assertEqual((shop.capacity, shop.is_sequential), (2, False))
        self.assertEqual(shop.throttle_s, 0)

    def test_what_only_people_say_stays(self):
        shop = self.channel("root.shop", is_paused=True, rate_count=5)

        self.configure("shop:2")

        self.assertTrue(shop.is_paused)
        self.assertEqual(shop.rate_count, 5)

    def test_channels_that_are_missing_are_made(self):
        self.configure("a.b:2")

        self.assertEqual(self.channel("root.a.b").capacity, 2)
        self.assertEqual(self.channel("root.a").capacity, 0)

    def test_nothing_is_written_where_nothing_changes(self):
        self.configure("shop:2")
        shop = self.channel("root.shop")
        self.env.flush_all()
        self.patch(type(shop), "write", self.fail)

        self.configure("shop:2")

        self.assertEqual(shop.capacity, 2)

    def test_workers_obey_it(self):
        self.configure("shop:2")
        uuids = [self.delay() for _job in range(3)]

        claimed = [one for _time in range(3) for one in self.claim()]

        self.assertEqual(claimed, uuids[:2])


class TestModel(ChannelCase):
    """The channels in memory are a model of what the workers do."""

    TEXT = "root:5,a:2,a.b:1:sequential,c:3"
    NAMES = ("root", "root.a", "root.a.b", "root.c")

    def setUp(self):
        super().setUp()
        self.env[CHANNEL]._configure(parse_limits(self.TEXT))

    def model(self) -> set[str]:
        """Return the uuids of the jobs that start in memory."""
        manager = ChannelManager()
        manager.simple_configure(self.TEXT)
        for job in self.jobs().filtered(lambda one: one.state == "pending"):
            manager.notify(
                "db", job.channel, job.uuid, job.id, 0, job.priority, None, job.state
            )
        return {job.uuid for job in manager.get_jobs_to_run(NOW)}

    def claim_all(self) -> set[str]:
        """Return the uuids of all jobs that workers may take now."""
        uuids: set[str] = set()
        while claimed := self.claim():
            uuids.update(claimed)
        return uuids

    def test_both_let_the_same_jobs_start(self):
        chance = random.Random(5)  # noqa: S311 any order will do
        for number in range(12):
            for _job in range(6):
                channel, priority = chance.choice(self.NAMES), chance.randint(1, 9)
                self.delay(channel, priority=priority)
            expected = self.model()

            claimed = self.claim_all()

            with self.subTest(round=number):
                self.assertEqual(claimed, expected)
            for uuid in claimed:
                self.end(uuid)
            self.env.invalidate_all()


class TestChannelFile(QueueRaceCase):
    def setUp(self):
        super().setUp()
        statement = "DELETE FROM connector_queue_channel WHERE name IN ('x', 'y')"
        self.addCleanup(self.query, statement)

    def read(self, name) -> list[tuple]:
        """Return the capacity of a channel as it is committed now."""
        return self.query(
            "SELECT capacity FROM connector_queue_channel WHERE complete_name = %s",
            name,
        )

    def test_limits_are_set_once_for_each_database(self):
        """Until the next start, what people change on the screen holds."""
        file = ChannelFile("x:3")
        file.apply(get_db_name())
        self.assertEqual(self.read("root.x"), [(3,)])
        self.query("UPDATE connector_queue_channel SET capacity = 5 WHERE name = 'x'")

        file.apply(get_db_name())

        self.assertEqual(self.read("root.x"), [(5,)])

    def test_database_that_is_away_is_set_later(self):
        file = ChannelFile("y:3")
        gone = psycopg2.OperationalError("gone")

        with (
            mock.patch.object(channel_file, "Registry", side_effect=gone),
            self.assertLogs("odoo.addons.connector.queue.channels.config_file") as logs,
        ):
            file.apply(get_db_name())
        self.assertIn("are not set yet: gone", logs.output[0])

        file.apply(get_db_name())
        self.assertEqual(self.read("root.y"), [(3,)])


@tagged("server")
class TestChannelsOfAServer(ChaosCase):
    def capacity(self) -> int:
        """Return the capacity of the channel, 0 where there is none yet."""
        rows = self.query(
            "SELECT capacity FROM connector_queue_channel WHERE name = 'filed'"
        )
        return rows[0][0] if rows else 0

    def test_file_wins_at_the_start_and_the_screen_until_the_next(self):
        """A job process that dies is no start: its successor leaves limits alone."""
        statement = "DELETE FROM connector_queue_channel WHERE name = 'filed'"
        self.addCleanup(self.query, statement)
        self.environment["CONNECTOR_CHANNELS"] = "filed:3"
        server = self.start_server(*PREFORK)
        self.wait_for(lambda: self.capacity() == 3, "the file is not read")
        self.query(
            "UPDATE connector_queue_channel SET capacity = 5 WHERE name = 'filed'"
        )

        ((worker_id, pid),) = self.living()
        os.kill(pid, signal.SIGKILL)
        self.wait_for(
            lambda: [one for one in self.living() if one[0] > worker_id],
            "no process follows",
        )
        leave_trace.delay(session := self.open_session(), TRACE, channel="root.filed")
        session.commit()  # pylint: disable=invalid-commit  # the server sees it
        self.wait_for(self.is_settled, "the job is not run")
        self.assertEqual(self.capacity(), 5)

        self.kill_server(server)
        self.start_server(*PREFORK)
        self.wait_for(lambda: self.capacity() == 3, "the file does not win again")
