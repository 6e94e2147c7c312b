# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Floor of the job rows: the plainest loop that runs jobs, inside our Odoo.

Claim 50; then for each job a cursor, an environment, the call, its state, a commit.
The table is laid out as that of our jobs, with the same indexes.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from odoo.addons.connector.queue.engine.connection import connect

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.processor import backend_pids, processor_s  # noqa: E402 found there

BATCH = 50
MAKE_TABLE = "CREATE TABLE bench_floor_job (LIKE connector_queue_job INCLUDING ALL)"
INSERT = """
INSERT INTO bench_floor_job (
    uuid, payload, func_name, payload_version, user_id, channel_id, state, priority,
    attempt, retry, max_retries, deaths, commits, date_created
)
SELECT gen_random_uuid(), jsonb_build_array(number), 'do_nothing', 1, 1, 1, 'pending',
       10, 0, 0, 5, 0, 0, now() AT TIME ZONE 'UTC'
  FROM generate_series(1, %s) AS number
"""
CLAIM = """
WITH next AS (
    SELECT id
      FROM bench_floor_job
     WHERE channel_id = 1 AND state = 'pending' AND hold IS NULL
     ORDER BY priority, id
     LIMIT %s
       FOR UPDATE SKIP LOCKED
)
UPDATE bench_floor_job AS job
   SET state = 'enqueued', worker_id = 1
  FROM next
 WHERE job.id = next.id
RETURNING job.id, payload::text
"""
FINISH = """
UPDATE bench_floor_job
   SET state = 'done', worker_id = NULL, date_done = now() AT TIME ZONE 'UTC'
 WHERE id = %s
"""
LAST_IDS = "SELECT id FROM bench_floor_job ORDER BY id DESC LIMIT %s"


class Floor:
    """Runs jobs as plainly as it can be done."""

    def __init__(self, db_name: str):
        self.registry = Registry(db_name)
        self.cr = connect(db_name).cursor()
        self.cr.execute(MAKE_TABLE)
        with closing(self.registry.cursor()) as cr:
            # connections of the pool are made before the clock runs
            cr.execute("SELECT 1")

    def run(self, task: str, count: int, at_once: int = 1) -> dict:
        """Run jobs; answer seconds on the wall and of all processors."""
        if task == "wait":
            return {"wall": self._wait(count, at_once) / count}
        self.cr.execute(INSERT, [count])
        function = getattr(self, task)
        pids = [*backend_pids(self.cr), self.cr.connection.get_backend_pid()]
        before_s = processor_s(pids)
        wall, cpu = time.perf_counter(), time.process_time()
        while self._run_batch(function):
            pass
        wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        cpu_s += processor_s(pids) - before_s
        return {"wall": wall_s / count, "cpu": cpu_s / count}

    def _run_batch(self, function) -> bool:
        self.cr.execute(CLAIM, [BATCH])
        claimed = self.cr.fetchall()
        for job_id, payload in claimed:
            with closing(self.registry.cursor()) as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                function(env, *json.loads(payload))
                cr.flush()
                cr.execute(FINISH, [job_id])
                cr.commit()
        return bool(claimed)

    def _wait(self, count: int, at_once: int) -> float:
        """Wait and finish a job, again and again, in threads; return the seconds.

        Nobody claims: that is as quick as the machine is.
        """
        db_name = self.registry.db_name
        cursors = [connect(db_name).cursor() for _number in range(at_once)]
        for cr in cursors:
            cr.execute("SET synchronous_commit = on")
        self.cr.execute(INSERT, [at_once])
        self.cr.execute(LAST_IDS, [at_once])
        job_ids = [job_id for (job_id,) in self.cr.fetchall()]

        def loop(cr, job_id: int) -> None:
            for _number in range(count // at_once):
                time.sleep(0.02)
                cr.execute(FINISH, [job_id])

        start = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(loop, cursors, job_ids))
        seconds = time.perf_counter() - start
        for cr in cursors:
            cr.connection.close()
        return seconds

    def do_nothing(self, env, number):
        """Do nothing."""

    def write_field(self, env, number):
        """Write one field of one record."""
        env["bench.note"].browse(1 + number % 1000).value = number


if __name__ == "__main__":
    serve(Floor(env.cr.dbname))  # noqa: F821 given by what runs this file
