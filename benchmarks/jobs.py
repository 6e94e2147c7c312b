# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Benchmark of the job queue beside its peers.

Run it with ``bin/bench jobs [--rounds N] [ROW…]``. Every contestant has a database
and processes of its own, and they take turns.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from jobs_side import backlog, cascade, contestants, memory, speed, wake_up
from jobs_side.row import OURS, Row, write_table

ROUNDS = 5
ONE_PROCESS = {
    "nothing": speed.measure_nothing,
    "field": speed.measure_field,
    "latency": speed.measure_latency,
    "bulk": speed.measure_bulk,
}
EIGHT_THREADS = {"nothing_together": speed.measure_nothing_together}
EIGHT_PROCESSES = {"wait": speed.measure_wait}
BESIDE_OTHERS = (  # job processes, threads in each, what is measured with them
    (1, 1, ONE_PROCESS),
    (1, 8, EIGHT_THREADS),
    (8, 1, EIGHT_PROCESSES),
)
BACKLOG = 1_000_000  # jobs of each kind, beside which is claimed
NAMES = [name for _processes, _threads, rows in BESIDE_OTHERS for name in rows]
ALONE = ["memory", "wake_up"]
ALL = [*NAMES, *ALONE, "cascade", "backlog"]


def measure_beside_others(names: list[str], rounds: int) -> Iterator[Row]:
    """Yield the rows in which others run jobs as well."""
    with ExitStack() as stack:
        ground = stack.enter_context(contestants.open_ours())
        field = {
            OURS: stack.enter_context(contestants.script(ground, "ours")),
            "floor": stack.enter_context(contestants.script(ground, "floor")),
            "procrastinate": stack.enter_context(contestants.open_procrastinate()),
            "queue_job": stack.enter_context(contestants.open_queue_job()),
        }
        for processes, threads, rows in BESIDE_OTHERS:
            wanted = [row for name, row in rows.items() if name in names]
            if wanted:
                with contestants.workers(ground, field[OURS], processes, threads):
                    for row in wanted:
                        yield row(field, rounds)


def measure_alone(names: list[str], rounds: int) -> Iterator[Row]:
    """Yield the rows in which ours is compared with itself."""
    with ExitStack() as stack:
        ground = stack.enter_context(contestants.open_ours("alone"))
        ours = stack.enter_context(contestants.script(ground, "ours"))
        if "memory" in names:
            with contestants.workers(ground, ours, 1):
                yield memory.measure_memory(ours)
        if "wake_up" in names:
            yield wake_up.measure_wake_up(ground, ours, rounds)


def measure_cascade(rounds: int) -> Row:
    """Return the row of a chain that is cancelled."""
    with (
        contestants.open_ours("chains") as ground,
        contestants.script(ground, "chains") as chains,
    ):
        return cascade.measure_cascade(chains, rounds)


def main() -> int:
    """Measure, print the table, and return 1 when a row falls short."""
    parser = argparse.ArgumentParser("bin/bench jobs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"some of {', '.join(ALL)}"
    )
    parser.add_argument("--backlog", type=int, default=BACKLOG, metavar="N")
    options = parser.parse_args()
    names = options.rows or ALL
    if unknown := [name for name in names if name not in ALL]:
        parser.error(f"no row is called {unknown[0]!r}; choose from {', '.join(ALL)}")
    rows, plans = [], ""
    if {*NAMES} & {*names}:
        rows += measure_beside_others(names, options.rounds)
    if {*ALONE} & {*names}:
        rows += measure_alone(names, options.rounds)
    if "cascade" in names:
        rows.append(measure_cascade(options.rounds))
    if "backlog" in names:
        backlog_rows, plans = backlog.measure_backlog(options.backlog)
        rows += backlog_rows
    print(write_table(rows))
    print("Load of the machine: {:.1f}, {:.1f}, {:.1f}.".format(*os.getloadavg()))
    print(plans)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
