# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Template database of Odoo, and its quick copies.

Odoo installs its addons once, in a template database. Copies take a moment.
A copy belongs to the command that made it: it holds a lock file while it runs,
so that the next command knows which copies a killed one has left behind.
"""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from ground import cache
from ground.process import run
from ground.say import StepFailed, say
from ground.workbench import Workbench

FORMAT = "1"  # raise it when templates are made in another way


def find_template(bench: Workbench, modules: Iterable[str]) -> str:
    """Return the name of a template with ``modules``; make it when missing."""
    wanted = sorted(modules)
    name = _template_name(bench, wanted)
    if not _is_whole(bench, name):
        with cache.only_one(f"make the template {name}"):
            if not _is_whole(bench, name):
                _make(bench, name, wanted)
    return name


@contextlib.contextmanager
def database(bench: Workbench, purpose: str, modules: Iterable[str]) -> Iterator[str]:
    """Give the name of a fresh database with ``modules``, dropped at the end."""
    sweep(bench)
    name = f"connector_{purpose}_{cache.repository_key()}_{os.getpid()}"
    with _owned(bench, name) as lock_file:
        try:
            copy(bench, find_template(bench, modules), name)
            yield name
        finally:
            _clear_away(bench, name, lock_file)


def copy(bench: Workbench, source: str, target: str) -> None:
    """Copy a database with its files; ``target`` is replaced when it is there."""
    drop(bench, target)
    with cache.only_one(f"copy {source}"):
        bench.server.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    files = bench.filestore(source)
    if files.is_dir():
        shutil.copytree(files, bench.filestore(target), copy_function=_link)


def drop(bench: Workbench, name: str) -> None:
    """Drop a database with its files, also when somebody is connected to it."""
    bench.server.drop(name)
    shutil.rmtree(bench.filestore(name), ignore_errors=True)


def exists(bench: Workbench, name: str) -> bool:
    """Tell whether the server has a database of that name."""
    return bool(
        bench.server.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
    )


def sweep(bench: Workbench) -> None:
    """Drop the databases of commands that have ended without doing so."""
    for path in _runs(bench).iterdir():
        with contextlib.suppress(FileNotFoundError), open(path) as file:
            if cache.try_lock(file):
                _clear_away(bench, path.name, path)


def _clear_away(bench: Workbench, name: str, lock_file: Path) -> None:
    """Drop a database; leave that to the next command when it cannot be done now."""
    try:
        drop(bench, name)
        lock_file.unlink(missing_ok=True)
    except StepFailed as failure:
        say(f"  {name} stays until the next command: {failure.why}")


@contextlib.contextmanager
def _owned(bench: Workbench, name: str) -> Iterator[Path]:
    """Mark a database as in use for as long as this process lives."""
    path = _runs(bench) / name
    with open(path, "w") as file:
        cache.try_lock(file)
        with cache.holding(file):
            yield path


def _runs(bench: Workbench) -> Path:
    """Return the folder of the lock files of copies on this server."""
    return cache.folder("runs", bench.server.key)


def _template_name(bench: Workbench, modules: list[str]) -> str:
    """Return a name that changes with everything a template is made of."""
    places = (bench.server.key, bench.odoo.parent, cache.folder())
    facts = (FORMAT, bench.odoo.version, *places, *modules)
    key = hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
    return f"connector_template_{key}"


def _is_whole(bench: Workbench, name: str) -> bool:
    """Tell whether a template is finished: its rename is the last step."""
    return bench.filestore(name).is_dir() and exists(bench, name)


def _make(bench: Workbench, name: str, modules: list[str]) -> None:
    """Install ``modules`` in a new database and make a template of it."""
    partial = f"{name}_partial"
    if exists(bench, name):
        bench.server.query(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
    drop(bench, name)
    drop(bench, partial)
    log = cache.folder("logs") / f"{name}.log"
    log.unlink(missing_ok=True)
    arguments = ["-d", partial, "-i", ",".join(modules), "--stop-after-init"]
    run(
        bench.command(*arguments, "--no-http", "--logfile", str(log)),
        f"make a template database ({', '.join(modules)})",
        env=bench.environment(),
        measure=lambda: _count_loaded(log),
        remedy=f"Read {log}, then run the command again.",
    )
    bench.filestore(partial).mkdir(parents=True, exist_ok=True)
    bench.filestore(partial).rename(bench.filestore(name))
    # Odoo's cron leaves databases alone that are marked as templates.
    bench.server.query(f'ALTER DATABASE "{partial}" IS_TEMPLATE true')
    bench.server.query(f'ALTER DATABASE "{partial}" RENAME TO "{name}"')


def _count_loaded(log: Path) -> str:
    """Return how many addons Odoo has loaded, read from its log."""
    if not log.exists():
        return ""
    counts = re.findall(r"Loading module \w+ \((\d+/\d+)\)", log.read_text())
    return f"{counts[-1]} addons" if counts else ""


def _link(source: str, target: str) -> None:
    """Share one file between two filestores: Odoo never changes one in place."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
