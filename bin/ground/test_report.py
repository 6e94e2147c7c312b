# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test report: exact counts of the results.

The launcher inside Odoo writes one JSON object per line: ``started`` (a test
begins), ``figure`` (what it measured), ``pass``, ``fail``, ``skip`` (with the reason),
``silent`` (of an addon: the tests that were not chosen, and why), ``end`` (Odoo came to
its regular end).
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

MARKS = {"fail": "FAILED", "skip": "SKIPPED, which counts as failed"}


@dataclass
class Report:
    """The outcome of one or several runs."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    silent: dict[str, dict[str, str]] = field(default_factory=dict)
    """By addon, where all its tests were meant: those that were not chosen, and why."""

    @property
    def is_green(self) -> bool:
        """Tell whether something ran and nothing failed."""
        return bool(self.passed) and not self.failures

    def add(self, other: "Report") -> None:
        """Take over the figures of another run."""
        self.passed += other.passed
        self.failures += other.failures
        self.figures += other.figures
        for addon, tests in other.silent.items():
            before = self.silent.get(addon, tests)
            self.silent[addon] = {name: tests[name] for name in tests if name in before}

    def fail_silent(self) -> None:
        """Let each test fail that no part has chosen."""
        for tests in self.silent.values():
            self.failures += [f"FAILED: {name}\n{why}" for name, why in tests.items()]
        self.silent = {}

    def last_line(self) -> str:
        """Return the line that a run ends with."""
        return f"{self.passed} passed, {len(self.failures)} failed"


def read_events(file: Path) -> list[dict]:
    """Return what the launcher has written so far, without a half line."""
    if not file.exists():
        return []
    lines = file.read_text(errors="replace").split("\n")[:-1]
    return [json.loads(line) for line in lines if line]


def count(events: list[dict], exit_code: int, log_end: str) -> Report:
    """Return the report of one run of Odoo.

    Args:
        events: what the launcher wrote.
        exit_code: with which Odoo ended.
        log_end: the last lines of its log, shown when it died.
    """
    report = Report(sum(event["event"] == "pass" for event in events))
    for event in events:
        if event["event"] == "figure":
            report.figures.append(f"{event['test']}: {event['detail']}")
        if event["event"] == "silent":
            report.silent[event["test"]] = event["detail"]
        if mark := MARKS.get(event["event"]):
            report.failures.append(f"{mark}: {event['test']}\n{event['detail']}")
    if not any(event["event"] == "end" for event in events):
        report.failures.append(
            f"DIED: Odoo ended with {exit_code} during {_last_started(events)}; "
            f"the end of its log:\n{log_end}"
        )
    elif exit_code and not report.failures:
        report.failures.append(
            f"FAILED: Odoo ended with {exit_code}, expected 0; "
            f"the end of its log:\n{log_end}"
        )
    return report


def _last_started(events: list[dict]) -> str:
    """Return which test ran last."""
    started = [event["test"] for event in events if event["event"] == "started"]
    return started[-1] if started else "loading, before any test"
