# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delays and limit of retries after transaction conflicts."""

import random
from collections.abc import Callable

AT_ONCE = 3  # first conflicts in a row, each retried within a second
AT_ONCE_S = (0.1, 1.0)  # the other transaction is gone by then
LONGEST_S = 60.0  # between two attempts
MOST = 30  # conflicts in a row; about a quarter of an hour, besides what the job takes


def conflict_delay_s(
    conflict_count: int, uniform: Callable[[float, float], float] = random.uniform
) -> float | None:
    """Return how long a job waits after a conflict, in seconds; None for ever.

    After ``AT_ONCE`` conflicts the pause doubles, up to ``LONGEST_S``; it is random in
    its second half, so that the same jobs do not conflict again.

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
