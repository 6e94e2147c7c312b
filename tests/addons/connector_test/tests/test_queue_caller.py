# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who runs a job, in which context and with which rights?"""

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase

LEAVE_TRACE = "odoo.addons.connector_test.models.job.leave_trace"


class TestCaller(QueueCase):
    """The job runs as who delayed it, with their context and never more rights."""

    def delay_as(self, user, **context):
        """Delay a job as a user, run it and return its record."""
        session = self.session_of(user, **context)
        uuid = leave_trace.delay(session, TRACE)
        self.run_jobs()
        return self.job(uuid)

    def test_job_runs_as_the_user_who_delayed_it(self):
        user = self.new_user("ada")

        job = self.delay_as(user)

        self.assertEqual((job.user_id, job.state), (user, "done"))
        self.assertEqual(self.traces.search([]).create_uid, user)

    def test_job_has_the_rights_of_its_user_only(self):
        job = self.delay_as(self.new_user("ada", "base.group_portal"))

        self.assertEqual(job.state, "failed")
        self.assertIn("AccessError", job.exc_info)
        self.assertEqual(self.trace_names(), [])

    def test_superuser_mode_is_not_carried_to_the_job(self):
        user = self.new_user("ada", "base.group_portal")

        uuid = self.traces.with_user(user).sudo().create({}).delayed().copy_as("x")
        self.run_jobs()

        self.assertEqual(
            (self.job(uuid).user_id, self.job(uuid).state), (user, "failed")
        )

    def test_job_runs_in_the_company_that_was_current(self):
        companies = self.env["res.company"].create([{"name": "B"}, {"name": "C"}])
        user = self.new_user(
            "ada", company_ids=[(6, 0, companies.ids)], company_id=companies[0].id
        )

        job = self.delay_as(user, allowed_company_ids=companies[::-1].ids)

        self.assertEqual(job.company_id, companies[1])
        self.assertEqual(self.traces.search([]).company_id, companies[1])

    def test_company_in_the_context_goes_before(self):
        company = self.env["res.company"].create({"name": "B"})
        user = self.new_user("ada")
        user.company_ids += company

        job = self.delay_as(user, company_id=company.id)

        self.assertEqual(job.company_id, company)

    def test_language_zone_and_companies_are_kept_and_nothing_else(self):
        user = self.new_user("ada")
        kept = {
            "lang": "en_US",
            "tz": "Europe/Paris",
            "allowed_company_ids": user.company_ids.ids,
        }

        job = self.delay_as(user, **kept, default_name="no", active_test=False)

        self.assertEqual(job.context, kept)
        self.assertEqual(job.state, "done")

    def test_job_knows_its_own_uuid(self):
        job = self.delay_as(self.new_user("ada"))

        self.assertEqual(self.traces.search([]).job_uuid, job.uuid)

    def test_job_of_an_archived_user_fails_with_the_reason(self):
        user = self.new_user("ada")
        uuid = leave_trace.delay(self.session_of(user), TRACE)
        user.active = False

        self.run_jobs()

        job = self.job(uuid)
        self.assertEqual(job.state, "failed")
        self.assertEqual(
            job.result,
            f"Cannot run {LEAVE_TRACE} as user {user.id}: the user is archived or "
            "deleted. Let another user delay it again.",
        )

    def test_job_of_a_deleted_user_fails_with_the_reason(self):
        user = self.new_user("ada")
        uuid = leave_trace.delay(self.session_of(user), TRACE)
        user.unlink()

        self.run_jobs()

        job = self.job(uuid)
        self.assertEqual(job.state, "failed")
        self.assertIn("the user is archived or deleted", job.result)

    def test_odoobot_is_archived_and_may_run_jobs(self):
        self.assertFalse(self.env.ref("base.user_root").active)

        job = self.delay_as(self.env.ref("base.user_root"))

        self.assertEqual(job.state, "done")

    def test_no_right_on_the_queue_is_needed_to_delay(self):
        user = self.new_user("ada")
        self.assertFalse(self.env[JOB].with_user(user).has_access("read"))

        self.assertEqual(self.delay_as(user).state, "done")
