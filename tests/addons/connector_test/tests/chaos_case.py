# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How are real servers started on the test's database, and what must hold at the end?

They are processes of their own, and the test kills only those.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from tempfile import mkdtemp

import odoo
from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import store

from .queue_case import QueueRaceCase

ODOO_BIN = "import odoo.cli\n\nodoo.cli.main()\n"
PREFORK = ("--workers=1", "--max-cron-threads=0")
THREADED = ("--workers=0", "--max-cron-threads=1")
DEADLINE_S = 60
POLL_S = 0.02

# The workers that are alive, the oldest first.
LIVING = """
SELECT worker.id, worker.pid
  FROM connector_queue_worker AS worker
  JOIN pg_locks AS lock
    ON lock.locktype = 'advisory' AND lock.granted
   AND lock.classid = %s AND lock.objid::bigint = worker.id
   AND lock.database = (
       SELECT oid FROM pg_database WHERE datname = current_database()
   )
 ORDER BY worker.id
"""

# Jobs that are not as they must be: in somebody's hands, done with other than one
# trace, failed with any, or with another count of attempts than recorded.
UNSOUND = """
SELECT job.id, job.name, job.state, job.attempt, trace.count, attempt.count
  FROM connector_queue_job AS job
 CROSS JOIN LATERAL (
     SELECT count(*) FROM connector_test_trace WHERE job_uuid = job.uuid
 ) AS trace
 CROSS JOIN LATERAL (
     SELECT count(*) FROM connector_queue_attempt WHERE job_id = job.id
 ) AS attempt
 WHERE job.state NOT IN ('done', 'failed')
    OR trace.count <> (job.state = 'done')::int
    OR attempt.count <> job.attempt
"""


class ChaosCase(QueueRaceCase):
    """A test that harms servers which run jobs."""

    def setUp(self):
        super().setUp()
        self.folder = Path(mkdtemp(prefix="connector_chaos_"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "odoo-bin").write_text(ODOO_BIN)
        parent = str(Path(odoo.__path__[0]).parent)
        self.environment = {**os.environ, "PYTHONPATH": parent}

    def start_server(
        self, *arguments: str, command: str = "server"
    ) -> subprocess.Popen:
        """Start a server, or another command; return it when it has a worker."""
        words = [command, "-d", get_db_name(), "--no-http", *arguments]
        log = self.folder / "log"
        with log.open("a") as output:
            server = subprocess.Popen(
                [sys.executable, str(self.folder / "odoo-bin"), *words],
                env=self.environment,
                cwd="/",
                stdout=output,
                stderr=output,
                start_new_session=True,  # so that all of it can be killed at once
            )
        self.addCleanup(self.kill_server, server)
        self.wait_for(self.living, "the server has no worker", log=log)
        return server

    def run_command(self, *words: str, code: int = 0) -> str:
        """Run a command of Odoo to its end with that code; return what it said."""
        done = subprocess.run(
            [sys.executable, str(self.folder / "odoo-bin"), *words],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def kill_server(self, server: subprocess.Popen) -> None:
        """Kill a server with all its processes."""
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()

    def living(self) -> list[tuple[int, int]]:
        """Return id and process of each living worker."""
        return self.query(LIVING, store.liveness.LOCK_CLASS)

    def is_settled(self) -> bool:
        """Tell whether each job is done or has failed."""
        statement = (
            "SELECT FROM connector_queue_job WHERE state NOT IN ('done', 'failed')"
        )
        return not self.query(f"SELECT EXISTS ({statement})")[0][0]

    def assertSound(self):
        """Each job is done with one trace, or failed with none."""
        self.assertEqual(self.query(UNSOUND), [])

    def wait_for(self, is_true, what: str, log: Path | None = None):
        """Wait until something is true and return it; fail when it does not come."""
        deadline = time.monotonic() + DEADLINE_S
        while not (found := is_true()):
            if time.monotonic() > deadline:
                self.fail(f"{what}\n{log.read_text()[-3000:] if log else ''}")
            self.pause(POLL_S)
        return found

    def pause(self, seconds: float) -> None:
        """Let the servers work."""
        threading.Event().wait(seconds)
