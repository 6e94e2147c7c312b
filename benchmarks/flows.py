# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Benchmark of imports and exports beside the peers' and beside plain Odoo.

Run it with ``bin/bench flows [--rounds N] [ROW…]``. Ours and the peers' Odoo have a
database and a process each, and take turns.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from flows_side import export_row, memory
from jobs_side import contestants
from jobs_side.contestants import Contestant, Ground
from jobs_side.row import OURS, Contest, Row, write_table

from ground.say import Progress, say

ROUNDS = 5
MANY = 100_000  # records of the rows of memory and rate
FLOOR, OCA = "floor", "OCA"
COLUMNS = (OURS, FLOOR, OCA)
PAGES = {
    "new": Contest("page import, new", {FLOOR: 0.8, OCA: 3}),
    "unchanged": Contest("unchanged", {OCA: 50}, 6_000, is_alone=True),
    "unchanged_version": Contest("… by their version", {}, 6_000, is_alone=True),
    "unchanged_lines": Contest("… with 3 lines each", {}, 2_000, is_alone=True),
    "changed": Contest("one field changed", {OCA: 4}),
    "match": Contest("first match of 10,000 by two keys", {}, 1_000, is_alone=True),
    "triggers": Contest("export triggers of a write of 20,000", {FLOOR: 1 / 1.1}),
}
JOBS = {"jobs": Contest("job per record, new; theirs committed one by one", {OCA: 1})}
CONTESTS = {**PAGES, **JOBS}
THEIRS = {"jobs": "new_alone"}  # where they do something else than ours
FLOORS = {"triggers": "plain_write"}  # where Odoo does something else than creating
ALL = [*CONTESTS, "export", "memory"]


def measure_all(names: list[str], rounds: int, many: int) -> Iterator[Row]:
    """Yield the rows with these names."""
    with ExitStack() as stack:
        ground = stack.enter_context(contestants.open_ours("flows", "bench_flows"))
        ours = stack.enter_context(open_script(ground, "ours"))
        field = {OURS: ours, FLOOR: ours}
        if any(OCA in CONTESTS[name].times for name in names if name in CONTESTS):
            peers = contestants.open_peers("flows_peers", "bench_flows")
            their_ground = stack.enter_context(peers)
            field[OCA] = stack.enter_context(open_script(their_ground, "oca"))
        for name in [one for one in PAGES if one in names]:
            yield measure_contest(field, name, rounds)
        if "export" in names:
            yield from export_row.measure_exports(ours, rounds)
        if {*JOBS, "memory"} & {*names}:
            stack.enter_context(contestants.workers(ground, ours, 1))
        for name in [one for one in JOBS if one in names]:
            yield measure_contest(field, name, rounds)
        if "memory" in names:
            yield from memory.measure_many(ours, many)


def measure_contest(field: dict[str, Contestant], name: str, rounds: int) -> Row:
    """Return a row in which others take turns with ours."""
    contest = CONTESTS[name]
    progress = Progress(contest.what)
    progress.start()
    tasks = {OURS: name, FLOOR: FLOORS.get(name, FLOOR), OCA: THEIRS.get(name, name)}
    answers = {other: [] for other in (OURS, *contest.times)}
    for number in range(rounds):
        for other in answers if number % 2 else reversed(answers):
            answers[other].append(field[other].ask(tasks[other]))
            progress.tick()
    progress.end()
    return contest.judge(answers)


def open_script(ground: Ground, name: str):
    """Give a process that runs one of our scripts inside an Odoo."""
    return contestants.script(ground, name, folder=Path(memory.__file__).parent)


def main() -> int:
    """Measure, print the table, and return 1 when a row falls short."""
    parser = argparse.ArgumentParser("bin/bench flows", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"some of {', '.join(ALL)}"
    )
    parser.add_argument("--many", type=int, default=MANY, metavar="N")
    options = parser.parse_args()
    names = options.rows or ALL
    if unknown := [name for name in names if name not in ALL]:
        parser.error(f"no row is called {unknown[0]!r}; choose from {', '.join(ALL)}")
    rows = []
    for row in measure_all(names, options.rounds, options.many):
        rows.append(row)
        say(
            "  " + " | ".join(row.cells(COLUMNS))
        )  # it takes minutes until the last one
    print(write_table(rows, COLUMNS[1:]))
    print("Load of the machine: {:.1f}, {:.1f}, {:.1f}.".format(*os.getloadavg()))
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
