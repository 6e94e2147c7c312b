# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the review of a checkpoint, and of its effects."""

from odoo.exceptions import AccessError, UserError

from ..models.job import TRACE, end, leave_trace
from .checkpoint_case import CheckpointCase
from .queue_case import QueueCase


class TestReview(CheckpointCase):
    def test_reviewed_sets_the_state(self):
        checkpoint = self.add()

        checkpoint.reviewed()

        self.assertEqual(checkpoint.state, "reviewed")

    def test_chatter_says_who_reviewed(self):
        checkpoint = self.add()
        reviewer = self.new_user("reviewer", "group_connector_reviewer")

        checkpoint.with_user(reviewer).reviewed()

        note = checkpoint.message_ids
        self.assertEqual(note.author_id, reviewer.partner_id)
        self.assertEqual(note.body, "<span>Reviewed</span>")

    def test_second_review_says_nothing(self):
        checkpoint = self.add()
        checkpoint.reviewed()

        checkpoint.reviewed()

        self.assertEqual(len(checkpoint.message_ids), 1)

    def test_bulk_review_takes_few_statements(self):
        few = self._count_review_queries(10)
        many = self._count_review_queries(200)

        self.assertLessEqual(many, few + 20)

    def _count_review_queries(self, count):
        partners = self.env["res.partner"].create([{"name": "Ada"}] * count)
        checkpoints = self.checkpoints.union(*[self.add(one) for one in partners])
        self.env.flush_all()
        before = self.cr.sql_log_count
        checkpoints.reviewed()
        self.flush_tracking()
        return self.cr.sql_log_count - before

    def test_wizard_takes_the_selection_that_waits(self):
        done = self.add(state="reviewed")
        waiting = self.add()
        selection = {
            "active_model": "connector.checkpoint",
            "active_ids": (waiting | done).ids,
        }

        wizard = self.env["connector.checkpoint.review"].with_context(**selection)
        wizard = wizard.create({})

        self.assertEqual(wizard.checkpoint_ids, waiting)

    def test_wizard_ignores_a_selection_of_other_records(self):
        self.add()
        selection = {"active_model": "res.partner", "active_ids": self.partner.ids}

        wizards = self.env["connector.checkpoint.review"].with_context(**selection)

        self.assertFalse(wizards.new().checkpoint_ids)

    def test_wizard_reviews_all(self):
        checkpoints = self.add() | self.add(message="No tax: 7 %")
        wizard = self.env["connector.checkpoint.review"].create(
            {"checkpoint_ids": checkpoints.ids}
        )

        answer = wizard.review()

        self.assertEqual(set(checkpoints.mapped("state")), {"reviewed"})
        self.assertEqual(answer, {"type": "ir.actions.act_window_close"})

    def test_record_is_one_click_away(self):
        action = self.add().action_open_record()

        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(action["res_id"], self.partner.id)

    def test_opening_a_deleted_record_says_what_to_do(self):
        checkpoint = self.add()
        self.partner.unlink()

        with self.assertRaises(UserError) as caught:
            checkpoint.action_open_record()

        self.assertIn(
            f"Contact #{checkpoint.record_id} (deleted)", str(caught.exception)
        )
        self.assertIn("Press Reviewed", str(caught.exception))

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()


