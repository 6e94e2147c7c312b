# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Changes of stored jobs: priority, channel, retries, eta; with the classic names."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...queue import store
from ...queue.notify import wake_after_commit
from ...queue.state import DONE, NOT_STARTED, PENDING
from .actions import NOT_DONE, OVER

CHANGEABLE = {"priority", "eta", "max_retries"}


class QueueJob(models.Model):
    """Changes of jobs that have not started: when they run, not what they call."""

    _inherit = "connector.queue.job"

    # === CRUD === #

    def write(self, vals):
        """Change when jobs run that have not started.

        Raises:
            AccessError: under sudo, the user neither delayed the jobs nor is a
                manager.
            UserError: another field is given, or a job has started.
        """
        self.check_access("write")
        if not (self and vals):
            return True  # Odoo's merge of contacts writes references, also of no job
        self._check_may_move()
        if vals.keys() - CHANGEABLE:
            raise UserError(
                self.env._(
                    "Cannot change %(fields)s of a job: only priority, eta and "
                    "max_retries can be changed, and only before it starts. Use the "
                    "buttons of the job to retry, cancel or end it.",
                    fields=", ".join(sorted(vals.keys() - CHANGEABLE)),
                )
            )
        self._change(**vals)
        return True

    # === HELPERS === #

    def _change(self, **vals) -> None:
        """Change when and how often jobs run; all of them or none.

        Args:
            vals: of priority, channel_id, max_retries (None keeps them) and eta (False
                for none).
        """
        changed = store.rewrite(
            self.env.cr, self.ids, list(NOT_STARTED), **to_columns(vals)
        )
        self.invalidate_recordset()
        wake_after_commit(self.env.cr)  # it may be due now
        others = self.filtered(lambda job: job.id not in changed)
        if others:
            raise UserError(
                self.env._(
                    "Cannot change %(count)s of the jobs, such as %(name)s: its state "
                    "is %(state)s. Select only jobs that have not started.",
                    count=len(others),
                    name=others[0].name,
                    state=others[0].state,
                )
            )

    def _reschedule(self, **vals) -> None:
        """Change when jobs run; see :meth:`_change`."""
        self._check_may_move()
        self._change(**vals)

    def _change_job_state(self, state: str, result: str | None = None) -> None:
        """Set jobs to done, or requeue them; the classic name.

        Jobs that cannot be moved are left alone, also when there are no others.

        Raises:
            ValueError: the state is neither.
        """
        if state == DONE:
            self.filtered(lambda job: job.state in NOT_DONE)._set_done(result)
        elif state == PENDING:
            self.filtered(lambda job: job.state in OVER).requeue()
        else:
            raise ValueError(
                f"Cannot set jobs to {state!r}: expected {DONE!r} or {PENDING!r}."
            )

    @api.private
    @api.model
    def requeue_stuck_jobs(
        self, enqueued_delta: int = 5, started_delta: int = 0
    ) -> bool:
        """Requeue the jobs of dead workers; the classic name.

        A call is not needed: a live worker requeues them within seconds, and the cron
        does when no worker is alive. A job of a live worker is not stuck, however
        long it takes.

        Args:
            enqueued_delta: minutes; only 0 or not matters.
            started_delta: the same.

        Raises:
            ValidationError: both are 0.
        """
        if not enqueued_delta and not started_delta:
            raise ValidationError(
                self.env._(
                    "Cannot search for stuck jobs: enqueued_delta and started_delta "
                    "are both 0. Set at least one of them, in minutes."
                )
            )
        self._call_cron()
        return True


def to_columns(vals: dict) -> dict:
    """Return the columns of the store for values of :meth:`QueueJob._change`."""
    if "eta" not in vals:
        return vals
    eta = fields.Datetime.to_datetime(vals["eta"]) or None
    return {**vals, "eta": eta, "has_eta": True}
