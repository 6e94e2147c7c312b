# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the tools, run here without Odoo."""

import unittest
from pathlib import Path

from ground.test_report import Report

FOLDER = Path(__file__).parent
TAG = "ground"  # what bin/test calls these tests


class _Outcomes(unittest.TestResult):
    """Keeps what became of each test; a failed part fails its test."""

    def __init__(self) -> None:
        super().__init__()
        self.report = Report()

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.report.passed += 1

    def tell_failures(self) -> None:
        """Put every failure and skip in the report."""
        for test, text in [*self.failures, *self.errors, *self.skipped]:
            self.report.failures.append(f"FAILED: {test.id()}\n{text}")


def run() -> Report:
    """Run the tests of the tools and return the report."""
    suite = unittest.TestLoader().discover(
        str(FOLDER), top_level_dir=str(FOLDER.parents[1])
    )
    outcomes = _Outcomes()
    suite.run(outcomes)
    outcomes.tell_failures()
    return outcomes.report
