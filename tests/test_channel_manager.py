# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the classic channel manager in memory: which jobs may start."""

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.connector.exception import ChannelNotFound
from odoo.addons.connector.jobrunner.channels import (
    ChannelJob,
    ChannelManager,
    ChannelQueue,
    PriorityQueue,
    SafeSet,
)

NOW = 1_000.0  # seconds since the epoch; any will do


class ManagerCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.manager = ChannelManager()
        self.seq = 0

    def note(self, uuid, channel="root", state="pending", **options):
        """Let the manager know of a job."""
        self.seq += 1
        facts = {"seq": self.seq, "date_created": 0, "priority": 10, "eta": None}
        self.manager.notify("db", channel, uuid, state=state, **{**facts, **options})

    def start(self, now=NOW) -> str:
        """Return the names of the jobs that start."""
        return "".join(job.uuid for job in self.manager.get_jobs_to_run(now))


@tagged("post_install", "-at_install")
class TestChannelManager(ManagerCase):
    def test_root_runs_one_job_without_configuration(self):
        self.note("a")
        self.note("b")

        self.assertEqual(self.start(), "a")
        self.assertEqual(self.start(), "")

        self.note("a", state="done", seq=1)
        self.assertEqual(self.start(), "b")

    def test_limits_of_each_channel_hold(self):
        self.manager.simple_configure("root:4,A:4,B:1")
        for uuid in "abcdef":
            self.note(uuid, "root.A", priority=10)
        for uuid in "xyz":
            self.note(uuid, "B", priority=1)

        self.assertEqual(self.start(), "xabc")

        self.note("x", "B", "done", seq=7, priority=1)
        self.assertEqual(self.start(), "y")

    def test_running_jobs_of_before_count(self):
        self.manager.simple_configure("root:2")
        for state in ("started", "enqueued"):
            self.note(state, state=state)
        self.note("a")

        self.assertEqual(self.start(), "")

    def test_urgent_and_old_jobs_go_first(self):
        self.manager.simple_configure("root:9")
        self.note("d", date_created=2)
        self.note("c", date_created=1)
        self.note("a", date_created=3, priority=1)
        self.note("b", date_created=0, seq=1)

        self.assertEqual(self.start(), "abcd")

    def test_eta_is_waited_for(self):
        self.manager.simple_configure("root:9")
        self.note("late", eta=NOW + 60, priority=1)
        self.note("a")

        self.assertEqual(self.start(), "a")
        self.assertEqual(self.manager.get_wakeup_time(), NOW + 60)
        self.assertEqual(self.start(NOW + 59), "")
        self.assertEqual(self.start(NOW + 60), "late")
        self.assertEqual(self.manager.get_wakeup_time(), 0)

    def test_job_whose_eta_has_come_competes_with_the_others(self):
        self.manager.simple_configure("root:1,S:1:sequential")
        self.note("b", "S", priority=5)
        self.note("a", "S", priority=1, eta=NOW - 1)

        self.assertEqual(self.start(), "a")

    def test_order_is_kept_where_it_counts(self):
        self.manager.simple_configure("root:9,S:1:sequential")
        self.note("a", "S", priority=1, eta=NOW + 60)
        self.note("b", "S", priority=5)
        self.assertEqual(self.start(), "")

        self.assertEqual(self.start(NOW + 60), "a")

    def test_failed_job_stops_a_sequential_channel(self):
        self.manager.simple_configure("root:9,S:1:sequential")
        self.note("a", "S", "failed")
        self.note("b", "S")
        self.assertEqual(self.start(), "")

        self.note("a", "S", "done", seq=1)
        self.assertEqual(self.start(), "b")

    def test_throttle_puts_time_between_two_starts(self):
        self.manager.simple_configure("root:9,T:9:throttle=2")
        self.note("a", "T")
        self.note("b", "T")

        self.assertEqual(self.start(), "a")
        self.assertEqual(self.start(NOW + 1.9), "")
        self.assertEqual(self.manager.get_wakeup_time(), NOW + 2)
        self.assertEqual(self.start(NOW + 2), "b")

    def test_unknown_channel_is_the_root_with_a_warning(self):
        with self.assertLogs(level="WARNING") as logs:
            self.note("a", "root.nowhere")

        self.assertIn("there is no 'nowhere' below 'root'", logs.output[0])
        self.assertEqual(self.start(), "a")

    def test_job_that_changes_its_channel_leaves_the_old_one(self):
        self.manager.simple_configure("root:9,A:0,B:1")
        self.note("x", "B", "started")
        self.note("a", "B")
        self.assertEqual(self.start(), "")

        self.note("a", "A")
        self.assertEqual(self.start(), "a")

    def test_jobs_are_forgotten(self):
        self.note("a")
        self.note("b")
        self.manager.remove_job("a")
        self.assertEqual(self.start(), "b")

        self.note("c")
        self.manager.remove_db("db")
        self.manager.remove_job("unknown")
        self.assertEqual(self.start(), "")

    def test_unknown_state_is_refused(self):
        with self.assertRaisesRegex(ValueError, "its state is 'ready', expected one"):
            self.note("a", state="ready")

    def test_channels_are_found_by_name(self):
        self.manager.simple_configure("A.B:2")
        root = self.manager.get_channel_by_name("root")

        self.assertIs(self.manager.get_channel_by_name(""), root)
        between = self.manager.get_channel_by_name("A")
        self.assertIsNone(between.capacity)
        below = self.manager.get_channel_by_name("root.A.B")
        self.assertEqual((below.fullname, below.capacity), ("root.A.B", 2))
        self.assertIs(between.get_subchannel_by_name("B"), below)
        self.assertEqual(str(below), "root.A.B(C:2,Q:0,R:0,F:0)")
        with self.assertRaisesRegex(ChannelNotFound, "'root.A.C': there is no 'C'"):
            self.manager.get_channel_by_name("root.A.C")

    @mute_logger("odoo.addons.connector.queue.classic.channels")
    def test_configuration_is_checked(self):
        with self.assertRaisesRegex(ValueError, "sequential channel has capacity 2"):
            self.manager.simple_configure("A:2:sequential")


