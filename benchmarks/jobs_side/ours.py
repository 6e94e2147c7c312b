# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of our queue; runs inside our Odoo, beside the job processes."""

import sys
import time
from contextlib import closing
from pathlib import Path

from odoo.modules.registry import Registry

from odoo.addons.bench_jobs import jobs
from odoo.addons.connector.queue.engine.connection import connect
from odoo.addons.connector.session import ConnectorSession

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.processor import backend_pids, processor_s  # noqa: E402 found there

POLL_S = 0.05
PARKED = "root.parked"  # a paused channel: its jobs only wait
IS_BUSY = """
SELECT EXISTS (SELECT FROM connector_queue_job WHERE state = 'enqueued')
    OR EXISTS (
       SELECT FROM connector_queue_job AS job
         JOIN connector_queue_channel AS channel ON channel.id = job.channel_id
        WHERE state = 'pending' AND is_open
)
"""
# how long the jobs from one id on took after a moment, and how many did not succeed
OUTCOME = """
SELECT extract(epoch FROM max(date_done) AT TIME ZONE 'UTC') - %s,
       count(*) FILTER (WHERE state <> 'done')
  FROM connector_queue_job
 WHERE id > %s
"""


class Ours:
    """Delays jobs and waits for them."""

    def __init__(self, db_name: str):
        self.db_name = db_name
        self.registry = Registry(db_name)
        self.connection = connect(db_name)
        self.cr = self.connection.cursor()
        with self.registry.cursor() as cr:
            env = ConnectorSession(cr, 1).env
            env["bench.note"].create([{}] * 1000)
            channels = env["connector.queue.channel"]
            channels.browse(channels._id_of(PARKED)).is_paused = True

    def workers(self) -> int:
        """Return how many workers there are."""
        return len(self._worker_pids())

    def run(self, task: str, count: int) -> dict:
        """Run jobs; answer seconds on the wall and of all processors."""
        last_id = self._ask("SELECT COALESCE(max(id), 0) FROM connector_queue_job")
        pids = {*self._worker_pids(), *backend_pids(self.cr)}  # threads share one
        before_s = processor_s(pids)
        self._delay(task, count)
        start = time.time()
        self._wait()
        cpu_s = processor_s(pids) - before_s
        self.cr.execute(OUTCOME, [start, last_id])
        wall_s, failed = self.cr.fetchone()
        if failed:
            raise RuntimeError(f"{failed} of {count} jobs did not succeed")
        return {"wall": float(wall_s) / count, "cpu": cpu_s / count}

    def latency(self, samples: int, pause_s: float) -> list[float]:
        """Return the seconds from commits to the first lines of the jobs."""
        uuids, starts = [], []
        for number in range(samples):
            with closing(self.registry.cursor()) as cr:
                cr.postcommit.add(lambda: starts.append(time.time()))
                session = ConnectorSession(cr, 1)
                uuids.append(jobs.tell_time.delay(session, "bench.note", number))
                cr.commit()
            time.sleep(pause_s)
        self._wait()
        self.cr.execute(
            "SELECT uuid, result FROM connector_queue_job WHERE uuid = ANY (%s)",
            [uuids],
        )
        begun = dict(self.cr.fetchall())
        pairs = zip(uuids, starts, strict=True)
        return [float(begun[uuid]) - start for uuid, start in pairs]

    def delay_many(self, count: int) -> dict:
        """Delay jobs in one transaction; answer its seconds and queries."""
        with closing(self.registry.cursor()) as cr:
            session = ConnectorSession(cr, 1)
            before, start = cr.sql_log_count, time.perf_counter()
            jobs.do_nothing.delay_many(
                session, "bench.note", [(n,) for n in range(count)], channel=PARKED
            )
            queries = cr.sql_log_count - before
            cr.commit()
            wall_s = time.perf_counter() - start
        self.cr.execute("DELETE FROM connector_queue_job WHERE state = 'pending'")
        return {"wall": wall_s / count, "queries": queries}

    def rss(self) -> int:
        """Return the bytes of memory of the first worker's process."""
        pages = Path(f"/proc/{self._worker_pids()[0]}/statm").read_text().split()[1]
        return int(pages) * 4096

    def _delay(self, task: str, count: int) -> None:
        with self.registry.cursor() as cr:
            session = ConnectorSession(cr, 1)
            arguments = [(number,) for number in range(count)]
            getattr(jobs, task).delay_many(session, "bench.note", arguments)

    def _wait(self) -> None:
        while self._ask(IS_BUSY):
            time.sleep(POLL_S)

    def _worker_pids(self) -> list[int]:
        self.cr.execute("SELECT pid FROM connector_queue_worker ORDER BY id")
        return [row[0] for row in self.cr.fetchall()]

    def _ask(self, statement: str):
        self.cr.execute(statement)
        return self.cr.fetchone()[0]


if __name__ == "__main__":
    serve(Ours(env.cr.dbname))  # noqa: F821 given by what runs this file
