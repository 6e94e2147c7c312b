# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the take-over of jobs whose users are archived or deleted."""

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..models.job import TRACE, leave_trace
from .queue_case import RUNNER_LOG
from .test_queue_seal import SealCase


class TestTakeOver(SealCase):
    """A manager runs the jobs of users who can run them no more."""

    def setUp(self):
        super().setUp()
        groups = "base.group_user,connector.group_connector_manager"
        self.boss = self.new_user("boss", groups)
        self.former = self.new_user("former")
        self.orphan = self.job(leave_trace.delay(self.session_of(self.former), TRACE))

    def leave(self) -> None:
        self.former.active = False
        self.env.flush_all()

    def take(self, jobs, user=None):
        """Press the button."""
        jobs.with_user(user or self.boss).button_take_over()
        jobs.invalidate_recordset()

    def test_failed_job_runs_as_the_manager_and_keeps_a_note(self):
        self.leave()
        self.run_jobs()
        self.assertEqual(self.orphan.state, "failed")

        self.take(self.orphan)
        self.run_jobs()

        self.assertEqual((self.orphan.user_id, self.orphan.state), (self.boss, "done"))
        self.assertEqual(self.traces.search([]).create_uid, self.boss)
        note = self.orphan.message_ids[0].body
        for text in (note, self.orphan.user_reason):
            self.assertIn("Taken over by boss", text)
            self.assertIn("from former", text)
        self.assertEqual(self.orphan.message_ids[0].author_id, self.boss.partner_id)

    def test_waiting_job_is_taken_before_it_fails(self):
        self.leave()

        self.take(self.orphan)
        self.run_jobs()

        self.assertEqual((self.orphan.attempt, self.orphan.state), (1, "done"))

    def test_job_of_a_deleted_user_is_taken(self):
        self.former.unlink()

        self.take(self.orphan)

        self.assertEqual(self.orphan.user_id, self.boss)
        self.assertIn("a deleted user", self.orphan.user_reason)

    def test_job_of_a_user_who_may_run_it_is_refused(self):
        root = self.job(leave_trace.delay(self.session, TRACE))
        for other in (self.orphan, root):
            with self.subTest(other.user_id.login):
                with self.assertRaises(UserError) as caught:
                    self.take(other)
                self.assertIn(other.name, str(caught.exception))

    def test_only_managers_take_over(self):
        self.leave()
        group = "base.group_user,connector.group_connector_reviewer"
        for user in (self.new_user("reviewer", group), self.new_user("employee")):
            for jobs in (self.orphan, self.orphan.sudo()):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    jobs.with_user(user).sudo(jobs.env.su).button_take_over()
        self.assertEqual(self.orphan.user_id, self.former)

    def test_button_is_shown_to_managers_only(self):
        groups = "base.group_user,connector.group_connector_user"
        jobs = self.env["connector.queue.job"]
        for user, is_shown in ((self.boss, True), (self.new_user("u", groups), False)):
            for kind in ("form", "list"):
                with self.subTest(user.login, kind=kind):
                    arch = jobs.with_user(user).get_view(view_type=kind)["arch"]
                    self.assertIs("button_take_over" in arch, is_shown)

    def test_elevated_rights_of_code_make_nobody_the_superuser(self):
        self.leave()

        self.orphan.with_user(self.boss).sudo().button_take_over()

        self.orphan.invalidate_recordset()
        self.assertEqual(self.orphan.user_id, self.boss)

    def test_job_of_another_company_is_left_to_its_managers(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.former.company_ids += company
        session = self.session_of(self.former, company_id=company.id)
        foreign = self.job(leave_trace.delay(session, TRACE))
        self.leave()

        with self.assertRaises(AccessError):
            foreign.with_user(self.boss).button_take_over()
        with self.assertRaises(UserError) as caught:
            foreign.with_user(self.boss).sudo().button_take_over()

        self.assertIn(f"company {company.id}", str(caught.exception))

    def test_companies_of_the_former_user_do_not_come_along(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.former.company_ids += company
        own = self.former.company_id
        context = {"allowed_company_ids": [own.id, company.id], "lang": "en_US"}
        session = self.session_of(self.former, **context)
        taken = self.job(leave_trace.delay(session, TRACE))
        self.leave()

        self.take(taken)
        self.run_jobs()

        kept = {"allowed_company_ids": own.ids, "lang": "en_US"}
        self.assertEqual((taken.context, taken.state), (kept, "done"))

    @mute_logger(RUNNER_LOG)
    def test_altered_job_gets_no_seal(self):
        self.leave()
        self.change(self.orphan, "payload = '[[\"forged\"], []]'")

        with self.assertRaises(UserError) as caught:
            self.take(self.orphan)

        self.assertIn("its row was not made by delaying", str(caught.exception))

    def test_all_of_a_filter_are_taken_whose_users_are_gone(self):
        other = self.job(leave_trace.delay(self.session, TRACE))
        self.leave()

        jobs = self.env["connector.queue.job"].with_user(self.boss)
        told = jobs.act_on_all("button_take_over", [])

        jobs.invalidate_model()
        self.assertEqual(self.orphan.user_id, self.boss)
        self.assertEqual(other.user_id, self.env.user)
        self.assertIn("changed: 1", told["params"]["message"])

    def test_jobs_of_users_who_are_gone_are_found(self):
        other = self.job(leave_trace.delay(self.session, TRACE))
        self.leave()

        for is_gone, expected in ((True, self.orphan), (False, other)):
            domain = [("is_user_gone", "=", is_gone)]
            found = self.env["connector.queue.job"].search(domain)
            self.assertEqual(found, expected)
            self.assertEqual(set(found.mapped("is_user_gone")), {is_gone})
