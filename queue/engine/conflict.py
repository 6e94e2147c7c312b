# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pauses of a job whose transaction met another one, and the end of its patience."""

import random
from collections.abc import Callable

AT_ONCE = 3  # conflicts in a row after which a job runs again within a second
AT_ONCE_S = (0.1, 1.0)  # the other transaction is gone by then
LONGEST_S = 60.0  # between two tries
MOST = 30  # conflicts in a row; about a quarter of an hour, besides what the job takes


def conflict_delay_s(
    conflict_count: int, uniform: Callable[[float, float], float] = random.uniform
) -> float | None:
    """Return how long a job waits after a conflict, in seconds; None for ever.

    After ``AT_ONCE`` of them the pause doubles, up to ``LONGEST_S``; it is somewhere
    in its second half, so that those who met each other do not meet again.

    Args:
        conflict_count: conflicts in a row, this one included.
        uniform: source of randomness; tests pin it.
    """
    if conflict_count >= MOST:
        return None
    if conflict_count <= AT_ONCE:
        return uniform(*AT_ONCE_S)
    window_s = min(LONGEST_S, 2.0 ** (conflict_count - AT_ONCE))
    return uniform(window_s / 2, window_s)


def give_up_text(message: str) -> str:
    """Return why a job fails after so many conflicts."""
    return (
        f"{MOST} conflicts in a row with other transactions, the last: {message} Look "
        "for what writes the same records: another cursor of the job itself, or jobs "
        "that need one concurrency key."
    )
