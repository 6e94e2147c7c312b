# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dependencies: waiting jobs are unblocked when the jobs before them have ended."""

from .. import store
from ..notify import after_commit

BATCH = 10_000  # edges in one statement


def unblock_children(cr, parent_ids: list[int]) -> int:
    """Unblock the children of ended jobs, and the children of those that it cancels.

    Args:
        cr: bookkeeping cursor, after the commit of the parents.

    Returns:
        How many may run, now or when their eta has come.
    """
    ready_count = 0
    while parent_ids:
        unblocked = store.unblock_children(cr, parent_ids, BATCH)
        ready_count += unblocked.ready_count
        is_all = unblocked.handled_count < BATCH
        parent_ids = unblocked.cancelled_ids + ([] if is_all else parent_ids)
    return ready_count


def sweep(cr) -> int:
    """Unblock children left by a crash or by people; return as above.

    One batch is enough: the next turn takes the next batch.
    """
    unblocked = store.unblock_all(cr, BATCH)
    return unblocked.ready_count + unblock_children(cr, unblocked.cancelled_ids)


def unblock_after_commit(cr) -> None:
    """Unblock the children of jobs that this transaction moves, after its commit."""
    after_commit(cr, "connector.queue.unblock", _unblock_and_wake)


def _unblock_and_wake(cr) -> None:
    if sweep(cr):
        store.wake(cr)
