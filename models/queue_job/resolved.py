# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of a failed job once somebody has resolved its trouble?"""

from odoo import models

from ...queue.engine.notify import wake_after_commit
from ...queue.state import FAILED, PENDING


class QueueJob(models.Model):
    """A job that a checkpoint is about."""

    _inherit = "connector.queue.job"

    # === HELPERS === #

    def _retry_resolved(self, user: models.BaseModel) -> models.BaseModel:
        """Let those that failed run again, and note who said so; return them."""
        retried = self.browse(self._move_rows([FAILED], PENDING))
        wake_after_commit(self.env.cr)
        note = self.env._("%(user)s resolved the trouble: try again.", user=user.name)
        retried._message_log_batch(dict.fromkeys(retried.ids, note))
        return retried
