# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of our queue; runs inside our Odoo, beside the job processes."""

import sys
import time
from contextlib import closing
from pathlib import Path

from odoo.modules.registry import Registry

from odoo.addons.bench_jobs import jobs
from odoo.addons.connector.session import ConnectorSession

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.queue_watch import QueueWatch  # noqa: E402 found there

PARKED = "root.parked"  # a paused channel: its jobs only wait


class Ours(QueueWatch):
    """Delays jobs and waits for them."""

    def __init__(self, db_name: str):
        super().__init__(db_name)
        self.registry = Registry(db_name)
        with self.registry.cursor() as cr:
            env = ConnectorSession(cr, 1).env
            env["bench.note"].create([{}] * 1000)
            channels = env["connector.queue.channel"]
            channels.browse(channels._id_of(PARKED)).is_paused = True

    def run(self, task: str, count: int) -> dict:
        """Run jobs; answer seconds on the wall and of all processors."""
        return self.time_jobs(lambda: self._delay(task, count), count)

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
        self.wait()
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

    def _delay(self, task: str, count: int) -> None:
        with self.registry.cursor() as cr:
            session = ConnectorSession(cr, 1)
            arguments = [(number,) for number in range(count)]
            getattr(jobs, task).delay_many(session, "bench.note", arguments)


if __name__ == "__main__":
    serve(Ours(env.cr.dbname))  # noqa: F821 given by what runs this file
