# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Review of checkpoints: assign, open, mark as reviewed, retry the job."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...queue.state import STATES

TO_REVIEW = "connector.mail_activity_review"


class ConnectorCheckpoint(models.Model):
    """The review of a checkpoint."""

    _inherit = "connector.checkpoint"

    # Reviewers may not read the jobs of others; the state of this job is no secret.
    job_name = fields.Char(string="Name of the Job", compute="_compute_job_name")
    job_state = fields.Selection(
        STATES,
        string="State of the Job",
        compute="_compute_job_state",
        compute_sudo=True,
    )

    # === COMPUTE === #

    @api.depends("job_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_job_name(self):
        """Show the names of the jobs, as far as the user may read them."""
        jobs_sudo = self.job_id.sudo().exists()  # the name is that for the reader
        for checkpoint in self:
            checkpoint.job_name = (jobs_sudo & checkpoint.job_id).display_name

    @api.depends("job_id")
    def _compute_job_state(self):
        """Read the states of the jobs in one query; empty for a deleted job."""
        jobs = self.env["connector.queue.job"].search_fetch(
            [("id", "in", self.job_id.ids)], ["state"]
        )
        for checkpoint in self:
            checkpoint.job_state = (checkpoint.job_id & jobs).state

    # === CRUD === #

    def write(self, vals):
        """Write; log a change of state, and update the activities of assignees."""
        self.check_access("write")
        changed = self.filtered(lambda one: one.state != vals.get("state", one.state))
        if vals.get("state") == "reviewed":
            # Reviewers have no right on repeats; only the count is written.
            self.env["connector.checkpoint.repeat"].sudo()._count(self)
        result = super().write(vals)
        changed._note_state()
        if not {"state", "user_id"}.isdisjoint(vals):
            self._ask_assignees()
        return result

    # === ACTIONS === #

    def reviewed(self) -> bool:
        """Mark the checkpoints as reviewed."""
        return self.write({"state": "reviewed"})

    def action_resolve_and_retry(self) -> dict:
        """Mark the checkpoints as reviewed, and requeue their failed jobs."""
        self.reviewed()
        # Reviewers may requeue the job, even another user's: only connectors set the
        # link to it, and the call itself does not change.
        count = len(self.job_id.sudo().exists()._retry_resolved(self.env.user))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "info",
                "message": self.env._(
                    "Checkpoints reviewed: %(reviewed)s. Jobs retried: %(jobs)s.",
                    reviewed=len(self),
                    jobs=count,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_assign_to_me(self) -> None:
        """Assign the checkpoints to the current user."""
        self.check_access("write")
        self.user_id = self.env.user

    def action_open_record(self) -> dict:
        """Open the reviewed record.

        Raises:
            UserError: it is deleted.
        """
        self.check_access("read")
        self.ensure_one()
        if not self.record:
            raise UserError(
                self.env._(
                    "Cannot open %(name)s: this checkpoint has no record, or it was "
                    "deleted. Press Reviewed when nothing is left to do.",
                    name=self.name,
                )
            )
        return self.record.get_formview_action()

    # === HELPERS === #

    def _note_state(self) -> None:
        """Log in the chatter who reviewed or reopened; one insert for all."""
        if not self:
            return
        label = dict(self._fields["state"]._description_selection(self.env))
        bodies = {one.id: label[one.state] for one in self}
        self._message_log_batch(bodies)

    def _ask_assignees(self) -> None:
        """Replace the activities: each open checkpoint has one, for its assignee."""
        self_sudo = self.sudo()  # the user may not see the activities of others
        self_sudo.activity_unlink([TO_REVIEW])
        open_sudo = self_sudo.filtered(lambda one: one.state == "need_review")
        for user, checkpoints in open_sudo.grouped("user_id").items():
            if user:
                checkpoints._ask_to_review(user)

    def _ask_to_review(self, user: models.BaseModel, summary: str = "") -> None:
        """Schedule a review for today; mails are queued, so imports do not wait."""
        later = self.with_context(mail_notify_force_send=False)
        later.activity_schedule(TO_REVIEW, user_id=user.id, summary=summary)
