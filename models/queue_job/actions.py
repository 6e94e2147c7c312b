# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Buttons of jobs: requeue, start now, set to done, cancel, stop."""

from datetime import datetime

from odoo import models
from odoo.exceptions import AccessError, UserError

from ...queue import store
from ...queue.classic.related import find_related_action
from ...queue.engine.dependencies import unblock_after_commit
from ...queue.notify import wake_after_commit
from ...queue.state import CANCELLED, DONE, FAILED, NOT_STARTED, PENDING
from ...redaction import MESSAGE_SIZE, bounded

OVER = (FAILED, CANCELLED)  # ended without success: may run again
NOT_DONE = (*NOT_STARTED, *OVER)  # no worker has them


class QueueJob(models.Model):
    """The buttons of a job.

    Of several jobs, those in a state that a button is not for are left alone, and a
    notification counts the others. It is refused where it is for none.
    """

    _inherit = "connector.queue.job"

    # === ACTIONS === #

    def requeue(self) -> dict | None:
        """Requeue failed and cancelled jobs, with all their retries.

        They wait for parents that have not ended or are requeued with them.
        """
        return self._requeue()

    def button_start_now(self) -> None:
        """Remove the eta of jobs that have not started."""
        self._check_may_move()
        self._change(eta=False)

    def button_done(self) -> dict | None:
        """Set jobs to done whose work was done by hand."""
        return self._set_done()

    def button_cancel(self) -> dict | None:
        """Cancel jobs that have not started."""
        return self._move(NOT_STARTED, CANCELLED, self._cancelled_text())

    def button_stop(self) -> None:
        """Request running jobs to stop; those that do not are interrupted soon."""
        self._check_may_move()
        store.request_stop(self.env.cr, self.ids, self.env.uid)
        wake_after_commit(self.env.cr)  # workers then read the requests

    def open_related_action(self) -> dict:
        """Open the records that the job worked on."""
        self.check_access("read")
        self.ensure_one()
        action = find_related_action(self.env, self)
        if not action:
            raise UserError(
                self.env._(
                    "There are no related records to open for %(name)s: its function "
                    "declares no related action, or the records no longer exist.",
                    name=self.name,
                )
            )
        return action

    # === HELPERS === #

    def _requeue(self, eta: datetime | None = None) -> dict | None:
        """Requeue failed and cancelled jobs, to run not before a time."""
        told = self._move(OVER, PENDING, eta=eta)
        wake_after_commit(self.env.cr)
        return told

    def _set_done(self, message: str | None = None) -> dict | None:
        """Set jobs to done that no worker has."""
        text = bounded(message or self._done_text(), MESSAGE_SIZE)
        return self._move(NOT_DONE, DONE, text, done_by_id=self.env.uid)

    def _cancelled_text(self) -> str:
        return self.env._("Cancelled by %(user)s", user=self.env.user.name)

    def _done_text(self) -> str:
        return self.env._("Manually set to done by %(user)s", user=self.env.user.name)

    def _move(
        self,
        sources: tuple[str, ...],
        target: str,
        message: str | None = None,
        **values,
    ) -> dict | None:
        """Change the state of those jobs that are in one of the source states.

        Args:
            values: ``eta`` or ``done_by_id``, as in ``store.move_jobs``.

        Returns:
            A notification of how many were changed, where others are left alone.

        Raises:
            UserError: none is in a source state.
        """
        self._check_may_move()
        moved = self._move_rows(list(sources), target, message, **values)
        others = self.filtered(lambda job: job.id not in moved)
        if others and not moved:
            raise UserError(
                self.env._(
                    "Cannot set %(count)s of the jobs to %(target)s, such as %(name)s: "
                    "its state is %(state)s, expected one of %(sources)s. Select only "
                    "jobs in these states.",
                    count=len(others),
                    target=target,
                    name=others[0].name,
                    state=others[0].state,
                    sources=", ".join(sources),
                )
            )
        return self._tell_count(len(moved)) if others else None

    def _move_rows(
        self,
        sources: list[str],
        target: str,
        message: str | None = None,
        **values,
    ) -> set[int]:
        """Move jobs in a source state, release their children; return the ids moved."""
        if target == PENDING:
            store.reopen_edges(self.env.cr, self.ids, sources)
        moved = store.move_jobs(
            self.env.cr, self.ids, sources, target, message, **values
        )
        self.invalidate_recordset()
        self.env["connector.queue.edge"].invalidate_model()
        if any(moved.values()):
            unblock_after_commit(self.env.cr)
        return set(moved)

    def _retry_resolved(self, user: models.BaseModel) -> models.BaseModel:
        """Requeue the failed jobs after a review of their checkpoint; return them.

        The log of each says who resolved the checkpoint.
        """
        retried = self.browse(self._move_rows([FAILED], PENDING))
        wake_after_commit(self.env.cr)
        note = self.env._(
            "%(user)s resolved the checkpoint; the job runs again.", user=user.name
        )
        retried._message_log_batch(dict.fromkeys(retried.ids, note))
        return retried

    def _check_may_move(self) -> None:
        """Allow managers to act on every job they see, and others on their own jobs."""
        self.check_access("read")
        if self.env.user.has_group("connector.group_connector_manager"):
            return
        if any(job.user_id != self.env.user for job in self):
            raise AccessError(
                self.env._(
                    "Only a Connector Manager may change the jobs of other users. "
                    "Select only your own jobs."
                )
            )
