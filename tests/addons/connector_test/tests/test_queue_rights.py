# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the rights to see jobs and to act on them."""

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase

USER = "connector.group_connector_user"
MANAGER = "connector.group_connector_manager"


class RightsCase(QueueCase):
    def setUp(self):
        super().setUp()
        self.ada = self.new_user("ada", USER)
        self.bob = self.new_user("bob", USER)
        self.boss = self.new_user("boss", MANAGER)
        self.of_ada = self.delay_as(self.ada)
        self.of_bob = self.delay_as(self.bob)

    def delay_as(self, user, **context):
        """Delay a job as a user and return its record."""
        session = self.session_of(user, **context)
        return self.job(leave_trace.delay(session, TRACE))

    def seen_by(self, user):
        """Return the jobs a user sees."""
        return self.env[JOB].with_user(user).search([], order="id").sudo()

    def set_state(self, job, state):
        """Bring a job into a state."""
        job.flush_recordset()
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = %s, worker_id = %s WHERE id = %s",
            [state, 1 if state == "enqueued" else None, job.id],
        )
        job.invalidate_recordset()


class TestSight(RightsCase):
    def test_user_sees_own_jobs_only(self):
        self.assertEqual(self.seen_by(self.ada), self.of_ada)

    def test_manager_sees_the_jobs_of_everybody(self):
        self.assertEqual(self.seen_by(self.boss), self.of_ada + self.of_bob)

    def test_nobody_sees_jobs_of_other_companies(self):
        company = self.env["res.company"].create({"name": "B"})
        self.ada.company_ids += company
        elsewhere = self.delay_as(self.ada, allowed_company_ids=company.ids)

        self.assertEqual(elsewhere.company_id, company)
        self.assertNotIn(elsewhere, self.seen_by(self.boss))
        here = self.env[JOB].with_user(self.ada).with_company(self.env.company)
        self.assertNotIn(elsewhere, here.search([]).sudo())

    def test_user_sees_the_attempts_of_own_jobs_only(self):
        self.run_jobs()
        attempts = self.env["connector.queue.attempt"].with_user(self.ada).search([])

        self.assertEqual(attempts.sudo().job_id, self.of_ada)

    def test_employee_without_a_group_sees_no_jobs(self):
        with self.assertRaises(AccessError):
            self.seen_by(self.new_user("eve"))


class TestRemoteCall(RightsCase):
    """What a client can reach over the network."""

    def call(self, user, method, *args, model=JOB, **kwargs):
        """Call a method as the web client does."""
        return call_kw(self.env(user=user.id)[model], method, list(args), kwargs)

    def test_nobody_creates_writes_or_deletes_jobs(self):
        values = {"uuid": "x", "func_name": "f", "user_id": self.boss.id}
        for user in (self.ada, self.boss, self.env.ref("base.user_admin")):
            for method, *args in (
                ("create", [values]),
                ("write", self.of_ada.ids, {"user_id": user.id}),
                ("write", self.of_ada.ids, {"payload": "[[], []]"}),
                ("write", self.of_ada.ids, {"func_name": "os.system"}),
                ("unlink", self.of_ada.ids),
            ):
                with self.subTest(user=user.login, method=method, args=args):
                    with self.assertRaises(AccessError):
                        self.call(user, method, *args)

    def test_nobody_creates_writes_or_deletes_attempts_and_workers(self):
        self.run_jobs()
        attempt = self.of_ada.attempt_ids
        for model, ids in (
            ("connector.queue.attempt", attempt.ids),
            ("connector.queue.worker", [1]),
        ):
            for method, *args in (
                ("create", [{}]),
                ("write", ids, {}),
                ("unlink", ids),
            ):
                with self.subTest(model=model, method=method):
                    with self.assertRaises(AccessError):
                        self.call(self.boss, method, *args, model=model)

    def test_private_methods_are_out_of_reach(self):
        for model, method in (
            (TRACE, "delayed"),
            (TRACE, "delayed_many"),
            (JOB, "_delay_consumer"),
            (JOB, "_delay_merged"),
            (JOB, "_cron_run"),
            (JOB, "_move"),
            ("connector.queue.function", "_register_jobs"),
        ):
            with self.subTest(model=model, method=method):
                with self.assertRaises(AccessError):
                    self.call(self.boss, method, [], model=model)

    def test_nobody_deletes_job_functions_or_makes_new_ones(self):
        model = "connector.queue.function"
        ids = self.env[model].search([], limit=1).ids
        for method, *args in (("create", [{"name": "os.system"}]), ("unlink", ids)):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self.call(self.boss, method, *args, model=model)


