# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the alerts about what keeps jobs from running."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.connector.models.queue.worker_alerts import CRON
from odoo.addons.connector.queue import store

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, insert_row, make_channel


class TestTrouble(QueueCase):
    def setUp(self):
        super().setUp()
        self.workers = self.env["connector.queue.worker"]
        self.env.cr.execute("DELETE FROM connector_queue_worker")
        self.cron = self.env.ref(CRON)
        self.cron.nextcall = fields.Datetime.now()

    def add_worker(self, **values):
        """Let a worker be alive, as one behind a pooler is."""
        worker = {
            "uuid": "x",
            "host": "here",
            "pid": 7,
            "is_pooled": True,
            "date_alive": fields.Datetime.now(),
        }
        insert_row(self.env, self.workers._name, **{**worker, **values})

    def find(self) -> dict[str, str]:
        """Return title and text of the troubles by their kind."""
        self.env.flush_all()
        return {
            one["kind"]: f"{one['title']} {one['text']}"
            for one in self.workers._find_troubles()
        }

    def test_nothing_is_told_while_the_cron_runs_the_jobs(self):
        self.assertEqual(self.find(), {})

    def test_nothing_is_told_while_workers_serve_all(self):
        self.add_worker()

        self.assertEqual(self.find(), {})

    def test_server_with_wrong_settings_is_told_with_the_reason(self):
        self.add_worker(refusal="Unknown setting 'thread'.")

        self.assertIn(
            "on here (process 7) runs no jobs. Unknown setting 'thread'.",
            self.find()["refusal"],
        )

    def test_addons_that_are_about_to_change_are_told(self):
        self.env.ref("base.module_mail").state = "to upgrade"

        self.assertIn("Pending changes: mail.", self.find()["changing"])

    def test_unknown_channels_are_told(self):
        self.add_worker(only_channels="root.shpo", unknown_channels="root.shpo")

        self.assertIn("Not found: root.shpo.", self.find()["unknown"])

    def test_channels_with_work_that_nobody_serves_are_told(self):
        self.add_worker(only_channels="root.bank, root.shop")
        for name in ("root.shop.in", "root.stock"):
            make_channel(self.env, name)
        leave_trace.delay(self.session, TRACE, channel="root.shop.in")
        self.assertEqual(self.find(), {})

        leave_trace.delay(self.session, TRACE, channel="root.stock")

        self.assertIn("No worker serves root.stock:", self.find()["unserved"])

    def test_worker_of_all_channels_serves_what_the_others_leave(self):
        self.add_worker(only_channels="root.bank")
        self.add_worker()
        make_channel(self.env, "root.stock")
        leave_trace.delay(self.session, TRACE, channel="root.stock")

        self.assertEqual(self.find(), {})

    def test_jobs_in_a_channel_that_is_gone_are_told(self):
        self.add_worker()
        uuids = leave_trace.delay_many(self.session, TRACE, [()] * 3)
        leave_trace.delay(self.session, TRACE, eta=3600)
        self.assertEqual(self.find(), {})

        for number, uuid in enumerate(uuids):
            self.env.cr.execute(
                "UPDATE connector_queue_job SET channel_id = %s WHERE uuid = %s",
                [999_001 + number // 2, uuid],
            )

        told = self.find()["lost"]
        self.assertIn("3 jobs in No. 999001, No. 999002", told)
        self.assertIn("Reschedule", told)

    def test_jobs_that_wait_for_later_in_a_channel_that_is_gone_are_told(self):
        self.add_worker()
        leave_trace.delay(self.session, TRACE, eta=3600)
        leave_trace.delayable(self.session, TRACE).on_done(
            leave_trace.delayable(self.session, TRACE)
        ).delay()
        self.env.cr.execute(
            "UPDATE connector_queue_job SET channel_id = 999001"
            " WHERE state = 'waiting' OR hold = 'eta'"
        )

        self.assertIn("2 jobs in No. 999001", self.find()["lost"])

    def test_jobs_that_ended_in_a_channel_that_is_gone_are_not_told(self):
        self.add_worker()
        leave_trace.delay_many(self.session, TRACE, [()] * 2)
        self.env.cr.execute(
            "UPDATE connector_queue_job SET channel_id = 999001, state = 'failed'"
        )

        self.assertEqual(self.find(), {})

    def test_cron_that_does_not_run_is_told(self):
        self.cron.nextcall -= timedelta(minutes=6)
        self.assertIn("connector_worker -d", self.find()["nobody"])

        self.add_worker()
        self.assertEqual(self.find(), {})

    def test_cron_that_was_switched_off_is_told(self):
        self.cron.active = False

        self.assertIn("Nothing runs the jobs.", self.find()["nobody"])

    def make_new(self):
        """Make the database one that the workers have not noted."""
        store.withdraw(self.env.cr, store.find_identity(self.env.cr))

    def test_new_database_is_told_alone_with_the_time_that_is_left(self):
        self.cron.active = False
        self.make_new()
        self.assertIn("idle for a while.", self.find()["new"])

        store.judge(self.env.cr, store.find_identity(self.env.cr), 40)

        self.assertEqual(self.find().keys(), {"new"})
        self.assertIn("Jobs start in 40 s if", self.find()["new"])
        self.assertIn("neutralize -d", self.find()["new"])

    def test_neutralized_database_is_told_alone_with_the_remedy(self):
        self.cron.active = False
        self.make_new()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)

        self.assertEqual(self.find().keys(), {"neutralized"})
        self.assertIn("delete the system parameter", self.find()["neutralized"])

    def test_only_managers_are_offered_to_begin(self):
        self.make_new()
        self.env.flush_all()
        jobs = self.env["connector.queue.job"]
        boss = new_test_user(self.env, "boss", "connector.group_connector_manager")
        ada = new_test_user(self.env, "ada", "connector.group_connector_user")

        (for_boss,) = jobs.with_user(boss).find_warnings()
        (for_ada,) = jobs.with_user(ada).find_warnings()

        self.assertTrue(for_boss["can_begin"])
        self.assertFalse(for_ada["can_begin"])