@tagged("post_install", "-at_install")
class TestQueues(BaseCase):
    def job(self, uuid, **options) -> ChannelJob:
        facts = {"seq": 1, "date_created": 1, "priority": 10, "eta": None}
        return ChannelJob("db", None, uuid, **{**facts, **options})

    def test_set_does_not_mind_what_is_not_in_it(self):
        members = SafeSet([1])

        members.remove(2)
        members.remove(1)

        self.assertEqual(members, set())

    def test_priority_queue_gives_the_smallest(self):
        queue = PriorityQueue()
        for number in (3, 1, 2, 1):
            queue.add(number)

        self.assertEqual((len(queue), queue[0], 3 in queue), (3, 1, True))
        queue.remove(1)
        queue.remove(7)
        queue.add(0)

        self.assertEqual([queue.pop() for _time in range(4)], [0, 2, 3, None])
        self.assertRaises(IndexError, lambda: queue[0])

    def test_item_that_comes_back_is_there_once(self):
        queue = PriorityQueue()
        for _time in range(3):
            queue.add("a")
            queue.remove("a")
        queue.add("a")

        self.assertEqual([queue.pop(), queue.pop()], ["a", None])

    def test_jobs_are_ordered_by_eta_then_priority_age_and_number(self):
        jobs = [
            self.job("a", eta=1, priority=9),
            self.job("b", eta=2),
            self.job("c", priority=1),
            self.job("d", date_created=0),
            self.job("e", seq=0),
            self.job("f"),
        ]

        self.assertEqual(sorted(reversed(jobs)), jobs)

    def test_queue_of_a_channel_holds_until_the_eta(self):
        queue = ChannelQueue()
        soon, now = self.job("a", eta=5), self.job("b")
        queue.add(soon)
        queue.add(now)

        self.assertEqual((len(queue), soon in queue), (2, True))
        self.assertEqual([queue.pop(4), queue.pop(4)], [now, None])
        self.assertEqual(queue.get_wakeup_time(), 5)
        self.assertIs(queue.pop(5), soon)
