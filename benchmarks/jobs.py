# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Is our job queue as quick as it must be, beside its peers?

Run it with ``bin/bench jobs [--rounds N] [ROW…]``. Every contestant has a database
and processes of its own, and they take turns.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from jobs_side import contestants, speed
from jobs_side.row import OURS, Row, write_table

ROUNDS = 5
ONE_PROCESS = {
    "nothing": speed.measure_nothing,
    "field": speed.measure_field,
    "latency": speed.measure_latency,
    "bulk": speed.measure_bulk,
}
EIGHT_PROCESSES = {"wait": speed.measure_wait}
NAMES = [*ONE_PROCESS, *EIGHT_PROCESSES]


def measure(names: list[str], rounds: int) -> Iterator[Row]:
    """Yield the rows that were asked for."""
    with ExitStack() as stack:
        ground = stack.enter_context(contestants.open_ours())
        field = {
            OURS: stack.enter_context(contestants.script(ground, "ours")),
            "floor": stack.enter_context(contestants.script(ground, "floor")),
            "procrastinate": stack.enter_context(contestants.open_procrastinate()),
            "queue_job": stack.enter_context(contestants.open_queue_job()),
        }
        for count, rows in ((1, ONE_PROCESS), (8, EIGHT_PROCESSES)):
            wanted = [row for name, row in rows.items() if name in names]
            if wanted:
                with contestants.workers(ground, field[OURS], count):
                    for row in wanted:
                        yield row(field, rounds)


def main() -> int:
    """Measure, print the table, and return 1 when a row falls short."""
    parser = argparse.ArgumentParser("bin/bench jobs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"some of {', '.join(NAMES)}"
    )
    options = parser.parse_args()
    rows = list(measure(options.rows or NAMES, options.rounds))
    print(write_table(rows))
    print("Load of the machine: {:.1f}, {:.1f}, {:.1f}.".format(*os.getloadavg()))
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
