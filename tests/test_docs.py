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
HOOKS = ROOT / "docs" / "flows_hooks.rst"
OUT = ROOT / "docs" / "flows_out.rst"
COMMANDS = {  # of shells, and settings
    **{"flows": 2, "flows_files": 1, "first_day": 3, "flows_out": 1},
    **{"connect_rest": 3, "webhooks": 3},
}
TEMPLATES = sorted((ROOT / "scaffold").rglob("*.template"))
MORE = (  # pages that quote tests, besides those of flows
    *("first_day", "connect_rest", "connect_graphql", "connect_webdav", "testing"),
    *("requests_log", "webhooks"),
)
HELPERS = (
    *("_read", "_import_dependency", "_write_language"),
    *("_take", "_overrides", "_silent", "_close_rejected"),
)
EXPORT_HELPERS = (
    *("_export_dependency", "_take", "_must_not", "_known", "_run", "_update_there"),
    *("_sent_values", "_remember", "_asking", "_read", "_note"),
    *("_report_gone", "_silent", "_differing", "_overrides"),
    *("_import_first", "_read_first", "_version_there", "_read_there", "_owners"),
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
        files += [strip_lines(read_template(one)) for one in TEMPLATES]
        others = [ROOT / "docs" / f"{x}.rst" for x in MORE]
        pages = [*ROOT.glob("docs/flows*.rst"), *others]
        commands = {page: COMMANDS.get(page.stem, 0) for page in pages}
        for page, calls in commands.items():
            quotes = [strip_lines(one) for one in read_blocks(page)]
            found = [one for one in quotes if any(one in text for text in files)]

            with self.subTest(page=page.name):
                self.assertGreater(len(found), 0)
                self.assertLessEqual(len(quotes) - len(found), calls)

    def test_each_hook_has_an_example(self):
        self.check_hooks("flows/importing/record_importer.py", HELPERS, HOOKS)
        self.check_hooks("flows/exporting/record_exporter.py", EXPORT_HELPERS, OUT)

    def check_hooks(self, file, helpers, page):
        hooks = [
            one.name
            for one in Source("", (ROOT / file).read_text()).functions
            if one.name.startswith("_") and one.name not in helpers
        ]
        shown = "".join(read_blocks(page))

        self.assertGreater(len(hooks), 10)
        for hook in hooks:
            with self.subTest(hook=hook):
                self.assertIn(f"def {hook}(", shown)


def read_template(path: Path) -> str:
    """Return a file of the template as it is written for ``my_shop``."""
    text = path.read_text().replace("{{ name }}", "my_shop")
    return text.replace("{{ name|pascal }}", "MyShop")


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
