# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the chaos tests: real servers on the test's database, harmed on purpose.

They are processes of their own, and the test kills only those. Each test runs as many
jobs as CHAOS_JOBS says, at moments that follow from CHAOS_SEED; both are printed.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import odoo
from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.registration import SILENCE_S
from odoo.addons.connector.queue.graph import chain, group

from ..models.job import TRACE, kill_own_process, leave_trace_slowly
from .queue_case import QueueRaceCase
from .soundness import find_unsound
from .tools import import_tool

_figures = logging.getLogger("connector.figures")  # bin/test shows them

ODOO_BIN = "import odoo.cli\n\nodoo.cli.main()\n"
NO_HTTP = "--no-http"
PREFORK = (NO_HTTP, "--workers=1", "--max-cron-threads=0")
THREADED = (NO_HTTP, "--workers=0", "--max-cron-threads=1")
JOBS = 200
JOB_S = (0, 0.02)  # how long a job takes, besides the work of the engine
DEADLINE_S = 60
MORE_S = 0.1  # for each job
POLL_S = 0.02
KEYS = ("this customer", "that customer")
TRIES = 3  # of a poison job
REASON = "The worker died while it ran the job."

# The job that a worker runs, or runs next.
FIRST_HELD = """
SELECT uuid FROM connector_queue_job WHERE worker_id = %s
 ORDER BY claim_number LIMIT 1
"""

# Is PostgreSQL still at work for a process?
IS_BUSY = """
SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND state = 'active'
"""


