# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the tests: each runs, and reads as a claim."""

import ast
from collections.abc import Iterable, Iterator

from odoo.tests import BaseCase, tagged

from .source import Source, read_sources

PLAIN = {"TestCase", "unittest.TestCase", "IsolatedAsyncioTestCase"}
FLAG = "allow_inherited_tests_method"


def is_test(source: Source) -> bool:
    """Tell whether a file holds tests."""
    return "tests" in source.parts and source.parts[-1].startswith("test_")


def find_not_imported(sources: Iterable[Source]) -> list[str]:
    """Return the test files which their package does not import."""
    sources = list(sources)
    imported = {
        f"{source.path.removesuffix('__init__.py')}{found.name.rpartition('.')[2]}.py"
        for source in sources
        for found in source.imports
        if source.parts[-1] == "__init__.py"
    }
    return [
        f"{source.path} is not imported in its __init__.py"
        for source in sources
        if is_test(source) and source.path not in imported
    ]


def find_plain_classes(source: Source) -> list[str]:
    """Return the classes that Odoo would skip as plain unittest."""
    return [
        f"{source.path} {cls.name} is a plain TestCase"
        for cls in source.classes
        if PLAIN & {ast.unparse(base) for base in cls.bases}
    ]


def find_inherited_tests(sources: Iterable[Source]) -> list[str]:
    """Return the classes whose inherited tests Odoo would skip."""
    classes = {cls.name: (cls, source) for source in sources for cls in source.classes}
    found = []
    for cls, source in classes.values():
        family = _ancestors(cls, classes)
        inherited = {name for base in family for name in _test_names(base)}
        lost = inherited - _test_names(cls)
        if is_test(source) and lost and not any(map(_has_flag, [cls, *family])):
            found.append(f"{source.path} {cls.name} skips inherited {sorted(lost)}")
    return found


def _ancestors(cls: ast.ClassDef, classes: dict) -> list[ast.ClassDef]:
    """Return the classes of ours that a class derives from."""
    names = [ast.unparse(base).rpartition(".")[2] for base in cls.bases]
    bases = [classes[name][0] for name in names if name in classes]
    return bases + [far for base in bases for far in _ancestors(base, classes)]


def _test_names(cls: ast.ClassDef) -> set[str]:
    """Return the names of the tests in a class itself."""
    return {
        node.name
        for node in cls.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    }


def _has_flag(cls: ast.ClassDef) -> bool:
    """Tell whether a class wants to run the tests it inherits."""
    return any(ast.unparse(node) == f"{FLAG} = True" for node in cls.body)


def find_branches(source: Source) -> list[str]:
    """Return the tests that hold an ``if``, besides those in units they define."""
    return [
        f"{source.path} {function.name} holds an if"
        for function in source.functions
        if function.name.startswith("test_")
        and any(isinstance(node, ast.If) for node in _own_nodes(function))
    ]


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Return what is written in a function, but not in functions inside it."""
    for node in ast.iter_child_nodes(function):
        yield node
        if not isinstance(node, ast.FunctionDef):
            yield from _own_nodes(node)


def find_sleeps(source: Source) -> list[str]:
    """Return the lines that sleep, besides those between two looks at a clock."""
    polls = [function for function in source.functions if _calls(function, "monotonic")]
    allowed = {call for function in polls for call in _calls(function, "sleep")}
    return [
        f"{source.path}:{call.lineno} sleeps"
        for call in _calls(source.tree, "sleep")
        if call not in allowed
    ]


def _calls(node: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls of a function, from whatever module it comes."""
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).rpartition(".")[2] == name]


@tagged("post_install", "-at_install")
class TestTests(BaseCase):
    def test_each_test_file_is_imported(self):
        self.assertEqual(find_not_imported(read_sources()), [])

    def test_no_test_is_a_plain_unittest(self):
        self.assertEqual(find_in_tests(find_plain_classes), [])

    def test_no_inherited_test_is_skipped(self):
        self.assertEqual(find_inherited_tests(read_sources()), [])

    def test_no_test_holds_an_if(self):
        self.assertEqual(find_in_tests(find_branches), [])

    def test_no_test_sleeps(self):
        self.assertEqual(find_in_tests(find_sleeps), [])


@tagged("post_install", "-at_install")
class TestGuard(BaseCase):
    """Show that the guards can bite."""

    def test_file_that_is_not_imported_is_found(self):
        package = Source("tests/__init__.py", "from . import test_a")
        files = [Source(f"tests/{name}.py", "") for name in ("test_a", "test_b")]

        found = find_not_imported([package, *files])

        self.assertEqual(found, ["tests/test_b.py is not imported in its __init__.py"])

    def test_plain_class_is_found(self):
        for base in ("unittest.TestCase", "TestCase"):
            with self.subTest(base=base):
                source = Source("tests/test_a.py", f"class TestA({base}): pass")
                expected = ["tests/test_a.py TestA is a plain TestCase"]
                self.assertEqual(find_plain_classes(source), expected)

    def test_skipped_inherited_test_is_found(self):
        base = Source("tests/contract.py", "class Contract:\n def test_x(self): pass")
        user = Source("tests/test_a.py", "class TestA(Contract, BaseCase): pass")

        found = find_inherited_tests([base, user])

        self.assertEqual(found, ["tests/test_a.py TestA skips inherited ['test_x']"])

    def test_inherited_test_with_the_flag_is_not_found(self):
        base = Source("tests/contract.py", "class Contract:\n def test_x(self): pass")
        user = Source("tests/test_a.py", f"class TestA(Contract):\n {FLAG} = True")

        self.assertEqual(find_inherited_tests([base, user]), [])

    def test_branch_is_found(self):
        source = Source("tests/test_a.py", "def test_x(self):\n if a:\n  b()")

        found = find_branches(source)

        self.assertEqual(found, ["tests/test_a.py test_x holds an if"])

    def test_sleep_is_found(self):
        for call in ("sleep(1)", "time.sleep(0.1)"):
            with self.subTest(call=call):
                found = find_sleeps(Source("tests/test_a.py", f"\n{call}"))
                self.assertEqual(found, ["tests/test_a.py:2 sleeps"])

    def test_sleep_until_a_deadline_is_not_found(self):
        text = "def wait():\n while monotonic() < deadline:\n  time.sleep(0.1)"

        self.assertEqual(find_sleeps(Source("tests/test_a.py", text)), [])


def find_in_tests(find) -> list[str]:
    """Return what a guard finds in the files of every tests folder."""
    sources = [source for source in read_sources() if source.parts[-2:-1] == ("tests",)]
    return [breach for source in sources for breach in find(source)]
