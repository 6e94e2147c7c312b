# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the recovery of jobs from a dead worker."""

import math
import os
import time

import psycopg2

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import registration as registration
from odoo.addons.connector.queue.engine.interrupt import RunningAttempt
from odoo.addons.connector.queue.engine.registration import (
    MAX_DEATHS,
    SILENCE_S,
    WorkerRegistration,
)
from odoo.addons.connector.queue.engine.runner import Runner

from ..models.job import TRACE, leave_trace
from .queue_case import QueueRaceCase

REGISTRATION_LOG = "odoo.addons.connector.queue.engine.registration"
REASON = "The worker died while it ran the job."
DEADLINE_S = 10


class RecoveryCase(QueueRaceCase):
    def delay(self, **options) -> str:
        """Delay a job and commit; return its uuid."""
        session = self.open_session()
        uuid = leave_trace.delay(session, TRACE, **options)
        session.commit()
        return uuid

    def open_worker(self) -> WorkerRegistration:
        """Return a living worker."""
        registration = WorkerRegistration(get_db_name(), "test")
        self.addCleanup(registration.control.close)
        return registration

    def claim(self, worker: WorkerRegistration) -> None:
        """Let a worker claim all jobs."""
        store.claim_jobs(self.open_bookkeeping(), worker.worker_id, 50, 0)

    def kill(self, worker: WorkerRegistration) -> None:
        """End the session of a worker, as the end of its process does."""
        worker.control.close()
        alive = (
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            " AND objid = %s"
        )
        deadline = time.monotonic() + DEADLINE_S
        while self.query(alive, store.liveness.LOCK_CLASS, worker.worker_id):
            self.assertLess(time.monotonic(), deadline, "the lock is still there")

    @mute_logger(REGISTRATION_LOG)
    def recover(self) -> bool:
        """Let another worker recover."""
        return self.open_worker().control.recover()


