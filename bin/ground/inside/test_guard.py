# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Guard against tests that Odoo silently skips."""

import inspect
import sys
from pathlib import Path
from unittest import TestCase

PLAIN = (
    "Odoo leaves out a plain unittest.TestCase. Derive its class from "
    "odoo.tests.BaseCase or TransactionCase."
)
INHERITED = (
    "Odoo leaves out inherited test methods. Set allow_inherited_tests_method = True "
    "in its class."
)
UNUSED = "No class that Odoo runs uses it. Derive a class from its class, or remove it."
REPLACED = (
    "A decorator made a function of the class. Decorate its methods instead, or use "
    "what it does in setUp."
)
UNPLACED = "Its tags let it run neither at install nor after. Mend its @tagged(…)."
UNIMPORTED = "Odoo runs only what is imported in tests/__init__.py. Import it there."


def find_silent_tests(addon, chosen):
    """Return (test, reason) for each test that is written but was not chosen."""
    package = sys.modules.get(f"odoo.addons.{addon}.tests")
    if not package:
        return []
    ran = {(type(test), test._testMethodName) for test in chosen}
    silent = [*_find_unimported(package)]
    for module in _modules(package):
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                silent += _find_left_out(value, module, ran)
            elif isinstance(cls := getattr(value, "__wrapped__", None), type):
                silent.append((f"{module.__name__}.{cls.__name__}", REPLACED))
    return silent


def _modules(package):
    """Return the modules of a tests package that were imported."""
    prefix = f"{package.__name__}."
    return [module for name, module in sys.modules.items() if name.startswith(prefix)]


def _find_unimported(package):
    """Yield the test files that were not imported as members of the package."""
    folder = Path(next(iter(package.__path__)))
    members = {getattr(value, "__file__", None) for value in vars(package).values()}
    for file in sorted(folder.rglob("test_*.py")):
        of_another = (folder / "addons") in file.parents  # addons for tests have theirs
        if str(file) not in members and not of_another:
            yield str(file.relative_to(folder.parent)), UNIMPORTED


def _find_left_out(cls, module, ran):
    """Yield the test methods of a class that did not run."""
    is_test_module = module.__name__.rpartition(".")[2].startswith("test_")
    is_run_itself = is_test_module and issubclass(cls, TestCase)
    for name, _method in inspect.getmembers(cls, callable):
        if not name.startswith("test"):
            continue
        if is_run_itself:
            found = (cls, name) in ran
        else:
            found = any(issubclass(user, cls) and name == m for user, m in ran)
        if not found:
            yield f"{module.__name__}.{cls.__name__}.{name}", _reason(cls, name, module)


def _reason(cls, name, module):
    """Return why Odoo has left out a test method."""
    if not issubclass(cls, TestCase):
        return UNUSED
    if not hasattr(cls, "test_tags"):
        return PLAIN
    inherits = getattr(cls, "allow_inherited_tests_method", False)
    if name not in vars(cls) and not inherits:
        return INHERITED
    if not module.__name__.rpartition(".")[2].startswith("test_"):
        return UNUSED
    return UNPLACED
