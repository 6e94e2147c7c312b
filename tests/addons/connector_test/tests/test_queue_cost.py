# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the cost of a job, whatever else there is (promise 4 of the engine)."""

from functools import partial
from unittest import mock

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE
from .queue_case import QueueRaceCase

BACKLOG = 5_000
READY = 10  # jobs that are claimed
MORE = 80  # blocks, of some 150: indexes are higher trees; a scan would be thousands
INSERT = """
INSERT INTO connector_queue_job (
    uuid, payload, func_name, payload_version, user_id, channel_id, state, hold, eta,
    priority, attempt, retry, max_retries, deaths, commits, date_created, worker_id,
    concurrency_key
)
SELECT gen_random_uuid(), '[[], []]', 'no.job', 1, 1, channel.id, %s, %s,
       now() AT TIME ZONE 'UTC' + INTERVAL '1 day', %s, 0, 0, 5, 0, 0,
       now() AT TIME ZONE 'UTC', %s, %s
  FROM connector_queue_channel AS channel, generate_series(1, %s)
 WHERE complete_name = %s
"""
CLAIM = """
EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
SELECT * FROM connector_queue_claim(1, %s, 0, FALSE, NULL)
"""
# backlogs, some with the one job that is in their way: how many, and their
# channel, state, hold, priority, worker, concurrency key
BACKLOGS = {
    "pending": [(BACKLOG, "root", "pending", None, 10, None, None)],
    "postponed": [(BACKLOG, "root", "pending", "eta", 0, None, None)],
    "done": [(BACKLOG, "root", "done", None, 0, None, None)],
    "failed": [(BACKLOG, "root", "failed", None, 0, None, None)],
    "in a paused channel": [(BACKLOG, "root.paused", "pending", None, 0, None, None)],
    "behind a full channel": [
        (1, "root.full", "enqueued", None, 0, 2, None),
        (BACKLOG, "root.full", "pending", None, 0, None, None),
    ],
    "behind one concurrency key": [
        (1, "root", "enqueued", None, 0, 2, "order-5"),
        (BACKLOG, "root", "pending", "key", 0, None, "order-5"),
    ],
}


@job
def stand_still(session, _model_name):
    """Let others look at the job while it runs."""
    look()


def look():
    """Look; the test says at what."""


class TestClaimCost(QueueRaceCase):
    def setUp(self):
        super().setUp()
        channels = self.open_session().env["connector.queue.channel"]
        channels.browse(channels._id_of("root.paused")).is_paused = True
        channels.browse(channels._id_of("root.full")).capacity = 1
        channels.env.cr.commit()
        self.addCleanup(
            self.query,
            "DELETE FROM connector_queue_channel"
            " WHERE complete_name IN ('root.paused', 'root.full')",
        )

    def insert(self, count: int, channel: str, *values) -> None:
        self.query(INSERT, *values, count, channel)

    def count_blocks(self) -> int:
        """Return how many blocks a claim reads, with what it writes."""
        self.query("DELETE FROM connector_queue_job WHERE priority = 1")
        self.insert(READY, "root", "pending", None, 1, None, None)
        self.query("VACUUM ANALYZE connector_queue_job")
        cr = self.open_bookkeeping()
        for _turn in ("with what planning reads", "alone"):
            cr.execute("BEGIN")
            cr.execute(CLAIM, [READY])
            ((plan,),) = cr.fetchone()
            cr.execute("ROLLBACK")
        self.assertEqual(plan["Plan"]["Actual Rows"], READY)
        return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]

    def test_claim_reads_no_more_however_many_jobs_there_are(self):
        alone = self.count_blocks()
        for what, backlog in BACKLOGS.items():
            with self.subTest(what):
                for jobs in backlog:
                    self.insert(*jobs)
                self.assertLess(self.count_blocks(), alone + MORE)


class TestStartCost(QueueRaceCase):
    def test_start_of_a_job_writes_nothing(self):
        """After a death the first unfinished job of a batch is the one that ran."""
        session = self.open_session()
        uuids = [stand_still.delay(session, TRACE) for _job in range(2)]
        session.commit()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        runner = Runner(
            self.open_bookkeeping(), 1, partial(own_transaction, connection)
        )
        runner._mean_s = 0.001  # of the jobs before: both are claimed together
        jobs = runner.claim()
        columns = "xmin::text, job::text"
        claimed = {one.uuid: self.row(one.uuid, columns) for one in jobs}
        running = {}

        def look():
            uuid = runner.attempt.job.uuid
            running[uuid] = self.row(uuid, columns)

        self.enterContext(mock.patch(f"{__name__}.look", look))
        for one in jobs:
            runner.run_job(one)

        self.assertEqual(sorted(running), sorted(uuids))
        self.assertEqual(running, claimed)
