# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Database of the demo, updated when the code has changed."""

import hashlib

from ground import cache, template
from ground.addons import Addon, find_addons, find_dependencies
from ground.odoo_server import install_addons
from ground.process import run
from ground.workbench import Workbench

MAIN, EXAMPLE = "connector", "connector_carddav"
FOLDERS = ("checkpoint", "data", "models", "queue", "security", "views", "wizards")
FILES = ("*.py", "*.xml", "*.csv")


def make_database(bench: Workbench, example: str) -> str:
    """Return a new database with an example; the one of before is dropped."""
    (addon,) = (one for one in find_addons() if one.name == example)
    name = f"connector_demo_{example}_{cache.repository_key()}"
    source = template.find_template(bench, find_dependencies(addon))
    template.copy(bench, source, name)
    install_addons(bench, name, [example])
    return name


def find_database(bench: Workbench, is_fresh: bool) -> str:
    """Return the demo's database, made or updated where it has to be.

    Its comment says which code it was made by; one without was left half made.

    Args:
        bench: where to find Odoo and the server.
        is_fresh: start over, whatever is there.
    """
    name = f"connector_demo_{cache.repository_key()}"
    addons = [addon for addon in find_addons() if addon.name in (MAIN, EXAMPLE)]
    made_by, wanted = _read_comment(bench, name), _fingerprint(addons)
    if is_fresh or not made_by:
        modules = find_dependencies(addons[-1])
        template.copy(bench, template.find_template(bench, modules), name)
        install_addons(bench, name, [EXAMPLE])
    elif made_by != wanted:
        words = ["-d", name, "-u", MAIN, "--stop-after-init", "--no-http"]
        run(
            bench.command(*words),
            "update the demo's database to the code of today",
            env=bench.environment(),
            remedy="Mend the code, or start over with: bin/demo --fresh",
        )
    if is_fresh or made_by != wanted:
        bench.server.query(f"COMMENT ON DATABASE \"{name}\" IS '{wanted}'")
    return name


def _read_comment(bench: Workbench, name: str) -> str:
    rows = bench.server.query(
        "SELECT coalesce(shobj_description(oid, 'pg_database'), '')"
        f" FROM pg_database WHERE datname = '{name}'"
    )
    return rows[0][0] if rows else ""


def _fingerprint(addons: list[Addon]) -> str:
    """Return a short name for the code that makes tables, views and rights."""
    made_of = hashlib.sha256()
    for addon in addons:
        for folder in FOLDERS:
            for pattern in FILES:
                for file in sorted((addon.folder / folder).rglob(pattern)):
                    made_of.update(file.read_bytes())
    return made_of.hexdigest()[:12]
