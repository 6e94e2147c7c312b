# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import tempfile
from pathlib import Path
from unittest import TestCase

from ground.mutations import Mutation, Product
from ground.say import StepFailed

RUNNER = """
LIMIT = 3

class Runner:
    kind = "plain"

    def end(self, job):
        if job.lost:
            return None
        return job

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, name):
        self._name = name.strip()

def hold(job):
    if job.lost:
        pass

    @job.last
    def release():
        return job
"""
STORE = """
LIMIT = 4

class Store:
    def end(self):
        return LIMIT
"""


class TestChange(TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)
        self.write("queue/runner.py", RUNNER)
        self.write("queue/store/__init__.py", STORE)
        self.product = Product(self.root)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def change(self, target: str, old: str, new: str = "new"):
        mutation = Mutation("once", "nothing is lost", target, old, new, "TestOnce")
        return self.product.change(mutation)

    def refusal(self, target: str, old: str) -> str:
        with self.assertRaises(StepFailed) as refusal:
            self.change(target, old)
        return str(refusal.exception)

    def test_text_is_changed_in_its_definition_only(self):
        change = self.change("Runner.end", "if job.lost:", "if False:")

        self.assertEqual(change.file, self.root / "queue/runner.py")
        self.assertEqual(change.before, RUNNER)
        self.assertEqual(change.after, RUNNER.replace("job.lost", "False", 1))

    def test_each_kind_of_definition_is_found(self):
        for target, old in {
            "runner.LIMIT": "3",
            "store.LIMIT": "4",
            "Runner.kind": "plain",
            "Store.end": "LIMIT",
            "Store": "LIMIT",
            "hold": "pass",
            "release": "@job.last",
        }.items():
            with self.subTest(target):
                self.assertIn("new", self.change(target, old).after)

    def test_property_and_its_setter_are_one_definition(self):
        change = self.change("Runner.name", ".strip()", "")

        self.assertNotIn("strip", change.after)
        self.assertIn("return self._name", change.after)

    def test_other_file_is_named_by_its_path(self):
        self.write("data/neutralize.sql", "SET is_open = FALSE")

        change = self.change("data/neutralize.sql", "FALSE", "TRUE")

        self.assertEqual(change.after, "SET is_open = TRUE")

    def test_name_of_several_is_refused_with_those_that_are_enough(self):
        message = self.refusal("LIMIT", "3")

        self.assertIn("2 definitions", message)
        self.assertIn('"runner.LIMIT", "store.LIMIT"', message)

    def test_wrong_name_is_refused_with_the_definition_that_has_the_text(self):
        message = self.refusal("Runner.sort", 'kind = "plain"')

        self.assertIn("no definition of the product is called Runner.sort", message)
        self.assertIn('Write "Runner.kind" in place of "Runner.sort"', message)

    def test_wrong_name_and_text_are_refused_with_what_is_called_alike(self):
        message = self.refusal("Runner.ends", "return nothing")

        self.assertIn("Called alike: Runner.end", message)
        self.assertIn("tests/mutations/once.py", message)

    def test_file_of_the_product_is_refused_with_its_definition(self):
        """As entries once were: the file, and a text that was in it once."""
        message = self.refusal("queue/runner.py", "            return None\n")

        self.assertIn('Write "Runner.end" in place of "queue/runner.py"', message)
        self.assertIn("tests/mutations/once.py", message)

    def test_file_that_was_moved_is_refused_with_its_definition(self):
        message = self.refusal("pool.py", "return None")

        self.assertIn('Write "Runner.end" in place of "pool.py"', message)

    def test_text_that_is_there_twice_is_refused(self):
        message = self.refusal("Runner.name", "self._name")

        self.assertIn("Runner.name has the old text 2 times, expected once", message)
        self.assertIn("Give more of the lines", message)

    def test_tests_and_tools_are_no_product(self):
        for path in ("tests/runner.py", "bin/runner.py", ".hidden/runner.py"):
            self.write(path, RUNNER)

        self.assertEqual(self.change("Runner.kind", "plain").before, RUNNER)
