# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Launcher of Odoo's tests: writes the result of each test.

Arguments: the folder of the package ``odoo``, the report's file, the addon under
test, ``all`` or ``some`` (whether the tests that are left out are to be reported),
Odoo's arguments.
"""

import json
import logging
import os
import re
import sys

parent, report_path, addon, scope, *odoo_arguments = sys.argv[1:]
sys.path.insert(0, parent)
sys.argv[1:] = odoo_arguments

from test_guard import find_silent_tests

import odoo.cli
import odoo.modules.module
import odoo.tests.loader
from odoo.tests.result import OdooTestResult

FIGURES = "connector.figures"  # the log of what tests measure

# What Odoo says about failed tests; they are in the report already.
ECHO = re.compile(r"\d+ failures, |At least one test failed|\d+ failed, \d+ error")


class Recorder:
    """Writes outcomes as they come; knows which tests were chosen."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1)
        self.pid = os.getpid()
        self.chosen = []
        self.finished = set()
        self.outcomes = {}  # test id -> (outcome, detail) of the running test

    def write(self, event, test, detail=""):
        """Write one line, unless this is a process that a test has forked."""
        if os.getpid() == self.pid:
            line = {"event": event, "test": test, "detail": detail}
            self.file.write(json.dumps(line) + "\n")

    def note_start(self, _result, test):
        """Write that a test begins."""
        self.write("started", test.id())

    def note_success(self, _result, test):
        """Remember that a test has passed so far."""
        self._note(test, "pass")

    def note_skip(self, _result, test, reason):
        """Remember that a test was skipped."""
        self._note(test, "skip", reason)

    def note_failure(self, result, test, error):
        """Remember a failed test with its traceback."""
        if not result._soft_fail:  # else Odoo is going to try it once more
            text = result._exc_info_to_string(error, test)
            subject = f"{test}\n" if getattr(test, "test_case", None) else ""
            self._note(test, "fail", f"{subject}{text}")

    def note_end(self, _result, test):
        """Write what became of a test."""
        nothing = ("fail", "It ended without any outcome.")
        outcome, detail = self.outcomes.pop(test.id(), nothing)
        self.finished.add(test.id())
        self.write(outcome, test.id(), detail)

    def write_missing(self):
        """Write the tests that were chosen and did not run."""
        why = "It was chosen and did not run: its class failed before it."
        for test in self.chosen:
            if test.id() not in self.finished:
                self.write("fail", test.id(), why)

    def _note(self, test, outcome, detail=""):
        """Remember an outcome of a test; a failure outweighs whatever follows."""
        if not hasattr(test, "_testMethodName"):
            self.write(outcome, test.id(), detail)  # setUpClass, tearDownClass
            return
        while getattr(test, "test_case", None):  # a subtest belongs to its test
            test = test.test_case
        old, old_detail = self.outcomes.get(test.id(), ("pass", ""))
        new = outcome if old == "pass" else old
        self.outcomes[test.id()] = (new, f"{old_detail}{detail}")


class LoadErrors(logging.Handler):
    """Takes errors logged while no test runs, as a failed view or import."""

    def __init__(self, recorder):
        super().__init__(logging.ERROR)
        self.recorder = recorder

    def emit(self, record):
        """Write the error as a failure of the loading."""
        message = record.getMessage()
        if odoo.modules.module.current_test or ECHO.search(message):
            return
        trace = self.formatException(record) if record.exc_info else ""
        self.recorder.write("fail", f"loading ({record.name})", message + trace)

    def formatException(self, record):
        """Return the traceback of a log record."""
        return "\n" + logging.Formatter().formatException(record.exc_info)


class Figures(logging.Handler):
    """Takes what a test has measured, to be shown also when it passes."""

    def __init__(self, recorder):
        super().__init__(logging.INFO)
        self.recorder = recorder

    def emit(self, record):
        """Write the figure with the name of its test."""
        test = odoo.modules.module.current_test
        name = f"{type(test).__name__}.{getattr(test, '_testMethodName', '')}"
        self.recorder.write("figure", name, record.getMessage())


def install(recorder):
    """Hook the recorder into Odoo's test result, test loader and log."""
    _follow("startTest", recorder.note_start)
    _follow("addSuccess", recorder.note_success)
    _follow("addSkip", recorder.note_skip)
    _follow("addError", recorder.note_failure)
    _follow("addFailure", recorder.note_failure)
    _follow("stopTest", recorder.note_end)
    make_suite = odoo.tests.loader.make_suite

    def make_recorded_suite(*arguments, **options):
        suite = make_suite(*arguments, **options)
        recorder.chosen += list(suite)
        return suite

    odoo.tests.loader.make_suite = make_recorded_suite
    logging.getLogger().addHandler(LoadErrors(recorder))
    figures = logging.getLogger(FIGURES)
    figures.setLevel(logging.INFO)
    figures.addHandler(Figures(recorder))


def _follow(name, note):
    """Call ``note`` after a method of Odoo's test result."""
    original = getattr(OdooTestResult, name)

    def method(self, test, *details):
        original(self, test, *details)
        note(self, test, *details)

    setattr(OdooTestResult, name, method)


def main():
    """Run Odoo, then write what is missing and that the end was reached."""
    recorder = Recorder(report_path)
    install(recorder)
    code = 0
    try:
        odoo.cli.main()
    except SystemExit as end:
        code = end.code
    recorder.write_missing()
    if scope == "all":
        silent = dict(find_silent_tests(addon, recorder.chosen))
        recorder.write("silent", addon, silent)
    recorder.write("end", addon)
    sys.exit(code)


if __name__ == "__main__":
    main()
