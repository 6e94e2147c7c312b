# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/new-connector``: write the addon of a new connector, with tests that pass."""

import argparse
import re
import tempfile
from pathlib import Path

from ground import cache
from ground.addons import OWN, find_addons
from ground.odoo_home import OdooHome
from ground.process import run
from ground.say import StepFailed, say
from ground.workbench import prepare

TEMPLATE = cache.REPOSITORY / "scaffold"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TWO_WAY = "{% set two_way = true -%}\n"  # at the beginning of each file
DESCRIPTION = """\
Writes the addon of a connector to a REST server: a backend with two streams, products
and customers with their mappings, and tests that pass against a server of their own.
With --two-way, changes of customers are exported as well. It is a template of Odoo:
odoo-bin scaffold -t PATH_OF_THIS_ADDON/scaffold NAME FOLDER writes the import.
"""


def main(arguments: list[str]) -> int:
    """Write the addon and say what to do next; return 0."""
    parser = argparse.ArgumentParser("bin/new-connector", description=DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="technical name, like my_shop")
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        type=Path,
        default=cache.REPOSITORY / "examples",
        help="where its folder is made (default: examples/)",
    )
    parser.add_argument(
        "--two-way", action="store_true", help="export changes of customers as well"
    )
    options = parser.parse_intermixed_args(arguments)
    target = options.folder.expanduser().resolve() / options.name
    check_name(options.name)
    bench = prepare()
    check_is_free(options.name, target, bench.odoo)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as holder:
        template = copy_for_both_ways(Path(holder)) if options.two_way else TEMPLATE
        words = ("scaffold", "-t", str(template), options.name, str(target.parent))
        run(bench.command(*words), f"write {target}", env=bench.environment())
    say(f"{target} is a connector. Run its tests:\n\n    {_test_command(target)}")
    return 0


def copy_for_both_ways(folder: Path) -> Path:
    """Return a copy of the template, in a folder, that writes the export as well."""
    for file in TEMPLATE.rglob("*.template"):
        copy = folder / file.relative_to(TEMPLATE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(TWO_WAY + file.read_text())
    return folder


def check_name(name: str) -> None:
    """Refuse what is no name of an addon.

    Raises:
        StepFailed: it is none; the message has one that would do.
    """
    if NAME.fullmatch(name):
        return
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    near = re.sub(r"[^a-z0-9]+", "_", words).strip("_0123456789") or "my_shop"
    raise StepFailed(
        "write the connector",
        f"its name is {name!r}, expected lower case letters and digits with single "
        "underscores between them, beginning with a letter",
        f"Try: bin/new-connector {near}",
    )


def check_is_free(name: str, target: Path, odoo: OdooHome) -> None:
    """Refuse the name of an addon that is there, and a folder that is.

    Raises:
        StepFailed: one is.
    """
    taken = [one.folder for one in find_addons() if one.name == name]
    taken += [path / name for path in odoo.addons_path if (path / name).exists()]
    if target.exists():
        taken = [target]
    if taken:
        raise StepFailed(
            "write the connector",
            f"{taken[0]} is there already, expected a name that no addon has",
            "Choose another name.",
        )


def _test_command(target: Path) -> str:
    folder = target.parent
    if folder == cache.REPOSITORY / "examples":
        return f"bin/test {target.name}"
    return f"{OWN}={folder} bin/test {target.name}"
