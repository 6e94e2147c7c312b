# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What does a benchmark find: our Odoo, the peers' Odoo, another job queue.

A benchmark is a file ``benchmarks/NAME.py``, run by Odoo's Python::

    from ground import bench_ground, odoo_server

    ground = bench_ground.prepare()
    with bench_ground.database(ground.ours, "ours", ["connector"]) as name:
        print(odoo_server.run_script(ground.ours, name, Path("measured.py")))

Both Odoos share their program, Python and server. They are two workbenches because
the peers' addons have a ``connector`` as well: never both on one addons path.
"""

import contextlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ground import cache, odoo_server, python_env, template, workbench
from ground.process import run
from ground.workbench import Workbench

PEERS = ("queue_job", "component", "component_event", "connector")


@dataclass(frozen=True)
class BenchGround:
    """The places where a benchmark measures."""

    ours: Workbench  # finds the addons of this repository
    peers: Workbench  # finds PEERS
    procrastinate_python: Path  # has the package procrastinate


def prepare() -> BenchGround:
    """Set up what is missing and return the ground."""
    ours = workbench.prepare()
    folder = _find_peers(ours)
    config = workbench.write_config(
        "peers", [folder / "odoo" / "addons"], ours.odoo, ours.server
    )
    peers = replace(ours, config=config, extra_packages=folder)
    return BenchGround(ours, peers, python_env.find_python("procrastinate"))


@contextlib.contextmanager
def database(bench: Workbench, label: str, names: list[str]) -> Iterator[str]:
    """Give a database of its own with addons installed, dropped at the end."""
    modules = {"base", "mail"}
    with template.database(bench, f"bench_{label}", modules) as name:
        odoo_server.install_addons(bench, name, names)
        yield name


def _find_peers(bench: Workbench) -> Path:
    """Return the folder of the peers' packages, downloaded when missing."""
    list_file = python_env.REQUIREMENTS / "peers.txt"
    target = cache.folder("peers") / python_env.fingerprint(list_file)
    if not target.exists():
        with cache.only_one("download the peers"), cache.build_folder(target) as folder:
            pip = [bench.python, "-m", "pip", "-q", "--disable-pip-version-check"]
            run(
                [*pip, "download", "--no-deps", "-d", folder, "-r", list_file],
                "download the peers to measure against",
                remedy="Check the network and pip's configuration, then run it again.",
            )
            for wheel in folder.glob("*.whl"):
                zipfile.ZipFile(wheel).extractall(folder)
                wheel.unlink()
    return target
