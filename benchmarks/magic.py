# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Benchmark of the sync helpers, also with a million links.

Run it with ``bin/bench magic [--rounds N] [--links N]``. Two Odoo processes with a
database each, one with few and one with many links, take turns with 1,000 items; the
peer looks up and writes each link for itself, in the same process and database.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from jobs_side.contestants import ADDONS, Contestant
from magic_side.row import COLUMNS, ITEMS, Row
from side_by_side.table import write_lines

from ground import addons, bench_ground, odoo_server, workbench
from ground.say import Progress

ROUNDS = 7
FEW, MANY = 10_000, 1_000_000
ROWS = [
    Row("sync_x2odoo, create", "create", at_least=6_000),
    Row("sync_x2odoo, update", "update", at_least=10_000),
    Row("sync_odoo2x, update", "push", at_least=10_000),
]


def measure_all(few: Contestant, many: Contestant, rounds: int) -> list[dict]:
    """Let all do their tasks in each round, now in this order, now the other way."""
    measured = []
    for number in range(rounds):
        progress = Progress(f"round {number + 1} of {rounds}")
        progress.start()
        answers = {}
        for row in ROWS:
            turns = [("ours", few, row.task), ("many", many, row.task)]
            turns.append(("peer", few, f"peer_{row.task}"))
            for name, contestant, task in turns if number % 2 else reversed(turns):
                answers[name, row.task] = contestant.ask(task)
        measured.append(answers)
        progress.end()
    return measured


@contextmanager
def open_side(label: str, count: int) -> Iterator[Contestant]:
    """Give a process with so many links in its database."""
    ours = bench_ground.prepare().ours
    folders = [*addons.find_addons_path(), ADDONS / "ours"]
    config = workbench.write_config("bench_ours", folders, ours.odoo, ours.server)
    bench = replace(ours, config=config)
    with ExitStack() as stack:
        names = ["bench_magic"]
        database = stack.enter_context(
            bench_ground.database(bench, f"magic_{label}", names)
        )
        script = ADDONS.parent / "magic_side" / "inside.py"
        side = Contestant(label, odoo_server.open_script(bench, database, script))
        stack.callback(side.stop)
        side.ask("fill", count)
        yield side


def main() -> int:
    """Measure, print the table, and return 1 when a row falls short."""
    parser = argparse.ArgumentParser("bin/bench magic", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--links", type=int, default=MANY, metavar="N")
    options = parser.parse_args()
    with open_side("few", FEW) as few, open_side("many", options.links) as many:
        measured = measure_all(few, many, options.rounds)
    results = [result for row in ROWS for result in row.judge(measured, options.links)]
    print(write_lines([COLUMNS, *(result.cells for result in results)]))
    print(f"{ITEMS:,} items; {FEW:,} links where nothing else is said.")
    print("Load of the machine: {:.1f}, {:.1f}, {:.1f}.".format(*os.getloadavg()))
    return 0 if all(result.is_met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
