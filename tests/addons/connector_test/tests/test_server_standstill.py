# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Server tests: no job stops the queue or the server, whatever it does."""

import os
import signal

from odoo.tests import tagged

from ..models.harm import (
    EXIT_CODE,
    end_own_process,
    fork,
    hold_the_interpreter,
    map_in_processes,
)
from ..models.job import TRACE, leave_trace, leave_trace_slowly
from .chaos_case import PREFORK, REASON, THREADED, ChaosCase

WATCHDOG_S = 10  # the shortest that can be set
HOLD_S = 45.0  # for which a job holds the interpreter, if it is let
TRIES = 2
ENDS = (3, 0, 1, 255, -signal.SIGKILL, -signal.SIGSEGV)
# How a child of a job ends, and with which code.
CHILDREN = {
    "return": 0,
    "raise": 1,
    "exit": EXIT_CODE,
    "write": 1,
    "commit": 1,
    "commit own": 0,
}


class StandstillCase(ChaosCase):
    """A test of jobs that harm the process in which they run."""

    def setUp(self):
        super().setUp()
        self.job_count = 0  # nobody runs many

    def delay_one(self, function, *args, **options) -> str:
        """Delay a job and commit; return its uuid."""
        session = self.open_session()
        uuid = function.delay(session, TRACE, *args, **options)
        session.commit()
        return uuid

    def end_of(self, uuid: str, column: str = "exc_info") -> tuple:
        """Wait until a job has ended; return its state and another column."""
        statement = f"SELECT state, {column} FROM connector_queue_job WHERE uuid = %s"
        ends = ("done", "failed")
        self.wait_for(lambda: self.query(statement, uuid)[0][0] in ends, "it goes on")
        return self.query(statement, uuid)[0]

    def assertGoesOn(self) -> None:
        """Another job is run, and all have come to an end that is sound."""
        self.assertEqual(self.end_of(self.delay_one(leave_trace))[0], "done")
        self.assertSound()


@tagged("server")
class TestExit(StandstillCase):
    """A job ends its process; the server takes one status as critical."""

    def test_no_way_to_end_a_job_process_ends_the_server(self):
        """Status 3 of any child ended the whole prefork server, web included."""
        server = self.start_server(*PREFORK)
        for status in ENDS:
            with self.subTest(status=status):
                uuid = self.delay_one(end_own_process, status, max_retries=1)
                self.assertEqual(self.end_of(uuid), ("failed", REASON))

        self.assertIsNone(server.poll())
        self.assertGoesOn()


@tagged("server")
class TestFork(StandstillCase):
    """A child of a job has the sockets of its parent."""

    def test_child_of_a_job_harms_nobody_however_it_ends(self):
        """Its result was committed as the job's, and its parent waited for ever."""
        for mode in (PREFORK, THREADED):
            server = self.start_server(*mode)
            before = self.living()
            for way, code in CHILDREN.items():
                with self.subTest(way=way, mode=mode):
                    uuid = self.delay_one(fork, way)
                    end = self.end_of(uuid, "result_json")
                    self.assertEqual(end, ("done", code))

            self.assertEqual(self.living(), before)
            self.assertGoesOn()
            self.stop_server(server)
        self.assertIn("it was forked by a job", self.log.read_text())

    def test_child_of_a_job_can_be_ended_by_its_parent(self):
        """A job process took the signal for the wish that it ends after the job."""
        self.start_server(*PREFORK)

        end = self.end_of(self.delay_one(fork, "end"), "result_json")

        self.assertEqual(end, ("done", -signal.SIGTERM))
        self.assertGoesOn()

    def test_job_may_compute_in_a_pool_of_processes(self):
        self.start_server(*PREFORK)

        end = self.end_of(self.delay_one(map_in_processes), "result_json")

        self.assertEqual(end, ("done", [1, 2, 3]))
        self.assertGoesOn()


@tagged("server")
class TestHeldInterpreter(StandstillCase):
    """A job calls what never gives the interpreter back: no other thread runs."""

    WATCHED = {"CONNECTOR_WATCHDOG_S": str(WATCHDOG_S)}

    def assertFails(self, uuid: str, deaths: int) -> None:
        """The job fails for the deaths of its workers, and the log says where."""
        self.assertEqual(self.end_of(uuid), ("failed", REASON))
        self.assertEqual(self.end_of(uuid, "deaths"), ("failed", deaths))
        log = self.log.read_text()
        self.assertIn("gave no sign of life for 10 s", log)
        self.assertIn("in hold_the_interpreter", log)

    def test_job_fails_after_its_tries_and_others_run(self):
        """It hung one job process after the other, for ever."""
        server = self.start_server(*PREFORK, **self.WATCHED)
        uuid = self.delay_one(hold_the_interpreter, HOLD_S, max_retries=TRIES)

        self.assertFails(uuid, TRIES)

        self.assertIsNone(server.poll())
        self.assertGoesOn()

    def test_host_that_holds_one_ends_when_it_is_told_to(self):
        """The signal of a service manager was not handled either."""
        host = self.start_host(**self.WATCHED)
        uuid = self.delay_one(hold_the_interpreter, HOLD_S, max_retries=1)
        self.wait_for(lambda: self.count_held(), "it is not taken")

        seconds = self.measure_stop(host)

        self.facts.append(f"ended in {seconds:.1f} s")
        self.assertLess(seconds, HOLD_S - WATCHDOG_S)
        self.start_host()
        self.assertFails(uuid, 1)

    def measure_stop(self, server) -> float:
        """Stop a server; return how long that takes, in seconds."""
        server.send_signal(signal.SIGTERM)
        return self.measure(lambda: server.poll() is not None, "it goes on")

    def test_threaded_server_is_ended_and_the_next_one_goes_on(self):
        """It serves nobody while the interpreter is held."""
        server = self.start_server(*THREADED, **self.WATCHED)
        uuid = self.delay_one(hold_the_interpreter, HOLD_S, max_retries=1)

        self.wait_for(lambda: server.poll() is not None, "it hangs")
        self.start_server(*THREADED)

        self.assertFails(uuid, 1)
        self.assertGoesOn()

    def test_server_that_is_stopped_as_a_whole_goes_on_as_it_was(self):
        """Nobody was silent while nobody could speak."""
        for mode in (PREFORK, THREADED):
            with self.subTest(mode=mode):
                server = self.start_server(*mode, **self.WATCHED)
                before = self.living()

                os.killpg(server.pid, signal.SIGSTOP)
                self.pause(WATCHDOG_S * 1.5)
                os.killpg(server.pid, signal.SIGCONT)

                self.pause(WATCHDOG_S / 2)
                self.assertEqual(self.living(), before)
                self.assertGoesOn()
                self.stop_server(server)

    def test_job_that_takes_long_is_waited_for_at_the_stop(self):
        """Its thread waits, and others run."""
        server = self.start_server(*PREFORK, **self.WATCHED)
        uuid = self.delay_one(leave_trace_slowly, "slow", WATCHDOG_S * 2)
        self.wait_for(lambda: self.count_held(), "it is not taken")

        self.stop_server(server)

        self.assertEqual(self.end_of(uuid, "deaths"), ("done", 0))
