# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the dialogs of jobs."""

from odoo.exceptions import AccessError
from odoo.tests import Form

from .queue_case import JOB
from .test_queue_change import ChangeCase


class TestRequeueWizard(ChangeCase):
    def wizard(self, jobs, name="requeue", **context):
        """Return the dialog for selected jobs, before it is saved."""
        context = {"active_model": JOB, "active_ids": jobs.ids, **context}
        return Form(self.env[f"connector.queue.{name}"].with_context(**context))

    def test_selected_jobs_run_again(self):
        jobs = self.delay() + self.delay()
        jobs.button_cancel()

        self.wizard(jobs).save().requeue()

        self.assertEqual(jobs.mapped("state"), ["pending", "pending"])

    def test_jobs_that_cannot_run_again_are_left_out(self):
        cancelled, waiting = self.delay(), self.delay()
        cancelled.button_cancel()

        wizard = self.wizard(cancelled + waiting).save()

        self.assertEqual(wizard.job_ids, cancelled)

    def test_nothing_is_selected_elsewhere(self):
        jobs = self.delay()
        jobs.button_cancel()

        wizard = self.env["connector.queue.requeue"].with_context(
            active_model="res.partner", active_ids=jobs.ids
        )

        self.assertFalse(wizard.new().job_ids)

    def test_selected_jobs_are_rescheduled(self):
        waiting, started = self.delay(), self.delay()
        self.take(started)
        eta = self.in_an_hour()

        with self.wizard(waiting + started, "reschedule") as form:
            form.is_urgency_changed = True
            form.priority = 1
            form.eta = eta
        form.record.reschedule()

        self.assertEqual(form.record.job_ids, waiting)
        self.assertEqual((waiting.priority, waiting.eta), (1, eta))
        self.assertEqual((started.priority, started.eta), (10, False))

    def test_what_is_not_said_stays(self):
        jobs = self.delay(priority=3, eta=60)
        eta = jobs.eta

        self.wizard(jobs, "reschedule").save().reschedule()

        self.assertEqual((jobs.priority, jobs.eta), (3, eta))

    def test_jobs_of_others_are_out_of_reach(self):
        user = self.new_user("mine", "connector.group_connector_user")
        jobs = self.delay()
        jobs.button_cancel()
        for name in ("requeue", "reschedule"):
            dialogs = self.env[f"connector.queue.{name}"].with_user(user)
            with self.subTest(name), self.assertRaises(AccessError):
                dialogs.create({"job_ids": [(6, 0, jobs.ids)]})

    def test_no_foreign_key_leads_to_the_jobs(self):
        """Each would be asked for every job that is deleted."""
        self.env.cr.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid = 'connector_queue_job'::regclass"
        )

        self.assertEqual(self.env.cr.fetchall(), [])
