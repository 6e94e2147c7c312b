# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/screenshots``: take a picture of every screen in a real browser."""

import argparse
import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ground import axe, browser, cache, odoo_server, template
from ground.addons import Addon, find_addons, find_dependencies
from ground.demo import radicale
from ground.demo_run import make_address_books
from ground.process import tail
from ground.python_env import find_python
from ground.say import StepFailed, say
from ground.workbench import Workbench, prepare

SCREENS = Path(__file__).parent / "screens"
FULL_COUNT = 1000
CARDS = 400  # in the address books that are imported while pictures are taken
MAIN, EXAMPLE = "connector", "connector_carddav"

DESCRIPTION = """\
Takes pictures of each screen of the app Connectors in Chromium, wide and narrow: in an
empty database, with demo data while jobs run, with 1,000 records. Writes them into
FOLDER, which must be outside of the repository; tells what the console and axe (WCAG,
level A) complain about. Ends with 0 when nothing does.
"""


def main(arguments: list[str]) -> int:
    """Take the pictures; return 0, or 1 when something is wrong on a screen."""
    options = _read_options(arguments)
    bench = prepare()
    browser.ensure_browser()
    python, script = find_python("screenshots"), axe.find_axe()
    found = []
    for name, stages in ((MAIN, ["empty"]), (EXAMPLE, ["typical", "full"])):
        wanted = [one for one in stages if one in options.stages]
        if not wanted:
            continue
        until = stages.index(wanted[-1]) + 1  # each stands on the one before
        addon = next(one for one in find_addons() if one.name == name)
        with _database(bench, addon) as database, _books(bench) as server:
            for stage in stages[:until]:
                numbers = {"typical": [server.port], "full": [FULL_COUNT]}
                _prepare_stage(bench, database, stage, *numbers.get(stage, []))
                if stage not in wanted:
                    continue
                log = cache.folder("logs") / f"{database}.log"
                with odoo_server.serving(bench, database, log=log) as odoo:
                    plan = _make_plan(bench, database, odoo, script, options)
                    found += _visit(python, {**plan, "prefix": stage})
    return _tell(found, options.folder)


def is_wanted(name: str, words: str) -> bool:
    """Return whether the name of a screen holds one of some words, or all are."""
    return any(word in name for word in words.split(","))


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/screenshots", description=DESCRIPTION)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--only",
        default="",
        metavar="WORDS",
        help="screens whose name holds one of these words, with commas between",
    )
    parser.add_argument(
        "--stages",
        nargs="+",
        choices=("empty", "typical", "full"),
        default=["empty", "typical", "full"],
        help="how much is in the database (default: one after the other)",
    )
    options = parser.parse_args(arguments)
    options.folder = options.folder.absolute()
    if cache.REPOSITORY in (options.folder, *options.folder.parents):
        parser.error(f"{options.folder} is inside of the repository; choose another")
    options.folder.mkdir(parents=True, exist_ok=True)
    return options


@contextlib.contextmanager
def _database(bench: Workbench, addon: Addon) -> Iterator[str]:
    """Give a database with an addon."""
    with template.database(bench, "screens", find_dependencies(addon)) as name:
        odoo_server.install_addons(bench, name, [addon.name])
        yield name


@contextlib.contextmanager
def _books(bench: Workbench) -> Iterator[radicale.Radicale]:
    """Give a CardDAV server with the books of the demo data."""
    with make_address_books(bench, CARDS) as server:
        yield server


def _prepare_stage(bench: Workbench, database: str, stage: str, *numbers: int) -> None:
    say(f"- prepare the database: {stage}")
    script = SCREENS / "prepare.py"
    words = stage, *map(str, numbers)
    odoo_server.run_script(bench, database, script, *words, **radicale.REACHED)


def _make_plan(bench, database, odoo, script, options) -> dict:
    """Return what the browser is told."""
    answer = odoo_server.run_script(bench, database, SCREENS / "find_screens.py")
    screens = json.loads(answer.splitlines()[-1])
    programs = (shutil.which(program) for program in browser.PROGRAMS)
    return {
        "url": odoo.url,
        "login": "admin",
        "browser": next(filter(None, programs)),
        "axe": str(script),
        "find_violations": axe.FIND_VIOLATIONS,
        "ours": axe.OURS,
        "of_odoo": axe.OF_ODOO,
        "folder": str(options.folder),
        "screens": [one for one in screens if is_wanted(one[0], options.only)],
    }


def _visit(python: Path, plan: dict) -> list[dict]:
    """Visit the screens; return what was found on each."""
    say(f"- look at {len(plan['screens'])} screens: {plan['prefix']}")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        done = subprocess.run(
            [python, SCREENS / "visit.py", file.name],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise StepFailed(
            "look at the screens", tail(done.stderr), "Mend it, then run it again."
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _tell(found: list[dict], folder: Path) -> int:
    """Print what is wrong, and return the exit code."""
    wrong = 0
    for one in found:
        for error in one["errors"]:
            print(f"{one['picture']}: console: {error}")
        for violation in one["violations"]:
            print(f"{one['picture']}: axe: {violation['rule']}: {violation['help']}")
            for node in violation["nodes"][:3]:
                print(f"    {node[:200]}")
        wrong += len(one["errors"]) + len(one["violations"])
    print(f"{len(found)} pictures in {folder}, {wrong} complaints.")
    return 1 if wrong or not found else 0
