# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of actions on very many jobs at once."""

import json

from odoo.exceptions import AccessError, UserError

from odoo.addons.connector.models.queue_job import bulk
from odoo.addons.connector.queue import store

from ..models.job import TRACE, end, leave_trace
from .queue_case import JOB, QueueRaceCase
from .test_queue_change import ChangeCase

USER = "connector.group_connector_user"
ALL = [("model_name", "=", TRACE)]


class SelectionCase(ChangeCase):
    def setUp(self):
        super().setUp()
        self.patch(bulk, "PART", 2)

    def act(self, button, user=None, domain=ALL):
        """Press a button on all jobs; return what is said about it."""
        jobs = self.env[JOB].with_user(user) if user else self.env[JOB]
        return jobs.act_on_all(button, domain)["params"]["message"]

    def states(self, jobs):
        """Return the states of jobs, as the database has them."""
        jobs.invalidate_recordset()
        return jobs.mapped("state")


class TestSelection(SelectionCase):
    def test_button_moves_all_that_are_in_a_state_for_it(self):
        jobs = sum((self.delay() for _ in range(5)), self.env[JOB])
        self.take(jobs[1])

        told = self.act("button_cancel")

        expected = ["cancelled", "enqueued", "cancelled", "cancelled", "cancelled"]
        self.assertEqual(self.states(jobs), expected)
        self.assertIn("Jobs changed: 4", told)

    def test_failed_jobs_run_again(self):
        jobs = self.job(end.delay(self.session, TRACE, "x", error="no"))
        self.run_jobs()

        self.act("requeue")

        self.assertEqual(self.states(jobs), ["pending"])

    def test_failed_chain_runs_again_in_its_order(self):
        """Also where a child comes in an earlier part than its parent."""
        parent = end.delayable(self.session, TRACE, "first")
        child = end.delayable(self.session, TRACE, "second")
        child_uuid, parent_uuid = child.delay(), None
        jobs = self.job(child_uuid)
        parent_uuid = parent.delay()
        jobs += self.job(parent_uuid)
        store.insert_edges(self.env.cr, [(parent_uuid, child_uuid, "done")])
        jobs.button_cancel()
        self.patch(bulk, "PART", 1)

        self.act("requeue")

        self.assertEqual(self.states(jobs), ["waiting", "pending"])

    def test_domain_is_kept(self):
        one, other = self.delay(), self.delay()

        self.act("button_done", domain=[("uuid", "=", one.uuid)])

        self.assertEqual(self.states(one + other), ["done", "pending"])

    def test_running_jobs_are_asked_to_stop(self):
        job, waiting = self.delay(), self.delay()
        self.take(job)

        self.act("button_stop")

        mine = [("job_id", "in", (job + waiting).ids)]  # other tests leave wishes
        wishes = self.env["connector.queue.cancel"].search(mine)
        self.assertEqual(wishes.job_id, job)
        self.assertEqual(self.states(waiting), ["pending"])

    def test_user_acts_on_own_jobs_only(self):
        ada = self.new_user("ada", USER)
        session = self.session_of(ada)
        mine = self.job(leave_trace.delay(session, TRACE))
        other = self.delay()
        self.env.ref("connector.queue_job_rule_user").domain_force = "[(1, '=', 1)]"

        self.act("button_cancel", user=ada)

        self.assertEqual(self.states(mine + other), ["cancelled", "pending"])

    def test_other_methods_are_out_of_reach(self):
        for button in ("unlink", "_move", "write"):
            with self.subTest(button), self.assertRaisesRegex(UserError, button):
                self.act(button)

    def test_jobs_that_waited_for_them_are_told(self):
        parent = end.delayable(self.session, TRACE, "first")
        child = end.delayable(self.session, TRACE, "second")
        parent.on_done(child).delay()
        jobs = self.job(parent.uuid) + self.job(child.uuid)

        self.act("button_done", domain=[("uuid", "=", parent.uuid)])

        self.assertEqual(jobs.child_edge_ids.mapped("state"), ["met"])
        self.assertIn("connector.queue.unblock", self.env.cr.postcommit.data)


class TestDialog(SelectionCase):
    """The dialogs, opened on all that match a filter."""

    def dialog(self, name, **values):
        """Return a dialog as the list opens it."""
        model = self.env[f"connector.queue.{name}"].with_context(selected_domain=ALL)
        return model.create(values)

    def test_all_run_again_later(self):
        jobs = self.delay() + self.delay() + self.delay()
        jobs.button_cancel()
        eta = self.in_an_hour()

        dialog = self.dialog("requeue", eta=eta)
        dialog.requeue()

        self.assertEqual(json.loads(dialog.domain), [list(ALL[0])])
        self.assertEqual(self.states(jobs), ["pending"] * 3)
        self.assertEqual(jobs.mapped("eta"), [eta] * 3)
        self.assertEqual(self.run_jobs(), 0)

    def test_all_that_have_not_started_change_their_channel(self):
        waiting, started = self.delay(), self.delay()
        self.take(started)
        channels = self.env["connector.queue.channel"]
        shop = channels.browse(channels._id_of("root.shop"))

        self.dialog("reschedule", channel_id=shop.id).reschedule()
        self.env.invalidate_all()

        self.assertEqual(waiting.channel, "root.shop")
        self.assertEqual(started.channel, "root")
        self.assertEqual(waiting.priority, 10)


class TestOneJob(ChangeCase):
    def test_failed_job_is_tried_again_later(self):
        job = self.delay()
        job.button_cancel()
        eta = self.in_an_hour()

        dialog = self.env["connector.queue.requeue"].create(
            {"job_ids": [(6, 0, job.ids)], "eta": eta}
        )
        dialog.requeue()

        self.assertEqual((job.state, job.eta, job.hold), ("pending", eta, "eta"))

    def test_job_that_waits_for_its_time_starts_now(self):
        job = self.delay(eta=3600)

        job.button_start_now()

        self.assertEqual(self.run_jobs(), 1)

    def test_user_starts_no_job_of_others(self):
        job = self.delay(eta=3600)
        ada = self.new_user("ada", USER)

        with self.assertRaises(AccessError):
            job.with_user(ada).button_start_now()
        self.assertTrue(job.eta)


class TestCollision(QueueRaceCase):
    """Workers take jobs while somebody cancels all of them."""

    def test_job_that_changed_meanwhile_is_left_and_the_others_are_moved(self):
        session = self.open_session()
        leave_trace.delay_many(session, TRACE, [()] * 9)
        session.commit()
        env = self.open_env()
        jobs = env[JOB].search([], order="id")  # its snapshot begins
        taken = jobs.ids[3:5]
        self.query(
            "UPDATE connector_queue_job SET state = 'enqueued', worker_id = 1"
            " WHERE id = ANY(%s)",
            taken,
        )

        env[JOB].act_on_all("button_cancel", [])
        env.cr.commit()

        states = self.query("SELECT id, state FROM connector_queue_job ORDER BY id")
        for job_id, state in states:
            expected = "enqueued" if job_id in taken else "cancelled"
            self.assertEqual(state, expected)

    def test_refused_statement_is_not_logged(self):
        """A person would read it as an error; it is what we expect."""
        session = self.open_session()
        leave_trace.delay(session, TRACE)
        session.commit()
        env = self.open_env()
        ids = env[JOB].search([]).ids
        self.query("UPDATE connector_queue_job SET priority = 3")

        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            moved = list(
                bulk.act_in_parts(
                    env.cr,
                    ids,
                    lambda cr, some: store.move_jobs(
                        cr, some, ["pending"], "done", None
                    ),
                )
            )

        self.assertEqual(moved, [])
