# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Release of waiting jobs whose dependencies have ended."""

from .. import store
from ..notify import after_commit

BATCH = 10_000  # edges in one statement


def release_children(cr, parent_ids: list[int]) -> int:
    """Release the children of ended jobs, and the children of those that it cancels.

    Args:
        cr: bookkeeping cursor, after the commit of the parents.

    Returns:
        How many may run, now or when their eta has come.
    """
    ready_count = 0
    while parent_ids:
        released = store.release_children(cr, parent_ids, BATCH)
        ready_count += released.ready_count
        is_all = released.handled_count < BATCH
        parent_ids = released.cancelled_ids + ([] if is_all else parent_ids)
    return ready_count


def sweep(cr) -> int:
    """Release children left by a crash or by people; return as above.

    One batch is enough: the next turn takes the next batch.
    """
    released = store.release_all(cr, BATCH)
    return released.ready_count + release_children(cr, released.cancelled_ids)


def release_after_commit(cr) -> None:
    """Release the children of jobs that this transaction moves, after its commit."""
    after_commit(cr, "connector.queue.release", _release_and_wake)


def _release_and_wake(cr) -> None:
    if sweep(cr):
        store.wake(cr)
