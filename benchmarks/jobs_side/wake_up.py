# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Row: cost of the wake-up after the commit of a transaction."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

from ground import cluster, postgres
from ground.say import Progress
from jobs_side import contestants
from jobs_side.contestants import Contestant, Ground
from jobs_side.row import OURS, Row

SESSIONS = 16
COMMIT_DELAY_US = 2000  # as long as a common disk takes for a flush
TURN_S = 2.0
WAKE_UP, NOTHING, STATEMENT = None, "", "SELECT 1"  # in place of the wake-up
KINDS = (WAKE_UP, NOTHING, STATEMENT)
ORDER = (*KINDS, *reversed(KINDS)) * 2  # of each round
AHEAD_S = 1.0  # all sessions start at the same time, when no burst is left
SHARE = 0.95  # of the transactions without a wake-up


def measure_wake_up(ground: Ground, ours: Contestant, rounds: int) -> Row:
    """Let sessions delay jobs with and without a wake-up, in turns."""
    rates: dict[str | None, list[float]] = {kind: [] for kind in KINDS}
    with ExitStack() as stack:
        stack.enter_context(_slow_commits(ground))
        stack.enter_context(contestants.workers(ground, ours, 1))
        sessions = [
            stack.enter_context(contestants.script(ground, "session"))
            for _number in range(SESSIONS)
        ]
        _take_turn(sessions, WAKE_UP)  # until all of them are there
        for number in range(rounds):
            progress = Progress(f"{SESSIONS} sessions, round {number + 1}")
            progress.start()
            for kind in ORDER:
                rates[kind].append(_take_turn(sessions, kind))
            progress.end()
    share = _share(rates, WAKE_UP)
    least = _share(rates, STATEMENT)
    return Row(
        f"{SESSIONS} sessions that delay one job each, flush of 2 ms",
        {
            OURS: f"{median(rates[WAKE_UP]):,.0f}/s",
            "floor": f"{median(rates[NOTHING]):,.0f}/s without",
        },
        f"{SHARE:.0%} of those without wake-up",
        share >= SHARE,
        f"{share:.1%}; {least:.1%} with {STATEMENT} instead",
    )


def _share(rates: dict[str | None, list[float]], kind: str | None) -> float:
    """Return the share of the transactions that are left with what follows each."""
    pairs = zip(rates[kind], rates[NOTHING], strict=True)
    return median(some / all_ for some, all_ in pairs)


def _take_turn(sessions: list[Contestant], kind: str | None) -> float:
    """Return the transactions per second of all sessions together."""
    start = time.time() + AHEAD_S
    for session in sessions:
        session.tell("delay", start, start + TURN_S, kind)
    return sum(session.hear()["count"] for session in sessions) / TURN_S


@contextmanager
def _slow_commits(ground: Ground) -> Iterator[None]:
    """Let commits of new sessions wait as for a common disk."""
    server = ground.bench.server
    if not postgres.is_given(os.environ):
        server = cluster.find_cluster().server("postgres")  # a superuser's setting
    alter = f'ALTER DATABASE "{ground.database}"'
    server.query(f"{alter} SET commit_delay = {COMMIT_DELAY_US}")
    try:
        yield
    finally:
        server.query(f"{alter} RESET commit_delay")
