# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the examples in docstrings."""

import ast
import doctest
import importlib
from pathlib import Path

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).parents[1]
NOT_MODULES = {"bin", "benchmarks", "docs", "examples", "tests"}


@tagged("post_install", "-at_install")
class TestDocstring(BaseCase):
    def test_each_example_gives_what_it_shows(self):
        for path in files_with_examples():
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            with self.subTest(module=name):
                module = importlib.import_module(f"odoo.addons.connector.{name}")
                self.assertEqual(doctest.testmod(module).failed, 0)

    def test_examples_are_found(self):
        self.assertIn(ROOT / "addon.py", files_with_examples())


def files_with_examples():
    """Return the modules of the addon whose docstrings show an example."""
    return [
        path
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] not in NOT_MODULES and has_example(path)
    ]


def has_example(path):
    """Tell whether any docstring of a file shows an example."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    texts = [
        ast.get_docstring(node) or ""
        for node in ast.walk(tree)
        if isinstance(node, documented)
    ]
    return any(">>> " in text for text in texts)
