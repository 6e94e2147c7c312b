# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Row: time of a claim beside a backlog of other jobs."""

from statistics import median

from ground.say import Progress
from jobs_side import contestants
from jobs_side.row import OURS, Row, milliseconds

CLAIMS = 20  # in one turn
TURNS = 11  # of each table
AT_MOST = 1.2  # times as long as on an empty table
CASES = ("pending", "postponed", "done", "paused", "full", "behind")
WORDS = {
    "pending": "claim of 50 with {:,} pending",
    "postponed": "… plus {:,} postponed",
    "done": "… plus {:,} done",
    "paused": "… plus {:,} in a paused channel",
    "full": "… plus {:,} in a full channel",
    "behind": "… plus {:,} behind one concurrency key",
}


def measure_backlog(count: int) -> tuple[list[Row], str]:
    """Return a row for each backlog, and the plans with all of them."""
    with (
        contestants.open_ours("empty") as empty,
        contestants.script(empty, "claims") as on_empty,
        contestants.open_ours("full") as full,
        contestants.script(full, "claims") as on_full,
    ):
        rows = []
        for case in CASES:
            progress = Progress(f"claims beside {count:,} {case}")
            progress.start()
            on_full.ask("fill", case, count)
            on_empty.ask("fill", case, 0)  # both are vacuumed, or ours would gain
            rows.append(_compare(WORDS[case].format(count), on_empty, on_full))
            progress.end()
        plans = on_full.ask("plans")
    return rows, "\n\n".join(
        "\n".join([f"{name}:", *lines]) for name, lines in plans.items()
    )


def _compare(what: str, on_empty, on_full) -> Row:
    pairs = [
        (on_empty.ask("claim", CLAIMS), on_full.ask("claim", CLAIMS))
        for _turn in range(TURNS)
    ]
    ratio = median(full / empty for empty, full in pairs)
    empty_s, full_s = (median(column) for column in zip(*pairs, strict=True))
    return Row(
        what,
        {OURS: milliseconds(full_s), "floor": f"{milliseconds(empty_s)} when empty"},
        f"<= {AT_MOST:g} times an empty table",
        ratio <= AT_MOST,
        f"{1 / ratio:.2f} empty",
    )
