# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of queue_job; runs inside the peers' Odoo, beside their server."""

import sys
import time
from contextlib import closing
from pathlib import Path

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.processor import backend_pids, processor_s  # noqa: E402 found there

POLL_S = 0.05
OUTCOME = """
SELECT extract(epoch FROM max(date_done) AT TIME ZONE 'UTC') - %s,
       count(*) FILTER (WHERE state <> 'done')
  FROM queue_job
 WHERE id > %s
"""


class QueueJob:
    """Delays jobs and waits for them.

    Args:
        db_name: the database.
        server_pid: of the server that runs the jobs.
    """

    def __init__(self, db_name: str, server_pid: int):
        self.registry = Registry(db_name)
        self.server_pid = server_pid
        _name, info = sql_db.connection_info_for(db_name)
        connection = sql_db.psycopg2.connect(**info)
        connection.autocommit = True
        self.cr = connection.cursor()
        with self.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["bench.note"].create([{}] * 1000)

    def run(self, task: str, count: int) -> dict:
        """Run jobs; answer seconds on the wall and of all processors."""
        last_id = self._ask("SELECT COALESCE(max(id), 0) FROM queue_job")
        self._delay(task, count)
        start = time.time()
        pids = [self.server_pid, *backend_pids(self.cr)]
        before_s = processor_s(pids)
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
                notes = api.Environment(cr, SUPERUSER_ID, {})["bench.note"]
                uuids.append(notes.with_delay().tell_time(number).uuid)
                cr.commit()
            time.sleep(pause_s)
        self._wait()
        self.cr.execute(
            "SELECT uuid, result FROM queue_job WHERE uuid = ANY (%s)", [uuids]
        )
        begun = dict(self.cr.fetchall())
        pairs = zip(uuids, starts, strict=True)
        return [float(begun[uuid]) - start for uuid, start in pairs]

    def delay_many(self, count: int) -> dict:
        """Delay jobs in one transaction, and drop them before they run."""
        with closing(self.registry.cursor()) as cr:
            notes = api.Environment(cr, SUPERUSER_ID, {})["bench.note"]
            before, start = cr.sql_log_count, time.perf_counter()
            for number in range(count):
                notes.with_delay().do_nothing(number)
            cr.flush()
            queries = cr.sql_log_count - before
            return {
                "wall": (time.perf_counter() - start) / count,
                "queries": queries,
            }

    def _delay(self, task: str, count: int) -> None:
        with self.registry.cursor() as cr:
            notes = api.Environment(cr, SUPERUSER_ID, {})["bench.note"]
            for number in range(count):
                getattr(notes.with_delay(), task)(number)

    def _wait(self) -> None:
        statement = (
            "SELECT count(*) FROM queue_job WHERE state NOT IN ('done','failed')"
        )
        while self._ask(statement):
            time.sleep(POLL_S)

    def _ask(self, statement: str):
        self.cr.execute(statement)
        return self.cr.fetchone()[0]


if __name__ == "__main__":
    serve(QueueJob(env.cr.dbname, int(sys.argv[1])))  # noqa: F821 given by the runner
