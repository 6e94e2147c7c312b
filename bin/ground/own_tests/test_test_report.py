# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import tempfile
from pathlib import Path
from unittest import TestCase

from ground.test_report import Report, count, read_events

END = {"event": "end", "test": "connector", "detail": ""}


def event(kind: str, test: str = "a.test") -> dict:
    return {"event": kind, "test": test, "detail": "why"}


class TestCount(TestCase):
    def test_passed_tests_are_counted(self):
        report = count([event("started"), event("pass"), END], 0, "")

        self.assertEqual(report.last_line(), "1 passed, 0 failed")
        self.assertTrue(report.is_green)

    def test_skipped_test_counts_as_failed_with_its_reason(self):
        report = count([event("skip"), END], 0, "")

        self.assertEqual(report.last_line(), "0 passed, 1 failed")
        self.assertIn("a.test\nwhy", report.failures[0])

    def test_death_of_odoo_counts_as_failed_and_names_the_test(self):
        report = count([event("pass"), event("started", "b.test")], -9, "the end")

        self.assertEqual(report.last_line(), "1 passed, 1 failed")
        self.assertIn("b.test", report.failures[0])
        self.assertIn("the end", report.failures[0])

    def test_bad_exit_code_fails_a_run_without_failures(self):
        self.assertFalse(count([event("pass"), END], 1, "").is_green)

    def test_run_of_nothing_is_not_green(self):
        self.assertFalse(count([END], 0, "").is_green)

    def test_runs_add_up(self):
        report = Report()

        report.add(count([event("pass"), END], 0, ""))
        report.add(count([event("pass"), event("fail"), END], 1, ""))

        self.assertEqual(report.last_line(), "2 passed, 1 failed")

    def test_test_that_no_part_has_chosen_has_failed(self):
        parts = [{"a": "why", "b": "why"}, {"b": "why", "c": "why"}]
        report = Report()

        for silent in parts:
            found = {"event": "silent", "test": "connector", "detail": silent}
            report.add(count([event("pass"), found, END], 0, ""))
        report.fail_silent()

        self.assertEqual(report.failures, ["FAILED: b\nwhy"])

    def test_figures_are_kept_and_count_as_nothing(self):
        report = Report()

        report.add(count([event("figure"), event("pass"), END], 0, ""))

        self.assertEqual(report.figures, ["a.test: why"])
        self.assertEqual(report.last_line(), "1 passed, 0 failed")

    def test_half_written_line_is_left_out(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write('{"event": "pass"}\n{"eve')
            file.flush()

            self.assertEqual(read_events(Path(file.name)), [{"event": "pass"}])
