# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the style: size, shape and names of every file."""

import ast
from pathlib import PurePosixPath

from odoo.tests import BaseCase, tagged

from .source import Source, read_sources

LICENCE = "# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl)."
FILE_LINES = 500
BODY_LINES = 30
NO_NAMES = {"utils", "helpers", "common", "misc", "manager"}  # they say nothing


def find_missing_licence(source: Source) -> list[str]:
    """Return the file when its licence line is missing."""
    lines = [line for line in source.text.splitlines() if not line.startswith("#!")]
    return [] if lines[:1] == [LICENCE] else [f"{source.path} has no licence line"]


def find_too_long(source: Source) -> list[str]:
    """Return what is longer than allowed: the file, and its functions."""
    count = len(source.text.splitlines())
    found = [f"{source.path} has {count} lines"] if count > FILE_LINES else []
    return found + [
        f"{source.path}:{function.lineno} {function.name} has {lines} lines"
        for function in source.functions
        if (lines := _count_body(function)) > BODY_LINES
    ]


def _count_body(function: ast.FunctionDef) -> int:
    """Return the lines of a function without signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def find_empty_name(source: Source) -> list[str]:
    """Return the file when its name does not say what it is for."""
    is_fixture = source.parts[-2:] == ("tests", "common.py")
    is_bad = PurePosixPath(source.path).stem in NO_NAMES and not is_fixture
    return [f"{source.path} does not say what it is for"] if is_bad else []


@tagged("post_install", "-at_install")
class TestStyle(BaseCase):
    def test_each_file_begins_with_the_licence(self):
        self.assertEqual(find_all(find_missing_licence), [])

    def test_files_and_functions_are_short(self):
        self.assertEqual(find_all(find_too_long), [])

    def test_names_of_files_say_what_they_are_for(self):
        self.assertEqual(find_all(find_empty_name), [])


@tagged("post_install", "-at_install")
class TestGuard(BaseCase):
    """Show that the guards can bite."""

    def test_missing_licence_is_found(self):
        for text in ("", "import os\n", f"import os\n{LICENCE}\n"):
            with self.subTest(text=text):
                found = find_missing_licence(Source("queue/job.py", text))
                self.assertEqual(found, ["queue/job.py has no licence line"])

    def test_licence_may_follow_the_interpreter(self):
        text = f"#!/usr/bin/env python3\n{LICENCE}\n"

        self.assertEqual(find_missing_licence(Source("bin/x.py", text)), [])

    def test_long_file_is_found(self):
        for lines, expected in {500: [], 501: ["event.py has 501 lines"]}.items():
            with self.subTest(lines=lines):
                found = find_too_long(Source("event.py", "pass\n" * lines))
                self.assertEqual(found, expected)

    def test_long_function_is_found(self):
        head = 'def run():\n    """Say what."""\n'
        for lines, expected in {30: [], 31: ["event.py:1 run has 31 lines"]}.items():
            with self.subTest(lines=lines):
                source = Source("event.py", head + "    pass\n" * lines)
                self.assertEqual(find_too_long(source), expected)

    def test_name_that_says_nothing_is_found(self):
        found = find_empty_name(Source("queue/utils.py", ""))

        self.assertEqual(found, ["queue/utils.py does not say what it is for"])

    def test_fixtures_of_tests_may_be_common(self):
        self.assertEqual(find_empty_name(Source("tests/common.py", "")), [])


def find_all(find) -> list[str]:
    """Return what a guard finds in the whole repository."""
    return [breach for source in read_sources() for breach in find(source)]
