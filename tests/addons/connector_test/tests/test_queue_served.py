# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of workers limited to some channels."""

import re

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue.channels.served import ServedChannels
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.store import claim
from odoo.addons.connector.queue.store.claim import CLAIM_LANGUAGE

from ..models.job import TRACE, leave_trace
from .queue_case import make_channel
from .test_queue_channel import ChannelCase
from .worker_case import WatcherCase

SERVED_LOG = "odoo.addons.connector.queue.channels.served"
READY_INDEX = "connector_queue_job_ready_idx"
ELSEWHERE = 20_000  # jobs of a channel that is not served
FILL = """
INSERT INTO connector_queue_job (
    uuid, payload, func_name, payload_version, user_id, channel_id, state, priority,
    attempt, retry, max_retries, deaths, commits
)
SELECT gen_random_uuid(), '[[], []]', 'no.job', 1, 1, %s, 'pending', 1, 0, 0, 5, 0, 0
  FROM generate_series(1, %s)
"""


class TestServed(ChannelCase):
    def serve(self, *names) -> ServedChannels:
        """Let the runners claim from some channels only; return these."""
        served = ServedChannels(names)
        self.env.flush_all()
        served.refresh(lambda ask, *values: ask(self.env.cr, *values), get_db_name())
        self.runners = [Runner(self.env.cr, number, None, served) for number in (1, 2)]
        return served

    def test_jobs_of_these_channels_and_of_those_below_are_claimed(self):
        for name in ("root.shop", "root.shop.in", "root.shopping", "root.bank"):
            self.channel(name)
        self.serve("root.shop")
        mine = [self.delay(), self.delay(channel="root.shop.in")]
        self.delay(channel="root.bank", priority=1)
        self.delay(channel="root.shopping", priority=1)
        self.delay(channel="root")

        self.assertEqual(self.claim() + self.claim() + self.claim(), mine)

    def test_channel_with_limits_is_left_to_those_who_serve_it(self):
        self.channel("root.bank", capacity=1)
        self.channel("root.shop", capacity=1)
        self.serve("root.shop")
        self.delay(channel="root.bank", priority=1)
        mine = self.delay()

        self.assertEqual(self.claim(), [mine])
        self.assertEqual(self.claim(), [])

    def test_limits_count_what_others_run(self):
        """Those of a channel above hold, whether it is served or not."""
        self.channel("root.shop", capacity=1)
        taken = self.delay(channel="root.shop.out")
        self.assertEqual(self.claim(), [taken])
        self.channel("root.shop.in")
        self.serve("root.shop.in")

        self.delay(channel="root.shop.in")

        self.assertEqual(self.claim(), [])

    def test_root_stands_for_all(self):
        served = self.serve("root", "root.shop")

        self.assertEqual((served.names, served.ids), ((), None))

    def test_unknown_channel_is_named_with_the_nearest_one(self):
        self.channel("root.shop")

        with self.assertLogs(SERVED_LOG, "WARNING") as logs:
            served = self.serve("root.shpo")

        self.assertIn("'root.shpo' of setting only_channels", logs.output[0])
        self.assertIn("Did you mean 'root.shop'?", logs.output[0])
        self.assertEqual((served.unknown, served.ids), (("root.shpo",), []))

    def test_unknown_channel_that_is_like_no_other_is_named_with_all(self):
        with self.assertLogs(SERVED_LOG, "WARNING") as logs:
            self.serve("zzz")

        self.assertIn("'root.zzz'", logs.output[0])
        self.assertIn("There are root", logs.output[0])

    def test_nothing_is_claimed_where_no_channel_is_known(self):
        self.delay()
        with self.assertLogs(SERVED_LOG, "WARNING"):
            self.serve("zzz")

        self.assertEqual(self.claim(), [])

    def test_ready_job_elsewhere_does_not_count(self):
        self.delay(channel="root.bank")
        mine = self.channel("root.shop")
        self.env.flush_all()

        ready = [claim.has_ready_job(self.env.cr, ids) for ids in (None, mine.ids)]

        self.assertEqual(ready, [True, False])

    def test_claim_does_not_read_what_waits_in_other_channels(self):
        shop, bank = self.channel("root.shop"), self.channel("root.bank")
        self.env.cr.execute(FILL, [bank.id, ELSEWHERE])
        self.env.cr.execute(FILL, [shop.id, 3])

        plan = self.explain(claim.CLAIM, shop.ids)

        self.assertEqual(self.count_read(plan), 3)

    def explain(self, statement: str, channel_ids: list[int]) -> dict:
        """Return how PostgreSQL does a statement of the claim."""
        self.env.flush_all()
        for name, value in {
            "p_limit": 50,
            "p_worker_id": 1,
            "p_claimed_before": 0,
            "p_channel_ids": f"ARRAY {channel_ids}",
        }.items():
            statement = statement.replace(name, str(value))
        for setting in re.findall(r"SET \w+ = \w+", CLAIM_LANGUAGE):
            self.env.cr.execute(setting.replace("SET", "SET LOCAL"))
        self.env.cr.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        ((plan,),) = self.env.cr.fetchone()
        return plan["Plan"]

    def count_read(self, node: dict) -> int:
        """Return how many ready jobs are read."""
        is_scan = node.get("Index Name") == READY_INDEX
        rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        below = (self.count_read(one) for one in node.get("Plans", ()))
        return sum(below) + (rows * node["Actual Loops"] if is_scan else 0)


class TestServedByWatcher(WatcherCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(
            self.query,
            "DELETE FROM connector_queue_channel WHERE complete_name LIKE 'root.new%%'",
        )

    def delay_in(self, channel: str) -> str:
        """Delay a job in a channel and commit."""
        session = self.open_session()
        make_channel(session.env, channel)
        uuid = leave_trace.delay(session, TRACE, channel=channel)
        session.commit()
        return uuid

    def test_channel_that_comes_later_is_served(self):
        with self.assertLogs(SERVED_LOG, "WARNING"):
            self.start_watcher(only_channels=("root.new",), poll_s=1000)
        other = self.delay_in("root.newer")

        uuid = self.delay_in("root.new.in")

        self.wait_for(lambda: self.row(uuid) == ("done",), "nobody runs the job")
        self.assertEqual(self.row(other), ("pending",))
