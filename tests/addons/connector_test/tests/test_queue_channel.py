# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the limits of channels."""

import threading

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.addons.connector.queue.engine.runner import Runner

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, QueueRaceCase, make_channel

CHANNEL = "connector.queue.channel"
DELETE = "DELETE FROM connector_queue_channel WHERE id = ANY (%s)"


class ChannelCase(QueueCase):
    """Two runners claim, and start nothing."""

    def setUp(self):
        super().setUp()
        self.runners = [Runner(self.env.cr, number, None) for number in (1, 2)]

    def channel(self, name, **limits):
        """Return a channel, made where it is missing, with these limits."""
        channels = self.env[CHANNEL]
        channel = channels.browse(channels._id_of(name))
        channel.write(limits)
        return channel

    def delay(self, channel="root.shop", **options):
        make_channel(self.env, channel)
        return leave_trace.delay(self.session, TRACE, channel=channel, **options)

    def claim(self, runner=0):
        """Return the uuids of the jobs that a runner claims at once."""
        self.env.flush_all()
        return [job.uuid for job in self.runners[runner].claim()]

    def end(self, uuid, state="done"):
        """Let a claimed job end."""
        statement = (
            "UPDATE connector_queue_job SET state = %s, worker_id = NULL"
            " WHERE uuid = %s"
        )
        self.env.cr.execute(statement, [state, uuid])


class TestPause(ChannelCase):
    def test_job_of_a_paused_channel_waits_until_the_pause_is_over(self):
        channel = self.channel("root.shop", is_paused=True)
        uuid = self.delay()
        self.assertEqual(self.claim(), [])

        channel.is_paused = False

        self.assertEqual(self.claim(), [uuid])

    def test_pause_holds_for_the_channels_below(self):
        self.channel("root.shop", is_paused=True)
        self.delay(channel="root.shop.orders")

        self.assertEqual(self.claim(), [])

    def test_pause_of_one_channel_stops_no_other(self):
        self.channel("root.shop", is_paused=True)
        uuid = self.delay(channel="root.bank")

        self.assertEqual(self.claim(), [uuid])


class TestCapacity(ChannelCase):
    def test_full_channel_gives_no_job_to_anybody(self):
        self.channel("root.shop", capacity=1)
        first, _second = self.delay(), self.delay()

        self.assertEqual(self.claim(), [first])
        self.assertEqual(self.claim(), [])
        self.assertEqual(self.claim(runner=1), [])

    def test_place_is_free_when_a_job_ends(self):
        self.channel("root.shop", capacity=1)
        first, second = self.delay(), self.delay()
        self.claim()

        self.end(first)

        self.assertEqual(self.claim(runner=1), [second])

    def test_capacity_counts_the_jobs_of_the_channels_below(self):
        self.channel("root.shop", capacity=1)
        first = self.delay(channel="root.shop.orders")
        self.delay(channel="root.shop.stock")

        self.assertEqual(self.claim(), [first])
        self.assertEqual(self.claim(), [])

    def test_more_urgent_job_without_limits_goes_first(self):
        self.channel("root.shop", capacity=1)
        limited = self.delay(priority=10)
        urgent = self.delay(channel="root.bank", priority=5)

        self.assertEqual(self.claim(), [urgent])
        self.assertEqual(self.claim(), [limited])

    @mute_logger("odoo.sql_db")
    def test_capacity_below_zero_is_refused(self):
        with self.assertRaises(CheckViolation):
            self.channel("root.shop", capacity=-1)
            self.env.flush_all()


class TestSequential(ChannelCase):
    def setUp(self):
        super().setUp()
        self.channel("root.shop", is_sequential=True)
        self.first = self.delay()

    def test_jobs_run_one_at_a_time_in_their_order(self):
        second = self.delay()

        self.assertEqual(self.claim(), [self.first])
        self.assertEqual(self.claim(runner=1), [])
        self.end(self.first)
        self.assertEqual(self.claim(runner=1), [second])

    def test_failed_job_stops_those_behind_it(self):
        second = self.delay()
        self.claim()
        self.end(self.first, "failed")
        self.assertEqual(self.claim(), [])

        self.job(self.first).button_done()

        self.assertEqual(self.claim(), [second])

    def test_earlier_job_that_waits_for_its_eta_stops_those_behind_it(self):
        self.delay(priority=1, eta=60)

        self.assertEqual(self.claim(), [])


