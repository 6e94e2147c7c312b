# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of MAGIC in server actions, and of the errors there."""

from datetime import timedelta

from odoo.exceptions import UserError

from ..models.job import TRACE, run_action
from .queue_case import QueueCase


class ActionCase(QueueCase):
    """A test of code as people write it in actions."""

    def action(self, code: str, **values):
        """Return a server action on traces."""
        model_id = self.env["ir.model"]._get_id(TRACE)
        return self.env["ir.actions.server"].create(
            {
                "name": "Test",
                "model_id": model_id,
                "state": "code",
                "code": code,
                **values,
            }
        )


class TestMagicInActions(ActionCase):
    def test_server_action_knows_it(self):
        action = self.action("action = {'login': MAGIC.user.login}")

        self.assertEqual(action.run(), {"login": self.env.user.login})

    def test_scheduled_action_knows_it(self):
        cron = self.env["ir.cron"].create(
            {
                "name": "Test",
                "model_id": self.env["ir.model"]._get_id(TRACE),
                "state": "code",
                "code": "MAGIC.env['connector.test.trace'].create({'name': 'cron'})",
            }
        )

        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

        self.assertEqual(self.trace_names(), ["cron"])

    def test_formula_of_an_action_knows_it(self):
        field = self.env["ir.model.fields"]._get(TRACE, "name")
        action = self.action(
            "",
            state="object_write",
            evaluation_type="equation",
            update_path="name",
            update_field_id=field.id,
            value="MAGIC.json.dumps([1])",
        )
        trace = self.traces.create({"name": "a"})

        action.with_context(active_model=TRACE, active_id=trace.id).run()

        self.assertEqual(trace.name, "[1]")

    def test_context_is_asked_for_by_position(self):
        action = self.action("pass")

        self.assertIn("MAGIC", action._get_eval_context(action))

    def test_it_has_the_rights_of_who_runs_the_action(self):
        user = self.new_user("ada")
        code = "action = {'user': MAGIC.user.id, 'su': MAGIC.env.su}"
        action = self.action(code, group_ids=[(4, self.env.ref("base.group_user").id)])

        found = action.with_user(user).run()

        self.assertEqual(found, {"user": user.id, "su": False})

    def test_code_reaches_no_module_through_it(self):
        for path in ("json.decoder", "json.codecs", "dateutil.parser.sys", "time.sys"):
            with self.subTest(path):
                action = self.action(f"MAGIC.{path}")
                with self.assertRaisesRegex(ValueError, "AttributeError"):
                    action.run()

    def test_code_cannot_change_it(self):
        for code in ("MAGIC.env = 1", "MAGIC.json = 1", "del MAGIC.env"):
            with self.subTest(code), self.assertRaises(Exception):  # noqa: B017
                self.action(code).run()

    def test_code_can_add_a_job(self):
        self.traces.create({"name": "a"})
        code = f"MAGIC.add_job(env['{TRACE}'].search([]).copy_as, priority=1)('b')"

        self.action(code).run()
        self.run_jobs()

        self.assertEqual(self.trace_names(), ["a", "b"])


class TestErrorsOfActions(ActionCase):
    """safe_eval wraps errors; the queue sees what the code raised."""

    def run_as_job(self, code):
        """Return the job that ran an action with a code."""
        action = self.action(code)
        uuid = run_action.delay(self.session, action._name, action.id)
        self.run_jobs()
        return self.job(uuid)

    def test_retryable_error_puts_the_job_back(self):
        job = self.run_as_job("raise MAGIC.RetryableJobError('later', seconds=60)")

        self.assertEqual((job.state, job.retry), ("pending", 1))
        self.assertEqual(job.result, "later")
        self.assertGreater(job.eta, job.date_created + timedelta(seconds=50))

    def test_nothing_to_do_ends_the_job_as_done(self):
        job = self.run_as_job("raise MAGIC.NothingToDoJob('all there')")

        self.assertEqual((job.state, job.result), ("done", "all there"))

    def test_other_errors_fail_the_job_with_their_own_message(self):
        for name in ("ValidationError", "UserError", "OSError"):
            with self.subTest(name):
                job = self.run_as_job(f"raise MAGIC.{name}('no')")
                self.assertEqual((job.state, job.attempt_ids.message), ("failed", "no"))

    def test_error_is_caught_by_its_name_in_the_code(self):
        code = (
            "try:\n"
            "    raise MAGIC.RetryableJobError('later')\n"
            "except MAGIC.RetryableJobError as error:\n"
            "    action = {'caught': str(error)}"
        )

        self.assertEqual(self.action(code).run(), {"caught": "later"})

    def test_user_error_reaches_the_person(self):
        with self.assertRaisesRegex(UserError, "^no$"):
            self.action("raise MAGIC.UserError('no')").run()
