# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows: memory and rate of an import of many records by pages."""

import time
from collections.abc import Iterator

from jobs_side.contestants import Contestant
from jobs_side.row import OURS, Row

from ground.say import Progress

FIRST, LAST = 10_000, 100_000  # records
FEW = 1_000
SAMPLES = 3  # of imports of few records
AT_MOST = 10 * 2**20  # bytes
SHARE = 0.8  # of the rate for few records
POLL_S = 0.2


def measure_many(ours: Contestant) -> Iterator[Row]:
    """Let one worker import many records, and look at its memory and rate."""
    progress = Progress(f"import of {LAST:,} records by pages")
    progress.start()
    ours.ask("run_pages", FEW)  # warms up
    few_s = min(ours.ask("run_pages", FEW)["wall"] for _sample in range(SAMPLES))
    before, start, sizes = ours.ask("delay_pages", LAST), time.time(), []
    while ours.ask("is_busy"):
        time.sleep(POLL_S)
        if ours.ask("count") >= before + FIRST:
            sizes.append(ours.ask("rss"))
        progress.tick()
    seconds = time.time() - start
    if ours.ask("count") != before + LAST:
        raise RuntimeError(f"not {LAST} records were imported")
    progress.end()
    yield _memory_row(sizes)
    yield _rate_row(LAST / seconds, 1 / few_s)


def _memory_row(sizes: list[int]) -> Row:
    growth = max(sizes) - sizes[0]
    return Row(
        f"memory at record {LAST:,}, above record {FIRST:,}",
        {OURS: f"{growth / 2**20:.1f} MB of {sizes[-1] / 2**20:.0f} MB"},
        f"<= {AT_MOST / 2**20:.0f} MB",
        growth <= AT_MOST,
    )


def _rate_row(many: float, few: float) -> Row:
    share = many / few
    return Row(
        f"{LAST:,} records by pages",
        {OURS: f"{many:,.0f}/s, {FEW:,} records {few:,.0f}/s"},
        f">= {SHARE:.0%} of the rate for {FEW:,}",
        share >= SHARE,
        f"{share:.2f} of {FEW:,} records",
    )
