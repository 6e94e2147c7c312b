# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Benchmark of mappers, unit lookup, record events and binders against the peers'.

Run it with ``bin/bench units``. Ours and the peers' addons live in two Odoo
processes with a database each, which take turns for nine rounds.
"""

import sys

from side_by_side.side import Side, open_sides
from side_by_side.table import (
    Result,
    Round,
    Row,
    in_total,
    per_call,
    per_second,
    write_table,
)

from ground.say import Progress

ROUNDS = 9
RECORDS = per_second(10_000)
LOOKUPS = per_second(100_000)
EMPTY_CALLS = per_call(20_000)
CALLS = per_call(1_000)
HOOK_S = 4e-6  # what a call may cost when nobody listens

ROWS = [
    Row("map a dict: 10 direct, 3 methods", "map_records", RECORDS, quicker=2.0),
    Row("… by a loop over a table", "map_by_table", RECORDS, ""),
    Row("… by hand-written Python", "map_plainly", RECORDS, ""),
    Row("unit of the same model", "find_unit", LOOKUPS, quicker=2.0),
    Row("unit of another model", "find_unit_of_other_model", LOOKUPS, quicker=2.0),
    Row("binder of another model", "find_binder", LOOKUPS, quicker=2.0),
    Row("unit; theirs by its own name", "find_unit", LOOKUPS, "find_unit_by_name"),
    Row(
        "nobody listens: a create of nothing",
        "create_nothing",
        EMPTY_CALLS,
        at_most_s=20_000 * HOOK_S,
    ),
    Row(
        "nobody listens: a write of nothing",
        "write_nothing",
        EMPTY_CALLS,
        at_most_s=20_000 * HOOK_S,
    ),
    Row("nobody listens: a real create", "create_unwatched", CALLS),
    Row(
        "nobody listens: a real write",
        "write_unwatched",
        CALLS,
        at_most_s=1_000 * HOOK_S,
    ),
    Row("one listens: create 1,000 in one call", "create_watched", in_total, quicker=2),
    Row("one listens: write 1,000 in one call", "write_watched", in_total, quicker=2),
    Row("one listens: 1,000 writes", "write_each_watched", in_total, quicker=2),
    Row("1,000 bindings", "find_many", in_total, "find_each", queries=1),
    Row("… one by one", "find_each", in_total),
    Row(
        "1,000 external ids",
        "find_many_external",
        in_total,
        "find_each_external",
        queries=1,
    ),
    Row("… one by one", "find_each_external", in_total),
    Row("bind 1,000", "bind_many", in_total, "bind_each", queries=10),
    Row("… one by one", "bind_each", in_total),
]


def measure_all(ours: Side, peers: Side) -> list[Result]:
    """Let both sides do their tasks in each round, now ours first, now theirs."""
    rounds = []
    for round_number in range(ROUNDS):
        progress = Progress(f"round {round_number + 1} of {ROUNDS}")
        progress.start()
        rounds.append(measure_round(ours, peers, is_ours_first=round_number % 2 == 0))
        progress.end()
    return [Result.of(row, rounds) for row in ROWS]


def measure_round(ours: Side, peers: Side, is_ours_first: bool) -> Round:
    """Let both sides do each of their tasks once, side by side."""
    measured: Round = {}
    for row in ROWS:
        turns = [("ours", ours, row.task), ("theirs", peers, row.peer_task)]
        for name, side, task in turns if is_ours_first else reversed(turns):
            if task and (name, task) not in measured:
                measured[name, task] = side.measure(task)
    return measured


def main() -> int:
    """Measure, print the table, and return 1 when a row falls short."""
    with open_sides() as (ours, peers):
        results = measure_all(ours, peers)
    print(write_table(results))
    return 0 if all(result.is_met() for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
