# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutation lists: each entry finds what it changes, and its test."""

import ast
import importlib
import re
import sys

from odoo.tests import BaseCase, tagged

from .source import ROOT

BIN = str(ROOT / "bin")
TESTS = ROOT.glob("tests/**/test_*.py"), ROOT.glob("examples/*/tests/test_*.py")


def import_mutations():
    """Return the tools' module about mutations; it needs the standard library only."""
    if BIN not in sys.path:
        sys.path.append(BIN)
    return importlib.import_module("ground.mutations")


@tagged("post_install", "-at_install")
class TestMutations(BaseCase):
    def setUp(self):
        super().setUp()
        tool = import_mutations()
        self.product = tool.Product(ROOT)
        self.mutations = tool.read_mutations(ROOT)

    def test_definition_is_there_once_and_has_the_old_text_once(self):
        for mutation in self.mutations:
            with self.subTest(mutation.promise):
                change = self.product.change(mutation)
                self.assertNotEqual(change.before, change.after)

    def test_changed_python_can_be_run(self):
        """Else any test sees the change: the promise of throttled channels was broken
        by a line that no Python could read, and nobody knew what its test guards.
        """
        in_python = [one for one in self.mutations if "/" not in one.target]
        for mutation in in_python:
            with self.subTest(mutation.promise):
                ast.parse(self.product.change(mutation).after)

    def test_test_is_there(self):
        text = "\n".join(file.read_text() for files in TESTS for file in files)
        for mutation in self.mutations:
            for name in mutation.test.split("."):
                with self.subTest(mutation.promise, name=name):
                    self.assertTrue(re.search(rf"(class|def) {name}\b", text))

    def test_promise_is_told_once(self):
        promises = [mutation.promise for mutation in self.mutations]
        self.assertEqual(len(promises), len(set(promises)))
