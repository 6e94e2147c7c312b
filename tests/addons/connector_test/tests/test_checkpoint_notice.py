# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of notifications of new checkpoints."""

from datetime import timedelta

from odoo import fields

from .checkpoint_case import CheckpointCase


class TestNotice(CheckpointCase):
    def tell(self):
        """Do what the cron does, without its commits."""
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1)
        self.checkpoints._cron_tell()

    def add_many(self, count, **details):
        """Add checkpoints for so many contacts."""
        return self.checkpoints.union(
            *[self.add_other(**details) for _ in range(count)]
        )

    def notes(self, checkpoints):
        """Return what was said, the first first."""
        return checkpoints.message_ids.sorted("id").mapped("body")

    def test_managers_follow(self):
        manager = self.new_user("manager", "group_connector_manager")
        reviewer = self.new_user("reviewer", "group_connector_reviewer")
        checkpoint = self.add()

        self.tell()

        self.assertIn(manager.partner_id, checkpoint.message_partner_ids)
        self.assertNotIn(reviewer.partner_id, checkpoint.message_partner_ids)

    def test_managers_follow_only_for_their_companies(self):
        there = self.env["res.company"].create({"name": "Elsewhere"})
        self.backend_record.company_id = there
        here = self.new_user("manager", "group_connector_manager")
        both = self.new_user(
            "both",
            "group_connector_manager",
            company_ids=[(4, there.id), (4, self.env.company.id)],
        )
        checkpoint = self.add()

        self.tell()

        self.assertIn(both.partner_id, checkpoint.message_partner_ids)
        self.assertNotIn(here.partner_id, checkpoint.message_partner_ids)

    def test_synchronizing_user_does_not_follow(self):
        stranger = self.new_user("stranger")
        backend = self.backend_record.with_user(stranger)
        checkpoint = backend.add_checkpoint("res.partner", self.partner.id).sudo()

        self.tell()

        self.assertNotIn(stranger.partner_id, checkpoint.message_partner_ids)

    def test_comment_asks_for_a_review(self):
        checkpoint = self.add()

        self.tell()

        note = checkpoint.message_ids
        self.assertIn("A Contact needs a review.", note.body)
        self.assertEqual(note.message_type, "comment")
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_comment"))

    def test_comment_says_the_message(self):
        checkpoint = self.add(message="1 < 2")

        self.tell()

        self.assertIn("1 &lt; 2", checkpoint.message_ids.body)

    def test_import_says_nothing_itself(self):
        self.assertFalse(self.add().message_ids)

    def test_checkpoint_is_told_once(self):
        checkpoint = self.add()

        self.tell()
        self.tell()

        self.assertEqual(len(checkpoint.message_ids), 1)

    def test_few_are_told_one_by_one_and_the_others_together(self):
        checkpoints = self.add_many(12)

        self.tell()

        notes = self.notes(checkpoints)
        self.assertEqual(len(notes), 6)
        last = f"The last one: Contact #{checkpoints[-1:].record_id}"
        self.assertIn(f"7 more checkpoints of Shop. {last}", notes[-1])

    def test_rest_of_the_hour_is_silent(self):
        self.add_many(12)
        self.tell()
        later = self.add_many(3)

        self.tell()
        self.assertFalse(later.message_ids)

        self.checkpoints.search([]).filtered("told_at").told_at = (
            fields.Datetime.now() - timedelta(hours=1, seconds=1)
        )
        self.tell()
        self.assertEqual(len(later.message_ids), 3)

    def test_backend_does_not_silence_another(self):
        self.add_many(12)
        self.tell()
        other = self.backend_record.copy().add_checkpoint(message="No tax: 7 %")

        self.tell()

        self.assertEqual(len(other.message_ids), 1)

    def test_reviewed_checkpoint_is_not_told(self):
        checkpoint = self.add(state="reviewed")
        said = checkpoint.message_ids

        self.tell()

        self.assertEqual(checkpoint.message_ids, said)

    def test_assignee_is_asked_and_no_manager(self):
        ada = self.new_user("ada", "group_connector_user")
        self.backend_record.checkpoint_user_id = ada
        manager = self.new_user("manager", "group_connector_manager")
        checkpoint = self.add()
        self.assertEqual(checkpoint.user_id, ada)

        self.tell()

        self.assertEqual(checkpoint.activity_ids.user_id, ada)
        self.assertNotIn(manager.partner_id, checkpoint.message_partner_ids)

    def test_assignee_of_a_crowd_is_asked_a_few_times(self):
        self.backend_record.checkpoint_user_id = self.new_user("ada")
        checkpoints = self.add_many(12)

        self.tell()

        activities = checkpoints.activity_ids.sorted("id")
        self.assertEqual(len(activities), 6)
        self.assertIn("7 more checkpoints of Shop", activities[-1].summary)

    def test_lost_backend_does_not_stop_the_notice(self):
        self.lose_addon(self.add())
        checkpoint = self.add(message="No tax: 7 %")

        self.tell()

        self.assertEqual(len(checkpoint.message_ids), 1)

    def test_each_more_costs_two_statements(self):
        self.add()
        self.env.flush_all()

        few = self._count_queries(10)
        many = self._count_queries(60)

        self.assertLessEqual(many - few, 2 * 50)

    def _count_queries(self, count):
        partners = self.env["res.partner"].create([{"name": "Bob"}] * count)
        self.env.flush_all()
        before = self.cr.sql_log_count
        for partner in partners:
            self.add(partner)
        self.env.flush_all()
        self.cr.precommit.run()
        return self.cr.sql_log_count - before