class TestAssign(CheckpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada = cls.new_user("ada", "group_connector_user")
        cls.bob = cls.new_user("bob", "group_connector_reviewer")

    def test_assignee_gets_an_activity(self):
        checkpoint = self.add(message="No tax: 7 %")

        checkpoint.with_user(self.bob).user_id = self.ada

        [activity] = checkpoint.activity_ids
        self.assertEqual(activity.user_id, self.ada)
        self.assertEqual(activity.summary, "Review a checkpoint")

    def test_activity_moves_with_the_checkpoint(self):
        checkpoint = self.add(user_id=self.ada.id)

        checkpoint.user_id = self.bob

        self.assertEqual(checkpoint.activity_ids.user_id, self.bob)

    def test_nobody_is_asked_for_what_nobody_has(self):
        checkpoint = self.add(user_id=self.ada.id)

        checkpoint.user_id = False

        self.assertFalse(checkpoint.activity_ids)

    def test_review_ends_the_activity_and_no_other(self):
        checkpoint = self.add(user_id=self.ada.id)
        call = checkpoint.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.bob.id
        )

        checkpoint.with_user(self.bob).reviewed()

        self.assertEqual(checkpoint.activity_ids, call)

    def test_reopened_checkpoint_asks_again(self):
        checkpoint = self.add(user_id=self.ada.id)
        checkpoint.reviewed()

        checkpoint.state = "need_review"

        self.assertEqual(checkpoint.activity_ids.user_id, self.ada)

    def test_reviewer_takes_a_checkpoint(self):
        checkpoint = self.add()

        checkpoint.with_user(self.bob).action_assign_to_me()

        self.assertEqual(checkpoint.user_id, self.bob)


class TestRetry(CheckpointCase, QueueCase):
    """Resolve and retry: the linked job runs again."""

    def setUp(self):
        super().setUp()
        self.reviewer = self.new_user("reviewer", "group_connector_reviewer")
        session = self.session_of(self.new_user("importer"))
        self.failed = self.job(end.delay(session, TRACE, "late", error="No tax"))
        self.run_jobs()

    def test_failed_job_runs_again(self):
        checkpoint = self.add(job=self.failed.uuid)
        self.assertEqual(checkpoint.job_state, "failed")

        checkpoint.with_user(self.reviewer).action_resolve_and_retry()

        self.assertEqual(self.failed.state, "pending")
        self.assertEqual(checkpoint.state, "reviewed")

    def test_job_says_who_had_it_tried_again(self):
        checkpoint = self.add(job=self.failed.uuid)

        checkpoint.with_user(self.reviewer).action_resolve_and_retry()

        note = self.failed.message_ids[:1]
        self.assertIn("resolved the checkpoint", note.body)
        self.assertEqual(note.author_id, self.reviewer.partner_id)

    def test_job_is_tried_once_for_many_checkpoints(self):
        several = self.add(job=self.failed.uuid) | self.add(
            message="No tax", job=self.failed.uuid
        )

        answer = several.action_resolve_and_retry()

        self.assertEqual(
            answer["params"]["message"], "Checkpoints reviewed: 2. Jobs retried: 1."
        )

    def test_job_that_did_not_fail_is_left_alone(self):
        done = self.job(leave_trace.delay(self.session, TRACE))
        self.run_jobs()
        checkpoint = self.add(job=done.uuid)

        checkpoint.action_resolve_and_retry()

        self.assertEqual(done.state, "done")
        self.assertEqual(checkpoint.state, "reviewed")

    def test_checkpoint_without_a_job_is_reviewed(self):
        checkpoint = self.add()

        checkpoint.action_resolve_and_retry()

        self.assertEqual(checkpoint.state, "reviewed")

    def test_deleted_job_is_no_trouble(self):
        checkpoint = self.add(job=self.failed.uuid)
        self.env.flush_all()
        self.cr.execute(
            "DELETE FROM connector_queue_job WHERE id = %s", [self.failed.id]
        )
        self.env.invalidate_all()

        rows = self.checkpoints.web_search_read(
            [("id", "=", checkpoint.id)],
            {"job_id": {"fields": {"display_name": {}}}, "job_state": {}},
        )
        checkpoint.action_resolve_and_retry()

        (row,) = rows["records"]
        self.assertFalse(row["job_id"] or row["job_state"])
        self.assertEqual(checkpoint.state, "reviewed")

    def test_who_cannot_review_cannot_retry(self):
        checkpoint = self.add(job=self.failed.uuid)
        ada = self.new_user("ada", "group_connector_user")

        with self.assertRaises(AccessError):
            checkpoint.with_user(ada).action_resolve_and_retry()

        self.assertEqual(self.failed.state, "failed")
