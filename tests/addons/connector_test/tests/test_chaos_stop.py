# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of jobs whose processes are stopped, for good or for a while."""

import os
import signal
import socket
from contextlib import closing

from odoo.tests import tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import registration as registration
from odoo.addons.connector.queue.engine.registration import (
    SILENCE_S,
    WorkerRegistration,
)

from .chaos_case import JOBS, PREFORK, THREADED, ChaosCase

REGISTRATION_LOG = "odoo.addons.connector.queue.engine.registration"
SHORT_SILENCE_S = 1  # after which a worker is given up, instead of SILENCE_S
BATCH = 2  # jobs that a worker has at least when it is stopped
BATCH_JOB_S = (0, 0)  # so short that it claims several at once
DEAF = {"CONNECTOR_HEARTBEAT_S": "20"}  # learns late that it was declared dead
REFUSED = "another worker has it"

# What a worker has told of its sessions is lost, as behind a pooler.
FORGET_SESSIONS = """
UPDATE connector_queue_worker
   SET backend_pid = NULL, books_backend_pid = NULL, job_backend_pid = NULL
 WHERE id = %s
"""
# Its sessions, as far as it has told them.
KNOWN_SESSIONS = """
SELECT session.pid
  FROM pg_stat_activity AS session
  JOIN connector_queue_worker AS worker
    ON session.pid
       IN (worker.backend_pid, worker.books_backend_pid, worker.job_backend_pid)
 WHERE worker.id = %s
"""
FREE_JOBS = """
SELECT id FROM connector_queue_job WHERE worker_id = %s FOR UPDATE SKIP LOCKED
"""
ALL_SESSIONS = "SELECT pid FROM pg_stat_activity"


@tagged("chaos")
class TestFreeze(ChaosCase):
    """A process stops for longer than any timeout, and goes on as if nothing were."""

    def pause_worker(self, sessions: int, **variables: str) -> tuple[int, int]:
        """Stop a worker amid a batch of jobs; return it.

        Args:
            sessions: how many of them must be known.
            variables: settings of the worker.
        """
        self.host = self.start_host(**variables)
        ((worker_id, pid),) = self.workers_of(self.host)
        self.wait_for(
            lambda: self.is_caught(worker_id, pid, sessions), "it has no batch"
        )
        return worker_id, pid

    def is_caught(self, worker_id: int, pid: int, sessions: int) -> bool:
        """Stop a worker; let it go on when that was not a good moment.

        Nor is the one between the last statement of a job and its commit: nobody can
        take such a job away, and the worker may commit it whenever it goes on.
        """
        if self.is_settled():
            self.delay(job_s=BATCH_JOB_S)
        held = self.freeze(worker_id, pid)
        free = len(self.query(FREE_JOBS, worker_id))
        known = len(self.query(KNOWN_SESSIONS, worker_id))
        if free == held >= BATCH and known >= sessions:
            return True
        os.kill(pid, signal.SIGCONT)
        return False

    def count_attempts(self, worker_id: int) -> int:
        """Return how many attempts of a worker came to an end of their own."""
        statement = (
            "SELECT count(*) FROM connector_queue_attempt"
            " WHERE worker_id = %s AND state <> 'died'"
        )
        return self.query(statement, worker_id)[0][0]

    @mute_logger(REGISTRATION_LOG)
    def take_over(self) -> WorkerRegistration:
        """Take all jobs once the silent worker is given up; a long run waits for it."""
        self.patch(
            registration,
            "SILENCE_S",
            SILENCE_S if self.job_count > JOBS else SHORT_SILENCE_S,
        )
        other = WorkerRegistration(get_db_name(), "test")
        self.addCleanup(other.control.close)
        self.wait_for(
            lambda: other.beat() and other.control.recover(), "it is not given up"
        )
        store.claim_jobs(self.open_bookkeeping(), other.worker_id, self.job_count, 0)
        return other

    def test_worker_that_comes_back_commits_nothing(self):
        """It finds its sessions as they were, and jobs that it believes to be its."""
        worker_id, pid = self.pause_worker(0, **DEAF)
        before, held = self.count_attempts(worker_id), self.held_by(worker_id)
        self.query(FORGET_SESSIONS, worker_id)
        other = self.take_over()
        taken = self.held_by(other.worker_id)

        os.kill(pid, signal.SIGCONT)
        self.wait_for(
            lambda: self.count_refused() >= held or self.workers_of(self.host),
            "it does not try",
        )

        self.assertEqual(self.held_by(other.worker_id), taken)
        self.assertEqual(self.count_attempts(worker_id), before)
        self.facts.append(f"{self.count_refused()} attempts refused")
        self.kill_server(self.host)
        other.control.close()
        self.start_host()
        self.wait_for_the_end()

    def count_refused(self) -> int:
        """Return how many attempts were given up as those of somebody else."""
        return self.log.read_text().count(REFUSED)

    def test_sessions_of_a_stopped_worker_are_ended(self):
        """It learns that it was given up, and begins anew."""
        worker_id, pid = self.pause_worker(3, **DEAF)
        before = self.count_attempts(worker_id)
        known = set(self.query(KNOWN_SESSIONS, worker_id))

        other = self.take_over()
        self.wait_for(
            lambda: not known & set(self.query(ALL_SESSIONS)), "its sessions are there"
        )
        os.kill(pid, signal.SIGCONT)
        self.wait_for(lambda: self.workers_of(self.host), "it does not begin anew")
        other.control.close()

        self.wait_for_the_end()
        self.assertEqual(self.count_attempts(worker_id), before)


@tagged("chaos")
class TestEnd(ChaosCase):
    """A service manager stops or reloads a server amid its jobs."""

    def test_terminated_server_gives_its_jobs_back(self):
        for mode in (PREFORK, THREADED):
            server = self.start_server(*mode)
            self.delay(self.job_count // 2)
            self.pause_at_random(1)
            self.stop_server(server)
            with self.subTest(mode=mode):
                self.assertEqual((self.count_held(), self.count_deaths()), (0, 0))
                self.assertEqual(self.living(), [])

        self.start_server(*PREFORK)
        self.wait_for_the_end()

    def test_reloaded_server_goes_on_with_its_jobs(self):
        for start in (self.start_prefork, self.start_threaded, self.start_host):
            with self.subTest(start=start.__name__):
                server = start()
                old = self.workers_of(server)
                self.delay(self.job_count // 2)
                self.pause_at_random(1)
                server.send_signal(signal.SIGHUP)
                self.wait_for(
                    lambda: set(self.workers_of(server)) - set(old),  # noqa: B023 called at once
                    "no new worker came",
                )

                self.wait_for_the_end()
                self.assertEqual(self.count_deaths(), 0)
                self.stop_server(server)
                self.assertEqual(self.living(), [])

    def start_prefork(self):
        """Start a prefork server with a web server."""
        ports = f"--http-port={_free_port()}", f"--gevent-port={_free_port()}"
        return self.start_server("--workers=1", "--max-cron-threads=0", *ports)

    def start_threaded(self):
        """Start a threaded server."""
        return self.start_server(*THREADED)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
