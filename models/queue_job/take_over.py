# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Take-over of jobs whose user can run none any more, by a Connector Manager."""

import json

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...queue import store
from ...queue.delay.caller import COMPANIES
from .actions import NOT_DONE, OVER


class QueueJob(models.Model):
    """Jobs of archived and deleted users, which a manager runs instead."""

    _inherit = "connector.queue.job"

    user_reason = fields.Char(
        string="Why This User",
        help="Where the job does not run as the user who delayed it.",
    )
    is_user_gone = fields.Boolean(
        string="User Is Gone",
        compute="_compute_is_user_gone",
        search="_search_is_user_gone",
        help="Its user is archived or deleted, so that it cannot run.",
    )

    # === COMPUTE === #

    def _compute_is_user_gone(self):
        able_sudo = self._able_users().browse(self.user_id.ids).exists()
        able_sudo = able_sudo.filtered(lambda one: one.active or one.id == SUPERUSER_ID)
        for job in self:
            job.is_user_gone = job.user_id not in able_sudo

    def _search_is_user_gone(self, operator, value):
        if operator != "in":
            return NotImplemented
        able = Domain("user_id", "in", self._able_users()._search(ABLE))
        return Domain.OR(~able if is_gone else able for is_gone in value)

    # === ACTIONS === #

    def button_take_over(self) -> None:
        """Run the jobs as you, whose own users cannot run them any more.

        Those that have failed or were cancelled are requeued; each job keeps a note.

        Raises:
            AccessError: the user is no Connector Manager.
            UserError: the user of a job may run it; a worker has it, or it is done; it
                is of another company; or its row was altered. No job is taken then.
        """
        self._check_may_take_over()
        companies = self.env.user._get_company_ids()
        for jobs in self.grouped(lambda job: (job.user_id, job.company_id)).values():
            jobs._check_can_be_taken(companies)
            jobs._take_over()
        self.filtered(lambda job: job.state in OVER)._requeue()

    # === HELPERS === #

    @api.model
    def _take_over_all(self, domain: list) -> dict:
        """Take over the jobs of a domain whose users are gone; show how many."""
        self._check_may_take_over()
        domain = Domain(domain) & Domain("is_user_gone", "=", True)
        jobs = self._may_act_on(domain, NOT_DONE)
        jobs.button_take_over()
        return self._tell_count(len(jobs))

    @api.model
    def _able_users(self):
        """Return the users, archived ones too, with elevated rights: for all to see."""
        return self.env["res.users"].sudo().with_context(active_test=False)

    def _check_may_take_over(self) -> None:
        """Allow managers only; rights that code borrowed by ``sudo()`` do not count."""
        self.check_access("read")
        if not self.env.user.has_group("connector.group_connector_manager"):
            raise AccessError(
                self.env._(
                    "Only a Connector Manager may take over the jobs of others. Let "
                    "one do it."
                )
            )

    def _check_can_be_taken(self, companies: list[int]) -> None:
        job = self.filtered(
            lambda one: not one.is_user_gone or one.state not in NOT_DONE
        )[:1]
        if job:
            raise UserError(
                self.env._(
                    "Cannot take over %(name)s: it is %(state)s and belongs to "
                    "%(user)s, expected a job that is not done, of a user who is "
                    "archived or deleted. Take only such jobs.",
                    name=job.name,
                    state=job.state,
                    user=job.user_id.display_name,
                )
            )
        company = self.company_id
        if company and company.id not in companies:
            raise UserError(
                self.env._(
                    "Cannot take over %(name)s: it works for company %(company)s, "
                    "which is none of yours. Let a manager of that company do it.",
                    name=self[0].name,
                    company=company.id,
                )
            )

    def _take_over(self) -> None:
        """Make the jobs of one user and company those of the current user."""
        former, user = self.user_id, self.env.user
        note = self._take_over_note()
        taken = set()
        for jobs in self.grouped(lambda job: json.dumps(job.context)).values():
            taken |= store.take_over(
                self.env.cr,
                jobs.ids,
                list(NOT_DONE),
                former_id=former.id,
                user_id=user.id,
                company_id=self.company_id.id or user.company_id.id,
                context=json.dumps(jobs[0]._context_for(user)),
                reason=note,
            )
        self.invalidate_recordset()
        altered = self.filtered(lambda job: job.id not in taken)
        if altered:
            raise UserError(
                self.env._(
                    "Cannot take over %(name)s: its row was not made by delaying a "
                    "job, or changed meanwhile. Delay the job again if it is wanted.",
                    name=altered[0].name,
                )
            )
        self._message_log_batch(dict.fromkeys(self.ids, note))

    def _take_over_note(self) -> str:
        former_sudo = self.user_id.sudo().exists()  # a name on the job is no secret
        return self.env._(
            "Taken over by %(user)s from %(former)s, who is archived or deleted: it "
            "runs with the rights of %(user)s.",
            user=self.env.user.name,
            former=former_sudo.name or self.env._("a deleted user"),
        )

    def _context_for(self, user) -> dict:
        """Return the context of a job with the companies that are a user's own."""
        context = dict(self.context or {})
        own = user._get_company_ids()
        companies = [one for one in context.get(COMPANIES, ()) if one in own]
        if companies:
            return {**context, COMPANIES: companies}
        context.pop(COMPANIES, None)
        return context


ABLE = ["|", ("active", "=", True), ("id", "=", SUPERUSER_ID)]  # to run jobs
