# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Retention of jobs, and deletion of old ones in batches."""

from odoo import api, models
from odoo.exceptions import UserError

from ...queue import store
from ...queue.engine.dependencies import unblock_after_commit
from ...queue.notify import wake_after_commit
from ...queue.state import CANCELLED, DONE, ENQUEUED, FAILED

BATCH = 10_000  # jobs deleted in one transaction


class QueueJob(models.Model):
    """Jobs, deleted when their retention time is over."""

    _inherit = "connector.queue.job"

    _removal_interval = 30  # days, for jobs that are done or cancelled
    _failed_removal_interval = 180  # days: failures may still be investigated

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        running = self.filtered(lambda job: job.state == ENQUEUED)
        if running:
            raise UserError(
                self.env._(
                    "Cannot delete %(count)s of the jobs, such as %(name)s: a worker "
                    "has taken it. Stop it first.",
                    count=len(running),
                    name=running[0].name,
                )
            )

    def unlink(self):
        """Delete jobs, and release the jobs that wait for them."""
        self.check_access("unlink")
        self._check_may_move()
        store.forget(self.env.cr, self.ids)
        unblock_after_commit(self.env.cr)
        wake_after_commit(self.env.cr)
        return super().unlink()

    # === HELPERS === #

    @api.autovacuum
    def _gc_jobs(self) -> tuple[int, int]:
        """Delete jobs that ended long ago, a batch at a time."""
        days = {
            DONE: self._removal_interval,
            CANCELLED: self._removal_interval,
            FAILED: self._failed_removal_interval,
        }
        counts = [
            store.delete_old(self.env.cr, state, kept_days, BATCH)
            for state, kept_days in days.items()
        ]
        self.invalidate_model()
        self._forget_notes()
        return sum(counts), int(BATCH in counts)

    @api.private
    @api.model
    def autovacuum(self) -> bool:
        """Delete all jobs that ended long ago; the classic name."""
        while self._gc_jobs()[1]:
            pass
        return True
