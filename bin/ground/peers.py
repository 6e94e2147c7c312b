# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addons of others, downloaded for benchmarks and for tests beside ours."""

import zipfile
from dataclasses import replace
from pathlib import Path

from ground import addons, cache, python_env, workbench
from ground.process import run
from ground.workbench import Workbench

PEERS = ("queue_job", "component", "component_event", "connector")
BESIDE = ("queue_job",)  # needs no addon that is called as ours


def find_peers(bench: Workbench) -> Path:
    """Return the folder of the peers' packages, downloaded when missing."""
    list_file = python_env.REQUIREMENTS / "peers.txt"
    target = cache.folder("peers") / python_env.fingerprint(list_file)
    if not target.exists():
        with cache.only_one("download the peers"):
            if not target.exists():
                _download(bench, list_file, target)
    return target


def put_beside(bench: Workbench) -> Workbench:
    """Return a workbench that finds the addons BESIDE as well as ours.

    Each other package is linked by its name: as a whole their folder has another
    ``odoo.addons.connector``.
    """
    packages = find_peers(bench)
    folder = packages.with_name(f"{packages.name}-beside")
    with cache.only_one("link the peers"):
        if not folder.exists():
            _link(packages, folder)
    path = [*addons.find_addons_path(), folder / "addons"]
    config = workbench.write_config("beside", path, bench.odoo, bench.server)
    return replace(bench, config=config, extra_packages=folder / "packages")


def _link(packages: Path, target: Path) -> None:
    with cache.build_folder(target) as folder:
        (folder / "addons").mkdir()
        for name in BESIDE:
            (folder / "addons" / name).symlink_to(packages / "odoo/addons" / name)
        (folder / "packages").mkdir()
        for package in packages.iterdir():
            if package.name != "odoo":
                (folder / "packages" / package.name).symlink_to(package)


def _download(bench: Workbench, list_file: Path, target: Path) -> None:
    with cache.build_folder(target) as folder:
        pip = [bench.python, "-m", "pip", "-q", "--disable-pip-version-check"]
        run(
            [*pip, "download", "--no-deps", "-d", folder, "-r", list_file],
            "download the addons of others",
            remedy="Check the network and pip's configuration, then run it again.",
        )
        for wheel in folder.glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(folder)
            wheel.unlink()
