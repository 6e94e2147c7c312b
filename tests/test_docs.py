# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the manual: it is readable, and the names in it exist."""

import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

from .documents import (
    ROOT,
    find_dead_links,
    find_documents,
    find_mistakes,
    read_blocks,
)
from .source import Source

SECURITY = ROOT / "docs" / "security.rst"
FLOWS = ROOT / "docs" / "flows.rst"
HOOKS, FILES, FIRST_DAY, LINES, STREAMS, KNOWN, ADAPTER, TRIGGERS = (
    ROOT / "docs" / f"{name}.rst"
    for name in (
        *("flows_hooks", "flows_files", "first_day", "flows_lines"),
        *("flows_streams", "flows_known", "flows_adapter", "flows_triggers"),
    )
)
HELPERS = (
    *("_read", "_import_dependency", "_write_language"),
    *("_take", "_overrides", "_silent", "_close_rejected"),
)
TUTORIAL = ROOT / "docs" / "writing_a_connector.rst"
EXAMPLE = ROOT / "examples" / "connector_carddav"
LEFT_OUT = "…"
PLACE = re.compile(r"``((?:bin|docs|examples|queue|components|tests)/[\w./-]*)``")


@tagged("post_install", "-at_install")
class TestDocs(BaseCase):
    def test_documents_are_valid(self):
        for path in find_documents():
            with self.subTest(document=path.name):
                self.assertEqual(find_mistakes(path), [])

    def test_links_lead_to_files(self):
        for path in find_documents():
            with self.subTest(document=path.name):
                self.assertEqual(find_dead_links(path), [])

    def test_files_that_are_named_are_there(self):
        for path in [*find_documents(), ROOT / "docs" / "glossary.md"]:
            named = set(PLACE.findall(path.read_text()))
            for name in named - {"examples/my_shop"}:  # which the reader makes
                with self.subTest(document=path.name, name=name):
                    places = (ROOT, EXAMPLE)  # of which the tutorial speaks
                    self.assertTrue(any((one / name).exists() for one in places))


@tagged("post_install", "-at_install")
class TestSecurityPage(BaseCase):
    def test_each_test_that_guards_a_promise_is_there(self):
        named = set(re.findall(r"``(Test\w+)``", SECURITY.read_text()))
        files = (ROOT / "tests").rglob("test_*.py")
        classes = set(
            re.findall(r"class (Test\w+)", "".join(map(Path.read_text, files)))
        )

        self.assertGreater(len(named), 10)
        self.assertEqual(named - classes, set())


@tagged("post_install", "-at_install")
class TestTutorial(BaseCase):
    def test_code_is_that_of_the_example(self):
        files = [strip_lines(path.read_text()) for path in EXAMPLE.rglob("*.py")]
        quotes = [one for one in read_blocks(TUTORIAL) if not one.startswith("bin/")]

        for quote in quotes:
            with self.subTest(quote=quote):
                pieces = [strip_lines(piece) for piece in quote.split(LEFT_OUT)]
                self.assertTrue(any(is_in_order(pieces, text) for text in files))


@tagged("post_install", "-at_install")
class TestFlowsPage(BaseCase):
    def test_quoted_code_is_in_the_tests(self):
        folder = ROOT / "tests" / "addons" / "connector_test"
        files = [strip_lines(path.read_text()) for path in folder.rglob("*.py")]
        commands = dict.fromkeys((HOOKS, LINES, STREAMS, KNOWN, ADAPTER, TRIGGERS), 0)
        commands |= {FLOWS: 2, FILES: 1, FIRST_DAY: 3}
        for page, calls in commands.items():
            quotes = [strip_lines(one) for one in read_blocks(page)]
            found = [one for one in quotes if any(one in text for text in files)]

            with self.subTest(page=page.name):
                self.assertGreater(len(found), 0)
                self.assertLessEqual(len(quotes) - len(found), calls)

    def test_each_hook_has_an_example(self):
        importer = Source("", (ROOT / "flows/importing/record_importer.py").read_text())
        hooks = [
            one.name
            for one in importer.functions
            if one.name.startswith("_") and one.name not in HELPERS
        ]
        shown = "".join(read_blocks(HOOKS))

        self.assertGreater(len(hooks), 10)
        for hook in hooks:
            with self.subTest(hook=hook):
                self.assertIn(f"def {hook}(", shown)


def strip_lines(text: str) -> str:
    """Return a text without indentation and empty lines, each line ended."""
    lines = [line.strip() for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines if line)


def is_in_order(pieces: list[str], text: str) -> bool:
    """Tell whether a text holds all pieces, one after the other."""
    start = 0
    for piece in pieces:
        start = text.find(piece, start)
        if start < 0:
            return False
        start += len(piece)
    return True
