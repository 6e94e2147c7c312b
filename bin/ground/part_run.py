# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One part of the tests, run by an Odoo of its own in a database of its own."""

import contextlib
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from ground import cache, peers, template
from ground.addons import find_dependencies
from ground.odoo_server import free_port, read_end
from ground.say import say
from ground.test_report import Report, count, read_events
from ground.test_tags import Part
from ground.workbench import Workbench

TOLD = ("started", "figure", "silent")  # events that end no test
LAUNCHER = Path(__file__).parent / "inside" / "test_launcher.py"
SILENCE_S = 900  # no news from the tests for so long means that they hang
STOP_WAIT_S = 20


class PartRun(contextlib.ExitStack):
    """The run of one part; leaving it ends Odoo and drops the database."""

    def __init__(self, bench: Workbench, part: Part, show_log: bool) -> None:
        super().__init__()
        modules = find_dependencies(part.addon)
        self.bench = peers.put_beside(bench) if modules & set(peers.BESIDE) else bench
        self.part = part
        purpose = f"test_{part.name}"
        self.database = self.enter_context(
            template.database(self.bench, purpose, modules)
        )
        log = cache.folder("logs") / f"{self.database}.log"
        self.log = None if show_log else log
        self.events_file = log.with_suffix(".jsonl")
        self.callback(self.events_file.unlink, missing_ok=True)

    def start(self, more: Mapping[str, str]) -> None:
        """Start Odoo with its log in a file, or where our own output goes."""
        scope = "all" if self.part.is_whole else "some"
        words = [
            *(self.bench.python, LAUNCHER, self.bench.odoo.parent, self.events_file),
            *(self.part.addon.name, scope, "-d", self.database),
            *("-i", self.part.addon.name, "--test-tags", self.part.spec),
            *("--http-port", free_port(), "--stop-after-init"),
        ]
        output = self.enter_context(open(self.log, "w")) if self.log else None
        self.started = time.monotonic()
        self.odoo = subprocess.Popen(
            list(map(str, words)),
            env=self.bench.environment(**more),
            cwd="/",
            stdout=output,
            stderr=output,
        )
        self.callback(_end, self.odoo)

    def is_over(self) -> bool:
        """Return whether Odoo has ended; one that hangs is ended."""
        if self._silence_s() > SILENCE_S:
            say(f"  nothing happened for {SILENCE_S} s: Odoo is stopped")
            self.odoo.kill()
        return self.odoo.poll() is not None

    def count_tests(self) -> tuple[int, int]:
        """Return how many tests have ended, and how many of them failed."""
        events = read_events(self.events_file)
        ended = [event for event in events if event["event"] not in TOLD]
        return len(ended), sum(e["event"] in ("fail", "skip") for e in ended)

    def report(self) -> Report:
        """Return what became of the tests; the log of a green run is deleted."""
        end = read_end(self.log) if self.log else ""
        report = count(read_events(self.events_file), self.odoo.returncode, end)
        if self.log and report.is_green:
            self.log.unlink(missing_ok=True)
        elif self.log:
            say(f"  the log of {self.part.name}: {self.log}")
        return report

    def _silence_s(self) -> float:
        """Return for how long no test has begun or ended, in seconds."""
        if self.events_file.exists():
            return time.time() - self.events_file.stat().st_mtime
        return time.monotonic() - self.started


def _end(odoo: subprocess.Popen) -> None:
    """Make sure that Odoo is gone, so that its database can be dropped."""
    if odoo.poll() is None:
        odoo.terminate()
        try:
            odoo.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            odoo.kill()
            odoo.wait()
