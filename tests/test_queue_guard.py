# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the guard that ends silent processes."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap

from odoo.tests import BaseCase, tagged

from ..queue.server import guard
from ..queue.server.guard import CHECK_S, Silence

LIMIT_S = 10.0
DEADLINE_S = 30

# A process that has a guard, and stops itself; argument: the file of its log.
STOPPED = """
    import os, signal, subprocess, sys, tempfile
    trace = tempfile.TemporaryFile()
    trace.write(b"here")
    trace.flush()
    file = trace.fileno()
    words = [sys.executable, "-I", "-S", sys.argv[1], os.getpid(), 1, file, sys.argv[2]]
    guard = subprocess.Popen(
        [*map(str, words)], stdin=subprocess.PIPE, pass_fds=[file]
    )
    guard.stdin.write(b".")
    guard.stdin.flush()
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    signal.pause()
"""


@tagged("post_install", "-at_install")
class TestSilence(BaseCase):
    def setUp(self):
        super().setUp()
        self.now = 0.0
        self.silence = Silence(LIMIT_S, lambda: self.now)

    def look(self, seconds: float, is_alive: bool = False) -> bool:
        """Look again so many seconds later."""
        self.now += seconds
        return self.silence.is_too_long(is_alive)

    def test_silence_is_too_long_from_the_limit_on(self):
        looks = [self.look(1) for _look in range(11)]

        self.assertEqual(looks, [False] * 9 + [True] * 2)

    def test_sign_of_life_ends_the_silence(self):
        before = [self.look(1) for _look in range(9)]
        self.look(1, is_alive=True)
        after = [self.look(1) for _look in range(9)]

        self.assertFalse(any(before + after))

    def test_pause_of_the_whole_machine_counts_as_one_look(self):
        self.assertFalse(self.look(LIMIT_S * 100))
        self.assertFalse(self.look(LIMIT_S - 2 * CHECK_S))
        self.assertTrue(self.look(CHECK_S))

    def test_nobody_is_silent_for_too_long_without_a_limit(self):
        self.silence = Silence(0, lambda: self.now)

        self.assertFalse(any(self.look(1) for _look in range(1000)))


@tagged("post_install", "-at_install")
class TestGuard(BaseCase):
    def test_silent_process_is_ended_and_the_log_says_why(self):
        with tempfile.NamedTemporaryFile("r") as log:
            process = subprocess.run(
                [sys.executable, "-c", textwrap.dedent(STOPPED)]
                + [guard.__file__, log.name],
                timeout=DEADLINE_S,
            )
            text = log.read()

        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertIn("gave no sign of life for 1 s", text)
        self.assertIn("here", text)

    def test_guard_of_a_process_that_has_ended_ends_too(self):
        """It is told by the end of the pipe."""
        words = [sys.executable, "-I", "-S", guard.__file__, str(os.getpid()), "10"]
        process = subprocess.Popen([*words, "0", ""], stdin=subprocess.PIPE)

        process.stdin.close()

        self.assertEqual(process.wait(DEADLINE_S), 0)