class TestButton(RightsCase):
    """Which button works in which state, for whom."""

    targets = {
        "requeue": "pending",
        "button_done": "done",
        "button_cancel": "cancelled",
    }
    sources = {
        "requeue": {"failed", "cancelled"},
        "button_done": {"waiting", "pending", "failed", "cancelled"},
        "button_cancel": {"waiting", "pending"},
    }
    states = ("waiting", "pending", "enqueued", "done", "failed", "cancelled")

    def press(self, button, job, user):
        """Press a button as a user."""
        getattr(job.with_user(user), button)()

    def test_button_moves_a_job_from_its_states(self):
        for button, sources in self.sources.items():
            for state in sorted(sources):
                with self.subTest(button=button, state=state):
                    self.set_state(self.of_ada, state)
                    self.press(button, self.of_ada, self.ada)
                    self.assertEqual(self.of_ada.state, self.targets[button])

    def test_button_is_refused_in_any_other_state(self):
        for button, sources in self.sources.items():
            for state in sorted(set(self.states) - sources):
                self.set_state(self.of_ada, state)
                with self.subTest(button=button, state=state):
                    with self.assertRaises(UserError) as caught:
                        self.press(button, self.of_ada, self.ada)
                    self.assertIn(
                        f"state is {state}, expected one of", str(caught.exception)
                    )
                    self.assertEqual(self.of_ada.state, state)

    def test_button_leaves_alone_what_it_is_not_for(self):
        """One job in another state kept all the others from being moved."""
        for button, sources in self.sources.items():
            other = sorted(set(self.states) - sources)[0]
            self.set_state(self.of_ada, sorted(sources)[0])
            self.set_state(self.of_bob, other)
            with self.subTest(button=button):
                told = getattr(
                    (self.of_ada + self.of_bob).with_user(self.boss), button
                )()
                self.assertEqual(self.of_ada.state, self.targets[button])
                self.assertEqual(self.of_bob.state, other)
                self.assertIn("changed: 1", told["params"]["message"])

    def test_manager_may_act_on_the_jobs_of_others(self):
        self.press("button_cancel", self.of_ada, self.boss)

        self.assertEqual(self.of_ada.state, "cancelled")
        self.assertEqual(self.of_ada.result, "Cancelled by boss (" + MANAGER + ")")

    def test_user_may_not_act_on_the_jobs_of_others(self):
        for button in self.targets:
            with self.subTest(button=button), self.assertRaises(AccessError):
                self.press(button, self.of_bob, self.ada)
        self.assertEqual(self.of_bob.state, "pending")

    def test_user_who_sees_the_jobs_of_others_may_not_act_on_them(self):
        self.env.ref("connector.queue_job_rule_user").domain_force = "[(1, '=', 1)]"
        self.assertIn(self.of_bob, self.env[JOB].with_user(self.ada).search([]))

        for button in self.targets:
            with self.subTest(button=button), self.assertRaises(AccessError) as caught:
                self.press(button, self.of_bob, self.ada)
            self.assertIn("only your own jobs", str(caught.exception))

    def test_cancelled_job_does_not_run(self):
        self.press("button_cancel", self.of_ada, self.ada)

        self.run_jobs()

        self.assertEqual(self.traces.search([]).create_uid, self.bob)

    def test_requeued_job_runs_again(self):
        self.set_state(self.of_ada, "failed")
        self.press("requeue", self.of_ada, self.ada)

        self.run_jobs()

        self.assertEqual(self.of_ada.state, "done")
