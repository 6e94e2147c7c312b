# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Row: growth of a worker's memory with the jobs it has run."""

from ground.say import Progress
from jobs_side.contestants import Contestant
from jobs_side.row import OURS, Row

FIRST, LAST = 10_000, 100_000  # jobs
STEP = 10_000  # jobs of one transaction
AT_MOST = 5 * 2**20  # bytes


def measure_memory(ours: Contestant) -> Row:
    """Let one worker run jobs, and look at its memory."""
    progress = Progress(f"memory after {LAST:,} jobs")
    progress.start()
    sizes = []
    for _step in range(0, LAST, STEP):
        ours.ask("run", "do_nothing", STEP)
        sizes.append(ours.ask("rss"))
        progress.tick()
    progress.end()
    growth = sizes[-1] - sizes[FIRST // STEP - 1]
    return Row(
        f"memory at job {LAST:,}, above job {FIRST:,}",
        {OURS: f"{growth / 2**20:.1f} MB of {sizes[-1] / 2**20:.0f} MB"},
        f"<= {AT_MOST / 2**20:.0f} MB",
        growth <= AT_MOST,
    )