class TestRecovery(RecoveryCase):
    def test_jobs_of_a_dead_worker_are_free_again(self):
        uuids = [self.delay(), self.delay()]
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)

        self.assertTrue(self.recover())

        for uuid in uuids:
            row = self.row(uuid, "state, worker_id, claim_number")
            self.assertEqual(row, ("pending", None, None))

    def test_living_worker_is_left_alone(self):
        uuid = self.delay()
        worker = self.open_worker()
        self.claim(worker)

        self.assertFalse(self.recover())

        self.assertEqual(self.row(uuid), ("enqueued",))
        self.assertTrue(worker.beat())

    def test_death_is_charged_to_the_job_that_ran_only(self):
        """The first unfinished one in the order of the claim is the one that ran."""
        second, first = self.delay(), self.delay(priority=1)
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)

        self.recover()

        columns = "attempt, deaths, retry, exc_info"
        self.assertEqual(self.row(first, columns), (1, 1, 0, REASON))
        self.assertEqual(self.row(second, columns), (0, 0, 0, None))

    def test_death_is_recorded_as_an_attempt(self):
        self.delay()
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)

        self.recover()

        attempts = self.query(
            "SELECT attempt, state, worker_id, message FROM connector_queue_attempt"
        )
        self.assertEqual(attempts, [(1, "died", worker.worker_id, REASON)])

    def test_poison_job_fails_with_the_reason_after_its_tries(self):
        for max_retries, deaths in ((2, 2), (0, MAX_DEATHS)):
            with self.subTest(max_retries=max_retries):
                uuid = self.delay(max_retries=max_retries)
                states = [self._die_with(uuid) for _death in range(deaths)]
                expected = ["pending"] * (deaths - 1) + ["failed"]
                self.assertEqual(states, expected)
                self.assertEqual(self.row(uuid, "exc_info"), (REASON,))
                self.query("DELETE FROM connector_queue_job")

    def test_job_that_killed_two_workers_lets_the_others_go_first(self):
        """It waits longer after each further death, and never longer than a minute."""
        uuid, other = self.delay(max_retries=99, priority=1), self.delay()

        waits = [self._wait_after_death(uuid) for _death in range(10)]

        self.assertEqual(waits, [None, 1, 2, 4, 8, 16, 32, 60, 60, 60])
        self.assertEqual(self.row(other, "hold, deaths"), (None, 0))

    def _wait_after_death(self, uuid):
        self._die_with(uuid)
        (wait_s,) = self.row(
            uuid, "extract(epoch FROM eta - clock_timestamp() AT TIME ZONE 'UTC')"
        )
        return wait_s and math.ceil(wait_s)

    def test_jobs_without_a_place_among_the_claims_are_freed(self):
        uuid = self.delay()
        worker = self.open_worker()
        self.claim(worker)
        self.query("UPDATE connector_queue_job SET claim_number = NULL")
        self.kill(worker)

        self.recover()

        columns = "state, attempt, deaths, hold"
        self.assertEqual(self.row(uuid, columns), ("pending", 0, 0, None))

    def _die_with(self, uuid) -> str:
        self.query("UPDATE connector_queue_job SET hold = NULL, eta = NULL")
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)
        self.recover()
        return self.row(uuid)[0]

    def test_only_deaths_in_a_row_count(self):
        uuid = self.delay(max_retries=2)
        self._die_with(uuid)
        worker = self.open_worker()
        runner = Runner(self.open_bookkeeping(), worker.worker_id, None)
        (job,) = runner.claim()
        job.attempt += 1
        error = psycopg2.errors.SerializationFailure("again")
        runner._settle(RunningAttempt(job), error)

        self.assertEqual(self.row(uuid, "attempt, deaths"), (2, 0))

    def test_worker_without_a_sign_of_life_is_dead(self):
        """It hangs, or its host is out of reach, and PostgreSQL does not know yet."""
        uuid = self.delay()
        worker = self.open_worker()
        self.claim(worker)
        self._age(worker, SILENCE_S + 1)

        self.recover()

        self.assertEqual(self.row(uuid), ("pending",))

    def test_worker_that_is_only_late_is_left_alone(self):
        uuid = self.delay()
        worker = self.open_worker()
        self.claim(worker)
        self._age(worker, SILENCE_S - 10)

        self.recover()

        self.assertEqual(self.row(uuid), ("enqueued",))

    def test_sessions_of_a_silent_worker_are_ended(self):
        """Nothing of it can commit after its jobs were given to others."""
        worker, recoverer = self.open_worker(), self.open_worker()
        job_cr = self.open_bookkeeping()
        worker.beat(None, job_cr.connection.get_backend_pid())
        self._age(recoverer, -60)
        self.patch(registration, "SILENCE_S", 0)

        with mute_logger(REGISTRATION_LOG):
            recoverer.control.recover()

        for cr in (worker.control._cr, job_cr):
            with self.assertRaises(psycopg2.OperationalError):
                self._wait_for_the_end(cr)

    def _wait_for_the_end(self, cr):
        """Use a session until its end."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            cr.execute("SELECT 1")

    def test_worker_that_was_declared_dead_learns_it(self):
        worker = self.open_worker()
        self.query("DELETE FROM connector_queue_worker")

        self.assertFalse(worker.beat())

    def test_job_whose_key_a_younger_one_took_gives_it_up(self):
        old = self.delay(identity_key="same")
        worker = self.open_worker()
        self.claim(worker)
        young = self.delay(identity_key="same")
        self.kill(worker)

        self.recover()

        self.assertEqual(self.row(old, "state, identity_key"), ("pending", None))
        self.assertEqual(self.row(young, "state, identity_key"), ("pending", "same"))

    def test_job_whose_key_nobody_took_keeps_it(self):
        uuid = self.delay(identity_key="same")
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)

        self.recover()

        self.assertEqual(self.row(uuid, "state, identity_key"), ("pending", "same"))

    def test_worker_is_seen_as_long_as_it_lives(self):
        bookkeeping = self.open_bookkeeping()
        worker = self.open_worker()

        alive = store.find_live_workers(bookkeeping)
        self.kill(worker)

        found = [(one.id, one.pid) for one in alive]
        self.assertEqual(found, [(worker.worker_id, os.getpid())])
        self.assertEqual(store.find_live_workers(bookkeeping), [])

    def _age(self, worker, seconds):
        """Let the last sign of life be that long ago."""
        self.query(
            "UPDATE connector_queue_worker SET date_alive ="
            " clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 second'"
            " WHERE id = %s",
            seconds,
            worker.worker_id,
        )