class ChaosCase(QueueRaceCase):
    """A test that harms servers which run jobs."""

    def setUp(self):
        super().setUp()
        self.job_count = int(os.environ.get("CHAOS_JOBS", JOBS))
        self.seed = int(os.environ.get("CHAOS_SEED", random.randrange(10**6)))
        self.random = random.Random(self.seed)
        self.facts = [f"{self.job_count} jobs, seed {self.seed}"]
        self.addCleanup(lambda: _figures.info("; ".join(self.facts)))
        self.folder = Path(mkdtemp(prefix="connector_chaos_"))
        # what this test starts ends with it, even when somebody kills its process
        self.watchdog = import_tool("watchdog").Watchdog(self.folder)
        self.addCleanup(self.watchdog.dismiss)
        self.log = self.folder / "log"
        (self.folder / "odoo-bin").write_text(ODOO_BIN)
        parent = str(Path(odoo.__path__[0]).parent)
        self.environment = {**os.environ, "PYTHONPATH": parent}

    # === SERVERS === #

    def start_server(
        self, *arguments: str, command: str = "server", **variables: str
    ) -> subprocess.Popen:
        """Start a server, or another command; return it when it has a worker."""
        with self.log.open("a") as output:
            server = subprocess.Popen(
                self.odoo_command(command, "-d", get_db_name(), *arguments),
                env={**self.environment, **variables},
                cwd="/",
                stdout=output,
                stderr=output,
                start_new_session=True,  # so that all of it can be killed at once
            )
        self.watchdog.watch(server.pid)
        self.addCleanup(self.kill_server, server)
        self.wait_for(lambda: self.workers_of(server), "the server has no worker")
        return server

    def start_host(self, **variables: str) -> subprocess.Popen:
        """Start what runs the jobs on a host without a web server."""
        return self.start_server(command="connector_worker", **variables)

    def odoo_command(self, *words: str) -> list[str]:
        """Return the words that start Odoo."""
        return [sys.executable, str(self.folder / "odoo-bin"), *words]

    def run_command(self, *words: str, code: int = 0) -> str:
        """Run a command of Odoo to its end with that code; return what it said."""
        done = subprocess.run(
            self.odoo_command(*words),
            env=self.environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=self.deadline_s,
        )
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout

    def kill_server(self, server: subprocess.Popen) -> None:
        """Kill a server with all its processes, also those that outlived its master."""
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        self.watchdog.forget(server.pid)

    def stop_server(self, server: subprocess.Popen, sig=signal.SIGTERM) -> None:
        """Stop a server as a service manager does."""
        server.send_signal(sig)
        server.wait(self.deadline_s)

    def kill_worker(self, worker_id: int, pid: int) -> str | None:
        """Kill a job process; return which job its death is to be charged to."""
        self.freeze(worker_id, pid)
        rows = self.query(FIRST_HELD, worker_id)
        with suppress(ProcessLookupError):  # its master may have ended it: it is silent
            os.kill(pid, signal.SIGKILL)
        return rows[0][0] if rows else None

    def freeze(self, worker_id: int, pid: int) -> int:
        """Stop a job process where it is; return how many jobs it has."""
        os.kill(pid, signal.SIGSTOP)
        # PostgreSQL still does what it was asked for
        self.wait_for(lambda: not self.query(IS_BUSY, f"odoo-{pid}"), "never idle")
        return self.held_by(worker_id)

    def workers_of(self, server: subprocess.Popen) -> list[tuple[int, int]]:
        """Return id and process of each living worker of a server."""
        return [one for one in self.living() if _group_of(one[1]) == server.pid]

    def living(self) -> list[tuple[int, int]]:
        """Return id and process of each living worker."""
        liveness = store.liveness
        values = {"silence_s": SILENCE_S, "lock_class": liveness.LOCK_CLASS}
        return [row[:2] for row in self.query(liveness.FIND_WORKERS % values)]

    # === JOBS === #

    def delay(self, count: int | None = None, job_s=JOB_S, **options) -> None:
        """Delay jobs that each leave a trace within so many seconds, and commit."""
        session = self.open_session()
        count = count or self.job_count
        args = [(f"trace {n}", self.random.uniform(*job_s)) for n in range(count)]
        leave_trace_slowly.delay_many(session, TRACE, args, **options)
        session.commit()

    def delay_bound(self) -> None:
        """Delay jobs; some share a concurrency key, and some wait for others."""
        part = self.job_count // 10
        for key in KEYS:
            self.delay(part, concurrency_key=key)
        self.delay_graphs(part)
        self.delay(self.job_count - part * (len(KEYS) + 4))

    def delay_graphs(self, count: int) -> None:
        """Delay jobs that two wait for, which one waits for; so many times four."""
        traces = self.open_env()[TRACE]
        for number in range(count):
            first, left, right, last = (
                traces.delayable().leave(f"{place} {number}", 0.01)
                for place in ("first", "left", "right", "last")
            )
            chain(first, group(left, right), last).delay()
        traces.env.cr.commit()

    def delay_with_poison(self) -> str:
        """Delay jobs, and one among them that kills each process; return its uuid."""
        self.delay(self.job_count // 10)
        session = self.open_session()
        poison = kill_own_process.delay(session, TRACE, max_retries=TRIES)
        session.commit()
        self.delay_bound()
        return poison

    def held_by(self, worker_id: int) -> int:
        """Return how many jobs a worker has."""
        statement = "SELECT count(*) FROM connector_queue_job WHERE worker_id = %s"
        return self.query(statement, worker_id)[0][0]

    def count_held(self) -> int:
        """Return how many jobs are in the hands of workers."""
        statement = "SELECT count(*) FROM connector_queue_job WHERE state = 'enqueued'"
        return self.query(statement)[0][0]

    def count_deaths(self) -> int:
        """Return how many attempts ended with the death of their worker."""
        statement = "SELECT count(*) FROM connector_queue_attempt WHERE state = 'died'"
        return self.query(statement)[0][0]

    def is_settled(self) -> bool:
        """Tell whether each job has ended."""
        statement = (
            "SELECT FROM connector_queue_job WHERE state NOT IN ('done', 'failed')"
        )
        return not self.query(f"SELECT EXISTS ({statement})")[0][0]

    def wait_for_the_end(self, poison: str | None = None) -> None:
        """Wait until every job has ended; all must be sound then, and done.

        Args:
            poison: uuid of the one job that failed, as it killed its processes.
        """
        self.wait_for(self.is_settled, "jobs are left")
        self.assertSound()
        failed = self.query(
            "SELECT uuid, attempt, deaths, exc_info FROM connector_queue_job"
            " WHERE state = 'failed'"
        )
        expected = [(poison, TRIES, TRIES, REASON)] if poison else []
        self.assertEqual(failed, expected)

    def assertSound(self):
        """Each job came to one end, with one trace when it is done, else with none."""
        self.assertEqual(find_unsound(self.query), [])

    # === TIME === #

    @property
    def deadline_s(self) -> float:
        """For how long anything is waited for; a loaded machine may be slow."""
        return DEADLINE_S + MORE_S * self.job_count

    def wait_for(self, is_true, what: str):
        """Wait until something is true and return it; fail when it does not come."""
        deadline = time.monotonic() + self.deadline_s
        while not (found := is_true()):
            if time.monotonic() > deadline:
                log = self.log.read_text()[-3000:] if self.log.exists() else ""
                self.fail(f"{what}\n{log}")
            self.pause(POLL_S)
        return found

    def measure(self, is_true, what: str) -> float:
        """Wait until something is true; return how long that took, in seconds."""
        start = time.monotonic()
        self.wait_for(is_true, what)
        return time.monotonic() - start

    def pause(self, seconds: float) -> None:
        """Let the servers work."""
        threading.Event().wait(seconds)

    def pause_at_random(self, longest_s: float) -> None:
        """Let the servers work until a moment that nobody has chosen."""
        self.pause(self.random.uniform(0, longest_s))


def _group_of(pid: int) -> int | None:
    """Return the process group of a process, None when it is gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