class TestThrottleAndRate(ChannelCase):
    def test_throttle_lets_no_second_job_start_at_once(self):
        self.channel("root.shop", throttle_s=30)
        first, _second = self.delay(), self.delay()

        self.assertEqual(self.claim(), [first])
        self.assertEqual(self.claim(), [])
        self.assertAlmostEqual(self.runners[0].start_in_s, 30, delta=5)

    def test_job_starts_when_the_throttle_allows_it(self):
        channel = self.channel("root.shop", throttle_s=30)
        self.delay()
        second = self.delay()
        self.claim()

        self.pass_time(channel, 31)

        self.assertEqual(self.claim(), [second])

    def test_rate_lets_so_many_start_in_one_period(self):
        self.channel("root.shop", rate_count=2, rate_period_s=60)
        uuids = [self.delay() for _number in range(3)]

        started = [self.claim() for _number in range(3)]

        self.assertEqual(started, [[uuids[0]], [uuids[1]], []])

    def test_next_period_lets_as_many_start_again(self):
        channel = self.channel("root.shop", rate_count=1, rate_period_s=60)
        self.delay()
        second = self.delay()
        self.claim()

        self.pass_time(channel, 61)

        self.assertEqual(self.claim(), [second])

    def pass_time(self, channel, seconds):
        """Move what a channel remembers into the past."""
        statement = (
            "UPDATE connector_queue_channel"
            "   SET next_start_at = next_start_at - %(past)s * INTERVAL '1 second',"
            "       period_end_at = period_end_at - %(past)s * INTERVAL '1 second'"
            " WHERE id = %(id)s"
        )
        self.env.cr.execute(statement, {"past": seconds, "id": channel.id})


class TestDeletion(ChannelCase):
    """A job in a channel that was deleted waited for ever, and nobody was told."""

    def wait(self, channel="root.market", **options):
        """Let a job wait in a channel that no function has for its own."""
        return self.delay(channel=channel, **options)

    def test_channel_with_jobs_is_not_deleted(self):
        channel = self.channel("root.market")
        for _number in range(3):
            self.wait()
        self.claim()
        self.wait(eta=3600)

        with self.assertRaises(UserError) as caught:
            channel.unlink()

        self.assertIn(
            "Cannot delete channel root.market: 4 jobs", str(caught.exception)
        )
        self.assertIn("Reschedule", str(caught.exception))

    def test_channel_whose_jobs_went_elsewhere_is_deleted(self):
        channel = self.channel("root.market")
        job = self.job(self.wait())

        job._reschedule(channel_id=self.channel("root.bank").id)
        channel.unlink()

        self.assertFalse(channel.exists())

    def test_jobs_that_ended_keep_no_channel(self):
        channel = self.channel("root.market")
        done, cancelled = self.job(self.wait()), self.job(self.wait())
        done.button_done()
        cancelled.button_cancel()

        channel.unlink()

        self.assertFalse(channel.exists())

    def test_requeued_job_of_a_deleted_channel_goes_to_that_of_its_function(self):
        channel = self.channel("root.market")
        job = self.job(self.wait())
        job.button_cancel()
        channel.unlink()

        job.requeue()

        self.assertEqual(job.channel, "root")
        self.assertEqual(self.claim(), [job.uuid])

    def test_jobs_of_a_channel_that_goes_by_a_cascade_move_to_the_one_above(self):
        """So does a channel that an addon brought, with the addon."""
        shop = self.channel("root.market", capacity=1)
        orders = self.channel("root.market.orders")
        job = self.job(self.wait(channel="root.market.orders"))
        later = self.job(self.wait(channel="root.market.orders", eta=3600))

        self.env.cr.execute(DELETE, [orders.ids])
        self.env.invalidate_all()

        self.assertEqual((job | later).channel_id, shop)

    def test_jobs_move_to_root_when_all_channels_above_go_as_well(self):
        shop, orders = self.channel("root.market"), self.channel("root.market.orders")
        job = self.job(self.wait(channel="root.market.orders"))

        self.env.flush_all()
        self.env.cr.execute(DELETE, [(orders | shop).ids])
        self.env.invalidate_all()

        self.assertEqual(job.channel, "root")

    def test_uninstallation_moves_the_jobs_of_an_addons_channel(self):
        channel = self.channel("root.market")
        job = self.job(self.wait())

        channel.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()

        self.assertFalse(channel.exists())
        self.env.invalidate_all()
        self.assertEqual(job.channel, "root")


class TestCapacityAcrossWorkers(QueueRaceCase):
    def test_no_more_jobs_are_taken_than_a_channel_has_places(self):
        """Eight workers claim from a channel with three places at the same time."""
        session = self.open_session()
        channels = session.env[CHANNEL]
        channel = channels.browse(channels._id_of("root.race"))
        channel.capacity = 3
        calls = [()] * 40
        leave_trace.delay_many(session, TRACE, calls, channel="root.race")
        session.commit()
        self.addCleanup(
            self.query, "DELETE FROM connector_queue_channel WHERE id = %s", channel.id
        )
        runners = [
            Runner(self.open_bookkeeping(), number, None) for number in range(1, 9)
        ]
        barrier = threading.Barrier(len(runners))

        def claim(runner):
            barrier.wait(timeout=10)
            for _turn in range(5):
                runner.claim()

        threads = [threading.Thread(target=claim, args=[one]) for one in runners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)

        statement = "SELECT count(*) FROM connector_queue_job WHERE state = 'enqueued'"
        self.assertEqual(self.query(statement), [(3,)])
