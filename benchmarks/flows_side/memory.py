# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows: memory and rate of an import of many records by pages."""

import time
from collections.abc import Iterator

from jobs_side.contestants import Contestant
from jobs_side.row import OURS, Row

from ground.say import Progress

FIRST = 10_000  # records after which memory must not grow
WINDOW = 5_000  # records: within a page memory goes up and down, its peaks are compared
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
    few = [ours.ask("run_pages", FEW) for _sample in range(SAMPLES)]
    used_s, start, sizes = ours.ask("used_s"), time.time(), []
    before = ours.ask("delay_pages", count)
    while ours.ask("is_busy"):
        time.sleep(POLL_S)
        sizes.append((ours.ask("count") - before, ours.ask("rss")))
        progress.tick()
    many = {"wall": time.time() - start, "cpu": ours.ask("used_s") - used_s}
    if ours.ask("count") != before + count:
        raise RuntimeError(f"not {count} records were imported")
    progress.end()
    yield _memory_row(count, sizes)
    yield _rate_row(count, many, few)


def _memory_row(count: int, sizes: list[tuple[int, int]]) -> Row:
    """Return the row of memory.

    Args:
        sizes: bytes of the worker, each with the number of records that were there.
    """
    first = max(size for number, size in sizes if abs(number - FIRST) <= WINDOW)
    last = max(size for number, size in sizes if number > FIRST + WINDOW)
    growth = last - first
    return Row(
        f"memory up to record {count:,}, above that at record {FIRST:,}",
        {OURS: f"{growth / 2**20:.1f} MB, {last / 2**20:.0f} MB"},
        f"<= {AT_MOST / 2**20:.0f} MB",
        growth <= AT_MOST,
    )


def _rate_row(count: int, many: dict, few: list[dict]) -> Row:
    """Return the row of the rate, which is judged by the time of the processors."""
    shares = {
        clock: min(one[clock] for one in few) / (many[clock] / count) for clock in many
    }
    wall, cpu = (f"{share:.2f} of {FEW:,} records" for share in shares.values())
    return Row(
        f"{count:,} records by pages",
        {OURS: f"{count / many['wall']:,.0f}/s"},
        f">= {SHARE:.0%} of the rate for {FEW:,}",
        shares["cpu"] >= SHARE,
        wall,
        cpu,
    )
