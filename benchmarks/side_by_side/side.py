# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two Odoos, ours and the peers', that measure the same tasks."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from ground import addons, bench_ground, odoo_server, workbench
from ground.process import tail
from ground.say import StepFailed
from ground.workbench import Workbench

ADDONS = Path(__file__).resolve().parents[1] / "addons"
INSIDE = Path(__file__).with_name("inside.py")


class Side:
    """An Odoo process that measures what it is told to."""

    def __init__(self, name: str, process):
        self.name = name
        self._process = process

    def measure(self, task: str) -> dict[str, float]:
        """Let it do a task once and return what it measured."""
        try:
            self._process.stdin.write(f"{task}\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())
        except (BrokenPipeError, ValueError) as error:
            _output, errors = self._process.communicate()
            raise StepFailed(
                f"measure {task!r} in {self.name}",
                f"its process ended:\n{tail(errors)}",
                "Mend what it names, then run the benchmark again.",
            ) from error

    def stop(self) -> None:
        """End the process; it has nothing to commit."""
        self._process.communicate()


@contextmanager
def open_sides() -> Iterator[tuple[Side, Side]]:
    """Give ours and the peers', each with a database and a process of its own."""
    ground = bench_ground.prepare()
    peers_addons = ground.peers.extra_packages / "odoo" / "addons"
    with ExitStack() as stack:
        ours = stack.enter_context(
            _open("ours", ground.ours, [*addons.find_addons_path()])
        )
        peers = stack.enter_context(_open("peers", ground.peers, [peers_addons]))
        yield ours, peers


@contextmanager
def _open(name: str, bench: Workbench, folders: list[Path]) -> Iterator[Side]:
    config = workbench.write_config(
        f"bench_{name}", [*folders, ADDONS / name], bench.odoo, bench.server
    )
    bench = replace(bench, config=config)
    with bench_ground.database(bench, name, ["bench_units"]) as database:
        side = Side(name, odoo_server.open_script(bench, database, INSIDE))
        try:
            yield side
        finally:
            side.stop()
