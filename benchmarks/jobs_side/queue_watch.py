# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Watch over the job processes of a database, from a process beside them."""

import time
from collections.abc import Callable
from pathlib import Path

from odoo.addons.connector.queue.engine.connection import connect

from jobs_side.processor import backend_pids, processor_s

POLL_S = 0.05
PAGE_BYTES = 4096  # of memory
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


class QueueWatch:
    """Waits for jobs and measures them.

    Args:
        db_name: of the database.
    """

    def __init__(self, db_name: str):
        self.connection = connect(db_name)
        self.cr = self.connection.cursor()

    def workers(self) -> int:
        """Return how many workers there are."""
        return len(self._worker_pids())

    def rss(self) -> int:
        """Return the bytes of memory of the first worker's process."""
        pages = Path(f"/proc/{self._worker_pids()[0]}/statm").read_text().split()[1]
        return int(pages) * PAGE_BYTES

    def used_s(self) -> float:
        """Return the seconds that workers and database have used of the processors."""
        return processor_s({*self._worker_pids(), *backend_pids(self.cr)})

    def time_jobs(self, delay: Callable[[], None], count: int) -> dict:
        """Run what is delayed; answer seconds on the wall and of all processors.

        Args:
            delay: delays jobs and commits; the clock on the wall starts after it.
            count: by which the seconds are divided.
        """
        last_id = self.ask("SELECT COALESCE(max(id), 0) FROM connector_queue_job")
        pids = {*self._worker_pids(), *backend_pids(self.cr)}  # threads share one
        before_s = processor_s(pids)
        delay()
        start = time.time()
        self.wait()
        cpu_s = processor_s(pids) - before_s
        self.cr.execute(OUTCOME, [start, last_id])
        wall_s, failed = self.cr.fetchone()
        if failed:
            raise RuntimeError(f"{failed} of {count} jobs did not succeed")
        return {"wall": float(wall_s) / count, "cpu": cpu_s / count}

    def wait(self) -> None:
        """Return when no job is left that could run."""
        while self.is_busy():
            time.sleep(POLL_S)

    def is_busy(self) -> bool:
        """Return whether a job runs, or could."""
        return self.ask(IS_BUSY)

    def ask(self, statement: str):
        """Return the only value that a statement gives."""
        self.cr.execute(statement)
        return self.cr.fetchone()[0]

    def _worker_pids(self) -> list[int]:
        self.cr.execute("SELECT pid FROM connector_queue_worker ORDER BY id")
        return [row[0] for row in self.cr.fetchall()]
