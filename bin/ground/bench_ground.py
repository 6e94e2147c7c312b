# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Environment of a benchmark: our Odoo, the peers' Odoo, another job queue.

A benchmark is a file ``benchmarks/NAME.py``, run by Odoo's Python::

    from ground import bench_ground, odoo_server

    ground = bench_ground.prepare()
    with bench_ground.database(ground.ours, "ours", ["connector"]) as name:
        print(odoo_server.run_script(ground.ours, name, Path("measured.py")))

Both Odoos share their program, Python and server. They are two workbenches because
the peers' addons have a ``connector`` as well: never both on one addons path.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ground import odoo_server, python_env, template, workbench
from ground.peers import find_peers
from ground.workbench import Workbench


@dataclass(frozen=True)
class BenchGround:
    """The places where a benchmark measures."""

    ours: Workbench  # finds the addons of this repository
    peers: Workbench  # finds those of others, peers.PEERS
    procrastinate_python: Path  # has the package procrastinate


def prepare() -> BenchGround:
    """Set up what is missing and return the ground."""
    ours = workbench.prepare()
    folder = find_peers(ours)
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
