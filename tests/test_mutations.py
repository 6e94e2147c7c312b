# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Does each mutation find the text that it changes, and its test?"""

import re
import runpy

from odoo.tests import BaseCase, tagged

from .source import ROOT

LISTS = ROOT / "tests" / "mutations"
TESTS = ROOT.glob("tests/**/test_*.py"), ROOT.glob("examples/*/tests/test_*.py")


def read_mutations() -> list[tuple[str, str, str, str, str]]:
    """Return promise, file, old text, new text and test of each."""
    return [
        mutation
        for file in sorted(LISTS.glob("*.py"))
        for mutation in runpy.run_path(str(file))["MUTATIONS"]
    ]


@tagged("post_install", "-at_install")
class TestMutations(BaseCase):
    def test_old_text_is_in_the_file_once(self):
        for promise, path, old, new, _test in read_mutations():
            with self.subTest(promise):
                self.assertEqual((ROOT / path).read_text().count(old), 1)
                self.assertNotEqual(old, new)

    def test_test_is_there(self):
        text = "\n".join(file.read_text() for files in TESTS for file in files)
        for promise, _path, _old, _new, test in read_mutations():
            for name in test.split("."):
                with self.subTest(promise, name=name):
                    self.assertTrue(re.search(rf"(class|def) {name}\b", text))

    def test_promise_is_told_once(self):
        promises = [promise for promise, *_rest in read_mutations()]
        self.assertEqual(len(promises), len(set(promises)))
