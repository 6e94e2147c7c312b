# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the public API: one module that exports every name."""

import ast
import re

from odoo.tests import BaseCase, tagged

from odoo.addons.connector import api

from .source import ROOT, Source, is_inside, read_sources

FACE = "api"
IN_TESTS = ("api", "tests")  # tests of examples share tools with ours
PORTS = ("porting.rst", "classic_names.rst")  # they tell of the classic paths
IMPORT = re.compile(r"^[ >.]*from odoo\.addons\.connector\.([\w.]+) import", re.M)


def find_other_paths(text: str, allowed: tuple[str, ...] = IN_TESTS) -> list[str]:
    """Return the modules that a text imports from, other than the public face."""
    return [
        module
        for module in IMPORT.findall(text)
        if not any(is_inside(module, name) for name in allowed)
    ]


@tagged("post_install", "-at_install")
class TestApi(BaseCase):
    def test_every_name_is_there_and_says_what_it_is(self):
        for name in api.__all__:
            with self.subTest(name=name):
                self.assertTrue(getattr(api, name).__doc__)

    def test_list_is_what_the_module_imports(self):
        tree = Source("api.py", (ROOT / "api.py").read_text()).tree
        imported = [
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        ]

        self.assertEqual(api.__all__, sorted(imported))

    def test_addon_says_that_it_is_typed(self):
        self.assertTrue((ROOT / "py.typed").is_file())

    def test_examples_import_from_the_public_face_only(self):
        others = {
            source.path: found
            for source in read_sources()
            if source.room == "examples"
            and (found := find_other_paths(source.text, IN_TESTS))
        }

        self.assertEqual(others, {})

    def test_manual_imports_from_the_public_face_only(self):
        pages = [ROOT / "README.rst", *ROOT.glob("docs/*.rst")]
        others = {
            page.name: found
            for page in pages
            if page.name not in PORTS and (found := find_other_paths(page.read_text()))
        }

        self.assertEqual(others, {"jobs.rst": ["jobrunner.channels"]})  # of ports

    def test_framework_itself_does_not_import_the_public_face(self):
        breaches = [
            source.path
            for source in read_sources()
            if source.room not in ("tests", "examples", "benchmarks", "bin")
            for found in source.imports
            if found.is_ours and is_inside(found.name, FACE)
        ]

        self.assertEqual(breaches, [])

    def test_another_path_is_found(self):
        text = ">>> from odoo.addons.connector.queue.job import job\n"

        self.assertEqual(find_other_paths(text), ["queue.job"])
