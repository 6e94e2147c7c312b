# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows: memory and rate of an import of many records by pages."""

import time
from collections.abc import Iterator

from jobs_side.contestants import Contestant
from jobs_side.row import OURS, Row

from ground.say import Progress

FIRST = 10_000  # records after which memory must not grow
FEW = 1_000
SAMPLES = 3  # of imports of few records
AT_MOST = 10 * 2**20  # bytes
SHARE = 0.8  # of the rate for few records
POLL_S = 0.2


def measure_many(ours: Contestant, count: int) -> Iterator[Row]:
    """Let one worker import so many records, and look at its memory and rate."""
    progress = Progress(f"import of {count:,} records by pages")
    progress.start()
    ours.ask("run_pages", FEW)  # warms up
    few_s = min(ours.ask("run_pages", FEW)["wall"] for _sample in range(SAMPLES))
    before, start, sizes = ours.ask("delay_pages", count), time.time(), []
    while ours.ask("is_busy"):
        time.sleep(POLL_S)
        if ours.ask("count") >= before + FIRST:
            sizes.append(ours.ask("rss"))
        progress.tick()
    seconds = time.time() - start
    if ours.ask("count") != before + count:
        raise RuntimeError(f"not {count} records were imported")
    progress.end()
    yield _memory_row(count, sizes)
    yield _rate_row(count, count / seconds, 1 / few_s)


def _memory_row(count: int, sizes: list[int]) -> Row:
    growth = max(sizes) - sizes[0]
    return Row(
        f"memory at record {count:,}, above record {FIRST:,}",
        {OURS: f"{growth / 2**20:.1f} MB of {sizes[-1] / 2**20:.0f} MB"},
        f"<= {AT_MOST / 2**20:.0f} MB",
        growth <= AT_MOST,
    )


def _rate_row(count: int, many: float, few: float) -> Row:
    share = many / few
    return Row(
        f"{count:,} records by pages",
        {OURS: f"{many:,.0f}/s, {FEW:,} records {few:,.0f}/s"},
        f">= {SHARE:.0%} of the rate for {FEW:,}",
        share >= SHARE,
        f"{share:.2f} of {FEW:,} records",
    )
