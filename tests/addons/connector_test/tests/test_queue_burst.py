# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the burst mode: jobs start at once without a wake-up each."""

from contextlib import contextmanager
from unittest import mock

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import notify as wake_room
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import burst as burst_room
from odoo.addons.connector.queue.engine.burst import (
    BURST,
    BURST_S,
    LONGER_S,
    MANY,
    MANY_S,
    RENEW_S,
    Burst,
)
from odoo.addons.connector.queue.engine.registration import ControlConnection

from ..models.job import TRACE, leave_trace
from .queue_case import QueueRaceCase
from .worker_case import DEADLINE_S, WatcherCase

NOTE = "SELECT setval('connector_queue_rush', {})"
IS_NOTED = "SELECT FROM connector_queue_rush WHERE last_value > 1"
IN_AN_HOUR = "(1000 * extract(epoch FROM clock_timestamp()))::bigint + 3600000"


class BurstCase(QueueRaceCase):
    """Listens, and leaves no burst behind."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.query, NOTE.format(1))
        self.ear = ControlConnection(get_db_name())
        self.addCleanup(self.ear.close)

    def heard(self) -> list[str]:
        """Return what notifications said since the last call."""
        self.ear.run(lambda cr: cr.execute("SELECT 1"))  # brings what is on its way
        return self.ear.read_notifications()

    def announce(self):
        """Announce a burst."""
        store.announce_burst(self.open_bookkeeping())
        self.heard()

    def delay(self, **options):
        """Delay a job and commit."""
        session = self.open_session()
        leave_trace.delay(session, TRACE, **options)
        session.commit()

    @contextmanager
    def later(self, room, seconds):
        """Let it be so many seconds later in a module."""
        clock = mock.Mock(wraps=room.time)
        clock.monotonic = lambda: clock._mock_wraps.monotonic() + seconds
        with mock.patch.object(room, "time", clock):
            yield


class TestWakeInBurst(BurstCase):
    def test_commit_wakes_nobody_in_a_burst(self):
        self.announce()

        self.delay()
        self.delay(identity_key="a key")

        self.assertEqual(self.heard(), [])

    def test_commit_after_the_burst_wakes(self):
        self.announce()
        self.query(NOTE.format(1))

        self.delay()

        self.assertEqual(self.heard(), [""])

    def test_commit_wakes_when_the_burst_is_over_since_the_delay(self):
        """A transaction may take long."""
        self.announce()
        session = self.open_session()
        leave_trace.delay(session, TRACE)

        with self.later(wake_room, BURST_S):
            session.commit()

        self.assertEqual(self.heard(), [""])

    def test_clock_that_was_set_back_makes_no_long_burst(self):
        self.query(NOTE.format(IN_AN_HOUR))

        self.delay()

        self.assertEqual(self.heard(), [""])

    def test_wish_to_stop_is_told_in_a_burst(self):
        """Who runs jobs does not look for it by itself; also not beside new jobs."""
        self.announce()
        session = self.open_session()
        wake_room.wake_after_commit(session.cr)
        leave_trace.delay(session, TRACE)
        session.commit()

        self.assertEqual(self.heard(), [""])


class TestBurst(BurstCase):
    def setUp(self):
        super().setUp()
        self.burst = Burst(self.ear)
        with self.later(burst_room, BURST_S + LONGER_S):
            self.burst.go_on()  # the one of who begins to listen
        self.burst._announced_until = 0.0

    def test_many_wake_ups_are_a_burst(self):
        other = ControlConnection(get_db_name())
        self.addCleanup(other.close)

        self.burst.note([""] * (MANY - 1))
        few = other.read_notifications()
        self.burst.note([""])

        self.assertEqual((few, self.heard()), ([], [BURST]))
        self.delay()
        self.assertEqual(self.heard(), [])

    def test_wake_ups_that_take_their_time_are_none(self):
        self.burst.note([""] * (MANY - 1))
        with self.later(burst_room, MANY_S):
            self.burst.note([""])

        self.assertEqual(self.heard(), [])

    def test_burst_is_announced_once(self):
        self.burst.note([BURST])
        self.burst.note([""] * MANY)

        self.assertEqual(self.heard(), [])

    def test_who_hears_of_it_looks_for_longer_than_the_others_rely_on_it(self):
        self.burst.note([BURST])

        self.assertTrue(self.burst.go_on())
        with self.later(burst_room, BURST_S):
            self.assertTrue(self.burst.go_on())
        with self.later(burst_room, BURST_S + LONGER_S):
            self.assertFalse(self.burst.go_on())
        self.assertFalse(self.burst.is_on)

    def test_burst_goes_on_while_many_jobs_are_delayed(self):
        for count, words in ((1000, [BURST]), (10, [])):
            with self.subTest(count=count):
                self.burst._announced_until = 0.0
                self.burst.note([""] * MANY)
                self.burst.note(self.heard())
                session = self.open_session()
                leave_trace.delay_many(session, TRACE, [()] * count)
                session.rollback()

                with self.later(burst_room, BURST_S - RENEW_S):
                    self.burst.go_on()

                self.assertEqual(self.heard(), words)

    def test_workers_are_told_before_others_rely_on_them(self):
        """The end is counted from before: between the two a process may be stopped."""
        cr = mock.Mock()
        cr.fetchone.return_value = (None, 5000)

        store.announce_burst(cr)

        told, noted = cr.execute.call_args_list
        self.assertIn("pg_notify", told.args[0])
        self.assertIn("setval", noted.args[0])
        self.assertEqual(noted.args[1], {"until_ms": 5000 + int(BURST_S * 1000)})


class TestWatcherInBurst(BurstCase, WatcherCase):
    def delay(self, **options):
        """Delay a job and commit; nobody is told."""
        super().delay(**options)
        self.assertNotIn("", self.heard())

    def start_lazy_watcher(self):
        """Start a watcher that looks for jobs in many minutes, out of a burst."""
        watcher = self.start_watcher(poll_s=1000)
        pool = watcher._pools[get_db_name()]
        self.wait_for(lambda: not pool.burst.is_on, "it looks without end")
        self.let_bursts_last(BURST_S)

    def assertDone(self):
        """The jobs are done at once."""
        self.wait_for(lambda: set(self.states()) == {"done"}, "nobody looks")

    def test_worker_looks_by_itself_in_a_burst(self):
        self.start_lazy_watcher()
        self.let_bursts_last(60)  # the end of one does not help
        self.announce()

        self.delay()

        self.assertDone()

    def test_worker_that_begins_in_a_burst_looks_by_itself(self):
        """It has not heard of it."""
        self.let_bursts_last(60)
        self.announce()
        has_looked = self.watch_looks()
        self.start_watcher(poll_s=1000)
        self.assertTrue(has_looked.wait(DEADLINE_S))

        self.delay()

        self.assertDone()

    def test_eta_of_a_job_delayed_in_a_burst_is_kept(self):
        """Whether it comes in the burst or after it."""
        self.start_lazy_watcher()
        for seconds in (0.1, BURST_S + 2 * LONGER_S):
            with self.subTest(seconds=seconds):
                self.announce()
                self.delay(eta=seconds)
                self.assertDone()

    def test_many_wake_ups_are_a_burst(self):
        """Also for a transaction that is older than the burst."""
        self.start_lazy_watcher()
        old = self.open_session()
        old.env[TRACE].search_count([])  # its snapshot is from now

        bookkeeping = self.open_bookkeeping()
        for _wake_up in range(2 * MANY):
            store.wake(bookkeeping)
        self.wait_for(lambda: BURST in self.heard(), "nobody announces it")
        self.wait_for(lambda: self.query(IS_NOTED), "nobody writes it down")
        leave_trace.delay(old, TRACE)
        old.commit()

        self.assertNotIn("", self.heard())
        self.assertDone()
