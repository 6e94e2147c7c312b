# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of repeated checkpoints, and of their count."""

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tools import mute_logger

from .checkpoint_case import CheckpointCase

REPEAT = "connector.checkpoint.repeat"
NOON = fields.Datetime.to_datetime("2026-01-31 12:00:00")


class RepeatCase(CheckpointCase):
    def begin_transaction(self):
        """Forget what this transaction added, as the next one does."""
        self.env.flush_all()
        self.cr.precommit.data.clear()

    def count_repeats(self):
        """Do what the cron does about repeats."""
        self.env[REPEAT]._count()


class TestMerge(RepeatCase):
    def test_repeat_is_counted_on_the_open_checkpoint(self):
        first = self.add()

        again = self.add()

        self.assertEqual(again, first)
        self.assertEqual(first.seen_count, 2)

    def test_other_subject_is_another_checkpoint(self):
        first = self.add(message="No tax: 7 %", reason="not_mapped")
        shop = self.backend_record.copy()
        for name, other in {
            "message": self.add(message="No tax: 19 %", reason="not_mapped"),
            "reason": self.add(message="No tax: 7 %", reason="conflict"),
            "record": self.add(self.partner, "No tax: 7 %", reason="not_mapped"),
            "backend": shop.add_checkpoint(message="No tax: 7 %", reason="not_mapped"),
        }.items():
            with self.subTest(name):
                self.assertNotEqual(other, first)
        self.assertEqual(first.seen_count, 1)

    def test_reason_says_it_all_about_a_record(self):
        first = self.add(self.partner, "Name differs", reason="conflict")

        again = self.add(self.partner, "Street differs", reason="conflict")

        self.assertEqual(again, first)
        self.assertEqual(first.message, "Street differs")

    def test_message_without_a_reason_is_a_checkpoint_of_its_own(self):
        first = self.add(self.partner, "Name differs")

        self.assertNotEqual(self.add(self.partner, "Street differs"), first)

    def test_reviewed_checkpoint_takes_no_repeat(self):
        first = self.add()
        first.reviewed()

        again = self.add()

        self.assertNotEqual(again, first)
        self.assertEqual(again.state, "need_review")

    def test_checkpoint_whose_facts_changed_takes_no_repeat(self):
        first = self.add(message="No tax: 7 %")
        first.message = "No tax: 19 %"

        self.assertNotEqual(self.add(message="No tax: 7 %"), first)

    @mute_logger("odoo.sql_db")
    def test_database_keeps_one_open_checkpoint(self):
        first = self.add()
        first.reviewed()
        self.add()

        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            first.state = "need_review"
            self.env.flush_all()

    def test_newest_facts_replace_the_old_ones(self):
        first = self.add(reason="conflict", odoo_version={"name": "Ada"})

        self.add(reason="conflict", odoo_version={"name": "Ada King"})

        self.assertIn("Ada King", first.odoo_version)


class TestCount(RepeatCase):
    """A repeat in a later transaction waits for the cron."""

    def setUp(self):
        super().setUp()
        self.checkpoint = self.add(reason="conflict", external_version="1")
        self.begin_transaction()

    def test_repeat_does_not_touch_the_row(self):
        self.add(reason="conflict")
        self.env.flush_all()

        self.assertEqual(self.checkpoint.seen_count, 1)
        self.assertEqual(len(self.env[REPEAT].search([])), 1)

    def test_cron_counts_each_repeat(self):
        self.add(reason="conflict", external_version="2")
        self.add(reason="conflict", external_version="3")

        self.count_repeats()

        self.assertEqual(self.checkpoint.seen_count, 3)
        self.assertEqual(self.checkpoint.external_version, "3")
        self.assertFalse(self.env[REPEAT].search([]))

    def test_counted_checkpoint_takes_further_repeats(self):
        self.add(reason="conflict", external_version="2")
        self.count_repeats()
        self.begin_transaction()

        self.add(reason="conflict")
        self.count_repeats()

        self.assertEqual(self.checkpoint.seen_count, 3)

    def test_last_seen_is_when_it_was_seen(self):
        self.add(reason="conflict")
        self.env[REPEAT].search([]).seen_at = NOON

        self.count_repeats()

        self.assertEqual(self.checkpoint.seen_at, NOON)

    def test_review_takes_the_repeats_that_are_there(self):
        self.add(reason="conflict")
        reviewer = self.new_user("reviewer", "group_connector_reviewer")

        self.checkpoint.with_user(reviewer).reviewed()
        self.count_repeats()

        self.assertEqual(self.checkpoint.state, "reviewed")
        self.assertEqual(self.checkpoint.seen_count, 2)

    def test_repeat_that_the_reviewer_could_not_see_opens_it_again(self):
        """Another transaction still saw it open, and commits after the review."""
        self.checkpoint.reviewed()
        self.env[REPEAT].create({"checkpoint_id": self.checkpoint.id})

        self.count_repeats()

        self.assertEqual(self.checkpoint.state, "need_review")
        self.assertEqual(self.checkpoint.seen_count, 2)

    def test_repeat_of_a_reviewed_one_goes_to_its_successor(self):
        self.checkpoint.reviewed()
        successor = self.add(reason="conflict")
        self.env[REPEAT].create({"checkpoint_id": self.checkpoint.id})

        self.count_repeats()

        self.assertEqual(self.checkpoint.state, "reviewed")
        self.assertEqual(successor.seen_count, 2)
