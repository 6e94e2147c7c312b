# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Retry of failed jobs after a review of their checkpoint."""

from odoo import models

from ...queue.notify import wake_after_commit
from ...queue.state import FAILED, PENDING


class QueueJob(models.Model):
    """Jobs that checkpoints are about."""

    _inherit = "connector.queue.job"

    # === HELPERS === #

    def _retry_resolved(self, user: models.BaseModel) -> models.BaseModel:
        """Requeue the failed jobs, and log who resolved the trouble; return them."""
        retried = self.browse(self._move_rows([FAILED], PENDING))
        wake_after_commit(self.env.cr)
        note = self.env._("%(user)s resolved the trouble: try again.", user=user.name)
        retried._message_log_batch(dict.fromkeys(retried.ids, note))
        return retried
