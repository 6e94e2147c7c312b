# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/lint``: check the style of every file here."""

import argparse
import subprocess
import xml.parsers.expat
from collections.abc import Callable
from pathlib import Path

from ground import cache
from ground.addons import find_addons, find_addons_path
from ground.python_env import find_python
from ground.say import say

NOT_OURS = (  # messages of pylint-odoo that do not fit here
    "manifest-required-author",  # wants the name of another project
    "manifest-superfluous-key",  # a default that is written out is no mistake
    "missing-return",  # a method that extends one without result has none either
    "method-required-super",  # an adapter's create and write are not a model's
)

DESCRIPTION = """\
Checks the style of the repository: ruff (rules and layout), pylint-odoo, mypy (types),
and whether every XML file can be parsed. The rules are in pyproject.toml. Ends with 0
when everything is fine.
"""


def main(arguments: list[str]) -> int:
    """Run every check, also after one has failed; return 0 when all passed."""
    parser = argparse.ArgumentParser("bin/lint", description=DESCRIPTION)
    parser.add_argument("--fix", action="store_true", help="repair what ruff can")
    options = parser.parse_args(arguments)
    programs = find_python("lint").parent
    checks: dict[str, Callable[[], bool]] = {
        "ruff check": lambda: _check_rules(programs, options.fix),
        "ruff format": lambda: _check_layout(programs, options.fix),
        "pylint-odoo": lambda: _check_odoo(programs),
        "mypy": lambda: _check_types(programs),
        "xml": _check_xml,
    }
    failed = [name for name, check in checks.items() if not check()]
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: everything is fine")
    return 1 if failed else 0


def _check_rules(programs: Path, fix: bool) -> bool:
    """Run ruff's rules."""
    repair = ["--fix"] if fix else []
    return _passes([programs / "ruff", "check", "-q", *repair, "."])


def _check_layout(programs: Path, fix: bool) -> bool:
    """Run ruff's formatter, which only tells unless it is told to repair."""
    only_tell = [] if fix else ["--check"]
    return _passes([programs / "ruff", "format", "-q", *only_tell, "."])


def _check_odoo(programs: Path) -> bool:
    """Run pylint-odoo on each addon, under the name Odoo knows it by."""
    linked = find_addons_path()[0]
    rules = f"--rcfile={cache.REPOSITORY / 'pyproject.toml'}"
    disabled = f"--disable={','.join(NOT_OURS)}"
    results = []
    for addon in find_addons():
        parent = linked if addon.folder == cache.REPOSITORY else addon.folder.parent
        ignored = "--ignore-paths=^connector/(bin|benchmarks|examples)/"
        command = [programs / "pylint", rules, disabled, ignored, "-sn", addon.name]
        results.append(_passes(command, parent))
    return all(results)


def _check_types(programs: Path) -> bool:
    """Run mypy on the typed rooms, under the name Odoo knows the addon by."""
    known = cache.folder("repositories", cache.repository_key(), "mypy")
    settings = ["--config-file", cache.REPOSITORY / "pyproject.toml"]
    quiet = ["--no-error-summary", "--cache-dir", known]
    return _passes([programs / "mypy", *settings, *quiet], find_addons_path()[0])


def _check_xml() -> bool:
    """Parse every XML file; tell which one is broken, and where."""
    broken = []
    for file in sorted(cache.REPOSITORY.rglob("*.xml")):
        try:
            xml.parsers.expat.ParserCreate().Parse(file.read_bytes(), True)
        except xml.parsers.expat.ExpatError as error:
            broken.append(f"{file.relative_to(cache.REPOSITORY)}: {error}")
    for line in broken:
        say(line)
    return not broken


def _passes(command: list[str | Path], folder: Path = cache.REPOSITORY) -> bool:
    """Run a checker in a folder and tell whether it was content."""
    return subprocess.run(command, cwd=folder, check=False).returncode == 0
