# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import tempfile
from pathlib import Path
from unittest import TestCase

from ground.addons import Addon
from ground.test_tags import SLOW, Part, choose_parts, choose_tests

SOURCE = """
@tagged("race")
class TestBinder(TransactionCase):
    def test_bind(self):
"""
NAMES = {"connector", "shop"}


class TestTags(TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        tests = Path(holder.name) / "tests"
        tests.mkdir()
        (tests / "test_binder.py").write_text(SOURCE)
        self.addon = Addon("connector", Path(holder.name))

    def test_each_way_to_name_tests_becomes_a_tag_of_odoo(self):
        meant = {
            "connector": "*/connector",
            "race": "race/connector",
            "TestBinder": "*/connector:TestBinder",
            "TestBinder.test_bind": "*/connector:TestBinder.test_bind",
            "test_bind": "*/connector.test_bind",
            "test_binder.py": "*/connector/tests/test_binder.py",
            "tests/test_binder.py": "*/connector/tests/test_binder.py",
            "/connector:TestBinder": "*/connector:TestBinder",
            "-race": "*/connector,-race/connector",
        }
        for tag, spec in meant.items():
            with self.subTest(tag=tag):
                self.assertEqual(choose_tests(self.addon, [tag], NAMES), spec)

    def test_nothing_named_means_every_test_also_those_that_are_not_standard(self):
        self.assertEqual(choose_tests(self.addon, [], NAMES), "*/connector")

    def test_addon_without_such_tests_is_left_out(self):
        for tag in ("shop", "TestOther", "test_other.py", "chaos", "def"):
            with self.subTest(tag=tag):
                self.assertIsNone(choose_tests(self.addon, [tag], NAMES))

    def test_all_tests_of_an_addon_are_two_parts_that_miss_none(self):
        slow, others = choose_parts(self.addon, [], NAMES)

        self.assertEqual(slow.spec, "race/connector")
        unwanted = ",".join(f"-{tag}/connector" for tag in SLOW)
        self.assertEqual(others.spec, f"*/connector,{unwanted}")
        self.assertTrue(slow.is_whole and others.is_whole)

    def test_some_tests_are_one_part(self):
        found = choose_parts(self.addon, ["TestBinder"], NAMES)

        spec = "*/connector:TestBinder"
        self.assertEqual(found, [Part("connector", self.addon, spec)])

    def test_unreadable_tag_is_refused_with_the_forms_there_are(self):
        with self.assertRaisesRegex(ValueError, "'a b'.*TestClass.test_method"):
            choose_tests(self.addon, ["a b"], NAMES)
