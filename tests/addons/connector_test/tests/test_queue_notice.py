# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of notifications of failed jobs."""

from odoo.tests import new_test_user

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase


@job
def break_down(session, _model_name, what="the engine"):
    """Fail for good."""
    raise ValueError(f"{what} broke")


class NoticeCase(QueueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["connector.queue.function"]._register_jobs()
        cls.manager = new_test_user(
            cls.env, "notice_manager", "connector.group_connector_manager"
        )
        cls.function = cls.env["connector.queue.function"].search(
            [("name", "=", f"{__name__}.break_down")]
        )

    def setUp(self):
        super().setUp()
        self.patch(self.env.registry["ir.cron"], "_commit_progress", self.go_on)

    def go_on(self, *_args, **_options) -> float:
        """Stand for the commit of the cron; the test keeps its transaction."""
        return float("inf")

    def failed(self, count=1, **options):
        """Return jobs that failed."""
        calls = [(f"part {number}",) for number in range(count)]
        uuids = break_down.delay_many(self.session, TRACE, calls, **options)
        self.run_jobs()
        return self.env[JOB].search([("uuid", "in", uuids)], order="id")

    def notify(self) -> None:
        """Do what the cron does."""
        self.env[JOB]._cron_notify()

    def texts(self, jobs) -> list[str]:
        """Return the texts of the notes on jobs, the first first."""
        notes = self.env["mail.message"].search(
            [
                ("model", "=", JOB),
                ("res_id", "in", jobs.ids),
                ("subtype_id", "=", self.env.ref("connector.mt_job_failed").id),
            ],
            order="id",
        )
        return [str(note.body) for note in notes]

    def end_hour(self) -> None:
        """Let the hour of the function's notes be over."""
        self.env.cr.execute(
            "UPDATE connector_queue_function"
            " SET notes_end_at = notes_end_at - INTERVAL '1 hour'"
        )


class TestNotice(NoticeCase):
    def test_managers_are_told_of_a_failed_job(self):
        jobs = self.failed()

        self.notify()

        self.assertIn("The job failed: part 0 broke", *self.texts(jobs))
        self.assertIn(self.manager.partner_id, jobs.message_partner_ids)
        note = jobs.message_ids.filtered("notified_partner_ids")
        self.assertIn(self.manager.partner_id, note.notified_partner_ids)
        self.assertTrue(jobs.date_notified)

    def test_failure_is_told_once(self):
        jobs = self.failed()

        self.notify()
        self.notify()

        self.assertEqual(len(self.texts(jobs)), 1)

    def test_job_that_did_not_fail_is_not_told(self):
        jobs = self.job(leave_trace.delay(self.session, TRACE))
        self.run_jobs()

        self.notify()

        self.assertEqual(self.texts(jobs), [])
        self.assertFalse(jobs.message_follower_ids)

    def test_nothing_is_said_while_the_job_runs(self):
        """The worker goes on at once: mail is not its business."""
        jobs = self.failed()

        self.assertEqual(self.texts(jobs), [])
        self.assertFalse(jobs.message_follower_ids)

    def test_job_that_fails_again_is_told_again(self):
        jobs = self.failed()
        self.notify()

        jobs.requeue()
        self.run_jobs()
        self.notify()

        self.assertEqual(len(self.texts(jobs)), 2)

    def test_thousand_failures_cost_a_handful_of_notes(self):
        jobs = self.failed(1000)

        self.notify()

        texts = self.texts(jobs)
        self.assertEqual(len(texts), 4)
        self.assertIn("997 more jobs of", texts[3])
        self.assertIn(
            "break_down failed. The last one is this job: part 999 broke", texts[3]
        )
        self.assertEqual(len(jobs.filtered("date_notified")), 1000)

    def test_next_failures_of_the_hour_wait_for_its_end(self):
        self.failed(5)
        self.notify()
        late = self.failed(2)

        self.notify()
        self.assertEqual(self.texts(late), [])
        self.assertFalse(any(late.mapped("date_notified")))

        self.end_hour()
        self.notify()
        self.assertEqual(len(self.texts(late)), 2)

    def test_notes_of_the_hour_are_counted_over_the_minutes(self):
        for _minute in range(3):
            jobs = self.failed()
            self.notify()
            self.assertIn("The job failed", self.texts(jobs)[0])
        jobs = self.failed(2)

        self.notify()

        self.assertEqual(len(self.texts(jobs)), 1)
        self.assertIn("2 more jobs", self.texts(jobs)[0])

    def test_number_of_notes_is_set_per_function(self):
        self.function.note_limit = 0
        jobs = self.failed(2)

        self.notify()

        self.assertEqual(len(self.texts(jobs)), 1)
        self.assertIn("2 more jobs", self.texts(jobs)[0])

    def test_each_company_is_told_of_its_own(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "stranger",
            "connector.group_connector_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.function.note_limit = 0
        ours = self.failed(2)
        theirs = self.job(
            break_down.delay(self.session_of(stranger, company_id=company.id), TRACE)
        )
        self.run_jobs()

        self.notify()

        self.assertIn("2 more jobs", self.texts(ours)[0])
        self.assertIn("The job failed", self.texts(theirs)[0])
        self.assertNotIn(stranger.partner_id, ours.message_partner_ids)
        self.assertIn(stranger.partner_id, theirs.message_partner_ids)
        self.assertNotIn(self.manager.partner_id, theirs.message_partner_ids)

    def test_job_of_a_function_without_a_row_is_told(self):
        jobs = self.failed()
        self.env.cr.execute("UPDATE connector_queue_job SET job_function_id = 0")

        self.notify()

        self.assertEqual(len(self.texts(jobs)), 1)

    def test_note_leaves_the_rest_of_the_row_alone(self):
        jobs = self.failed()
        columns = "state, result, exc_info, attempt, date_done"
        statement = f"SELECT {columns} FROM connector_queue_job WHERE id = %s"
        self.env.cr.execute(statement, jobs.ids)
        before = self.env.cr.fetchall()

        self.notify()
        self.env.flush_all()

        self.env.cr.execute(statement, jobs.ids)
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_failure_counts_as_told_only_with_its_note(self):
        """The cron may die in between: a failure is told once more, never not."""
        jobs = self.failed(5)

        def die(*_args, **_options):
            raise MemoryError

        self.patch(self.env.registry[JOB], "_message_failed_jobs", die)
        with self.assertRaises(MemoryError), self.env.cr.savepoint():
            self.notify()

        self.env.invalidate_all()
        self.assertFalse(any(jobs.mapped("date_notified")))

    def test_text_and_readers_can_be_overridden(self):
        model = self.env.registry[JOB]
        self.patch(model, "_message_failed_job", lambda job: f"Oh, {job.name}")
        self.patch(model, "_get_subscribe_users_domain", lambda _job: [(0, "=", 1)])
        jobs = self.failed()

        self.notify()

        self.assertIn("Oh, Fail for good.", *self.texts(jobs))
        self.assertFalse(jobs.message_partner_ids)

    def test_notes_go_with_their_job(self):
        jobs = self.failed()
        self.notify()
        self.env.cr.execute(
            "UPDATE connector_queue_job SET date_done = date_done - INTERVAL '1 year'"
        )

        self.env[JOB].autovacuum()

        self.assertFalse(jobs.exists())
        self.assertEqual(self.texts(jobs), [])
        followers = self.env["mail.followers"].search([("res_model", "=", JOB)])
        self.assertFalse(followers.filtered(lambda one: one.res_id in jobs.ids))

    def test_failures_are_found_by_their_index(self):
        """Also where they come after a million others."""
        self.env.cr.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
        )

        self.env.cr.execute(
            f"EXPLAIN {store.notice.REPORT_ONE_BY_ONE}", {"function_id": 1, "limit": 1}
        )

        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("connector_queue_job_untold_idx", plan)
