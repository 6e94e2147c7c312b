# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Notifications of failed jobs, limited per function and hour."""

import textwrap

from odoo import api, fields, models
from odoo.fields import Domain

from ...queue import store

REASON_SIZE = 300  # characters of a note; the rest is on the job


class QueueJob(models.Model):
    """Notifications of failed jobs, by cron: no worker waits for mail.

    For each function, a limited number of failures per hour get a note each, and the
    others of that minute a shared note; later failures wait for the next hour. The note
    and its mark are one transaction, so each failure is notified at least once, unless
    the job is requeued before.
    """

    _name = "connector.queue.job"
    _inherit = ["connector.queue.job", "mail.thread"]
    _mail_post_access = "read"  # notes on a job need no right to write it

    date_notified = fields.Datetime(
        string="Notified", help="When the managers were notified of the failure."
    )

    _untold_idx = models.Index(
        "(job_function_id, date_done) WHERE state = 'failed' AND date_notified IS NULL"
    )

    # === ACTIONS === #

    @api.model
    def _cron_notify(self) -> None:
        """Notify of new failures, function by function."""
        unreported = store.find_unreported(self.env.cr)
        for done, (function_id, limit, count) in enumerate(unreported, start=1):
            self._report_failures(function_id, limit - count)
            self.env["ir.cron"]._commit_progress(1, remaining=len(unreported) - done)

    def _report_failures(self, function_id: int, notes_left: int) -> None:
        """Notify of the new failures of a function.

        Args:
            notes_left: failures that may still get a note each.
        """
        reported = store.report_one_by_one(self.env.cr, function_id, notes_left)
        others = store.report_together(self.env.cr, function_id)
        self.invalidate_model()
        for job_id in reported:
            self.browse(job_id)._notify_failures()
        for count, last_id in others:
            self.browse(last_id)._notify_failures(count)
        store.count_notes(self.env.cr, function_id, len(reported) + bool(others))

    # === HELPERS === #

    def _notify_failures(self, count: int = 1) -> None:
        """Notify the followers of a job that it failed, and others of its function."""
        self._subscribe_users()
        body = (
            self._message_failed_job()
            if count == 1
            else self._message_failed_jobs(count)
        )
        self.message_post(body=body, subtype_xmlid="connector.mt_job_failed")

    def _message_failed_job(self) -> str:
        """Return the note for a failed job."""
        self.ensure_one()
        return self.env._("The job failed: %(reason)s", reason=self._reason())

    def _message_failed_jobs(self, count: int) -> str:
        """Return the shared note for many failed jobs, of which this is the last."""
        self.ensure_one()
        return self.env._(
            "%(count)s more jobs of %(function)s failed. The last one is this job: "
            "%(reason)s",
            count=count,
            function=self.func_name,
            reason=self._reason(),
        )

    def _reason(self) -> str:
        """Return the reason of the failure, in one line."""
        return textwrap.shorten(self.result or self.name or "?", REASON_SIZE)

    def _subscribe_users(self) -> None:
        """Subscribe the managers to the jobs."""
        for job in self:
            users = self.env["res.users"].search(job._get_subscribe_users_domain())
            job.message_subscribe(partner_ids=users.partner_id.ids)

    def _get_subscribe_users_domain(self) -> Domain:
        """Return the domain of the users to notify: managers who may see the jobs."""
        manager = self.env.ref("connector.group_connector_manager")
        domain = Domain("all_group_ids", "in", manager.ids)
        if self.company_id:
            domain &= Domain("company_ids", "in", self.company_id.ids)
        return domain

    @api.model
    def _needaction_domain_get(self) -> list:
        """Return the domain of the jobs that need action."""
        return [("state", "=", "failed")]

    @api.model
    def _forget_notes(self) -> None:
        """Delete the messages and followers of deleted jobs."""
        message_ids, follower_ids = store.find_orphans(self.env.cr)
        self.env["mail.message"].sudo().browse(message_ids).unlink()  # of no job now
        self.env["mail.followers"].sudo().browse(follower_ids).unlink()  # likewise
