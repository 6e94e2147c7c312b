# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of two processes that sync the same items."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import odoo
from odoo.tests.common import get_db_name

from .sync_case import SyncRaceCase
from .sync_racer import ITEMS

RACER = Path(__file__).with_name("sync_racer.py")
DEADLINE_S = 120


class TestSyncRace(SyncRaceCase):
    """Both have an open snapshot before the first of them commits.

    The one that comes second meets what the first one reserved, waits for its end, and
    cannot see it: PostgreSQL refuses, nothing was done yet, and all of its transaction
    runs again.
    """

    def setUp(self):
        super().setUp()
        folder = Path(self.enterContext(TemporaryDirectory()))
        self.file = folder / "created"
        parent = str(Path(odoo.__path__[0]).parent)
        self.environment = {**os.environ, "PYTHONPATH": parent}

    def start(self, way: str) -> subprocess.Popen:
        """Start a process that syncs."""
        words = [sys.executable, str(RACER), way, str(self.file), "-d", get_db_name()]
        racer = subprocess.Popen(
            words,
            env=self.environment,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(racer.wait)
        self.addCleanup(racer.kill)
        return racer

    def race(self, way: str) -> list[str]:
        """Let two processes sync the same; return what they said after the start."""
        racers = [self.start(way), self.start(way)]
        for racer in racers:
            self.assertEqual(racer.stdout.readline(), "run\n")
            self.assertEqual(racer.stdout.readline(), "ready\n")
        for racer in racers:
            racer.stdin.write("go\n")
            racer.stdin.flush()
        answers = [racer.communicate(timeout=DEADLINE_S)[0] for racer in racers]
        return sorted(answers)

    def test_items_come_here_once(self):
        """S19"""
        answers = self.race("pull")

        self.assertEqual(len(self.links()), ITEMS)
        count = "SELECT count(*), count(DISTINCT id) FROM connector_test_trace"
        self.assertEqual(self.query(count), [(ITEMS, ITEMS)])
        self.assertEqual(answers, ["done\n", "run\ndone\n"])

    def test_items_go_there_once(self):
        """S19"""
        self.make_traces(*["trace"] * ITEMS)

        answers = self.race("push")

        self.assertEqual(len(self.links()), ITEMS)
        self.assertEqual(len(self.file.read_text().splitlines()), ITEMS)
        self.assertEqual(answers, ["done\n", "run\ndone\n"])
