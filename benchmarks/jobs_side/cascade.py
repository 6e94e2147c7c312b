# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Row: cancelling the first job of a long chain, beside a release level by level."""

from statistics import median

from jobs_side.row import OURS, Row

LENGTH = 3_000  # jobs of the chain
AT_MOST_S = 1.0
TIMES = 20  # as quick as level by level


def measure_cascade(side, rounds: int) -> Row:
    """Return the row: both take turns, each with a chain of its own."""
    side.ask("cancel", 10, False)  # warms up: plans, caches
    pairs = [
        (side.ask("cancel", LENGTH, False), side.ask("cancel", LENGTH, True))
        for _round in range(rounds)
    ]
    ours_s, levels_s = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(levels / ours for ours, levels in pairs)
    return Row(
        f"cancel the first of a chain of {LENGTH:,}",
        {OURS: f"{ours_s:.2f} s", "floor": f"{levels_s:.2f} s level by level"},
        f"<= {AT_MOST_S:g} s, {TIMES} x level by level",
        ours_s <= AT_MOST_S and ratio >= TIMES,
        f"{ratio:.1f} level by level",
    )
