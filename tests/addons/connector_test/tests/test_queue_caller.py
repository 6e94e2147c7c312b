# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the user, context and rights of a job."""

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.connector.components.core import ConnectorEnvironment
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.queue.classic.job import Job
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.job import job as as_job

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase

LEAVE_TRACE = "odoo.addons.connector_test.models.job.leave_trace"
CALLER_LOG = "odoo.addons.connector.queue.delay.caller"


@as_job
def tell_lang(session, _model_name):
    """Return in which language and zone it runs."""
    return session.env.lang, str(session.env.tz)


@as_job
def tell_backend_lang(session, model_name, backend_id):
    """Return the language of the job, and that in which units of a backend work."""
    backend = session.env[model_name].browse(backend_id)
    scope = ConnectorEnvironment(backend, session, "res.partner")
    return session.env.lang, scope.env.lang, scope.backend_record.env.lang


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
            "deleted. Let a Connector Manager take the job over, or another user delay "
            "it again.",
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


class TestContext(QueueCase):
    """A context comes from a client: what is wrong in it gives no right, and no error.

    ``company_id`` of a call over the network chose the company of a job: 0 showed it
    to the managers of all companies, and that of others put it under their jobs.
    """

    def setUp(self):
        super().setUp()
        self.user = self.new_user("ada")
        self.own = self.user.company_id
        self.foreign = self.env["res.company"].create({"name": "Elsewhere"})

    def delay(self, user=None, **context):
        """Delay a job in a context; return its record."""
        session = self.session_of(user or self.user, **context)
        return self.job(tell_lang.delay(session, TRACE))

    def test_company_that_is_none_of_the_callers_is_ignored_with_a_word(self):
        wrong = (self.foreign.id, 0, None, False, 999_999_999, True, "1", [1], {}, 1.5)
        for company_id in wrong:
            with self.subTest(company_id), self.assertLogs(CALLER_LOG) as told:
                job = self.delay(company_id=company_id)
                self.assertEqual(job.company_id, self.own)
                self.assertIn("company_id", told.output[0])

    def test_superuser_may_say_any_company_or_none(self):
        for company_id in (self.foreign.id, 0):
            with self.subTest(company_id):
                job = self.delay(self.env.ref("base.user_root"), company_id=company_id)
                self.assertEqual(job.company_id.id, company_id)

    def test_elevated_code_takes_no_job_to_a_company_of_others(self):
        """It would run as its user, who may not enter that company."""
        traces = self.traces.with_user(self.user).sudo()
        there = traces.with_company(self.foreign).create({})

        with self.assertLogs(CALLER_LOG):
            job = self.job(there.delayed().copy_as("x"))

        self.assertEqual(job.company_id, self.own)
        self.assertEqual(job.context, {})

    def test_foreign_companies_are_refused_as_odoo_does(self):
        with self.assertRaises(AccessError):
            self.delay(allowed_company_ids=[self.own.id, self.foreign.id])

    @mute_logger(CALLER_LOG)
    def test_companies_that_are_no_ids_are_left_out(self):
        for wrong in ("ab", [[1]], {"1": 2}, 5, ["1"], [True], [None]):
            with self.subTest(wrong):
                job = self.delay(allowed_company_ids=wrong)
                self.assertEqual(job.company_id, self.own)
                self.assertEqual(job.context, {})

    @mute_logger(CALLER_LOG)
    def test_unknown_language_becomes_that_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.lang = "fr_FR"
        for wrong in ("xx_XX", "nl_BE", "a\0b", 5, ["fr_FR"], {}):
            with self.subTest(wrong):
                job = self.delay(lang=wrong)
                self.assertEqual(job.context.get("lang", "fr_FR"), "fr_FR")
                self.assert_result(job, ["fr_FR", "UTC"])

    def test_language_that_is_none_any_more_becomes_that_of_the_user(self):
        lang = self.env["res.lang"]._activate_lang("fr_FR")
        job = self.delay(lang="fr_FR")
        self.assertEqual(job.context["lang"], "fr_FR")
        lang.active = False

        self.assert_result(job, ["en_US", "UTC"])

    def test_job_without_a_language_has_that_of_its_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.lang = "fr_FR"

        self.assert_result(self.delay(), ["fr_FR", "UTC"])

    def test_job_of_a_click_has_its_language_and_units_that_of_the_backend(self):
        """An import wrote French texts over the English ones, because a French person
        pressed the button."""
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        german = self.env["res.lang"]._lang_get("de_DE")
        backend = self.env["connector.test.backend"].create(
            {"name": "Shop", "default_lang_id": german.id}
        )
        session = self.session_of(self.env.user, lang="fr_FR")

        job = self.job(tell_backend_lang.delay(session, backend._name, backend.id))

        self.assert_result(job, ["fr_FR", "de_DE", "de_DE"])

    @mute_logger(CALLER_LOG)
    def test_zone_that_is_none_is_left_out(self):
        for wrong in ("Mars/Crater", "../../etc/passwd", "a\0b", 5, ["UTC"], {}):
            with self.subTest(wrong):
                job = self.delay(tz=wrong, lang="en_US")
                self.assertNotIn("tz", job.context)
                self.assert_result(job, ["en_US", "UTC"])

    def test_job_made_by_hand_is_refused_in_a_company_of_others(self):
        job = Job(func=leave_trace, model_name=TRACE)
        job.user_id, job.company_id = self.user.id, self.foreign.id
        storage = OpenERPJobStorage(self.session_of(self.env.user))

        with self.assertLogs(CALLER_LOG), self.assertRaises(InvalidUsageError) as error:
            storage.store(job)

        self.assertIn(f"company {self.foreign.id}", str(error.exception))
        job.company_id = self.own.id
        storage.store(job)
        self.assertEqual(self.job(job.uuid).company_id, self.own)

    def assert_result(self, job, expected) -> None:
        """Run the jobs, and compare what one returned."""
        self.run_jobs()
        seen = job.state, job.result_json
        self.assertEqual(seen, ("done", expected), job.exc_info)
