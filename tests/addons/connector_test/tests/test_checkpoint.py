# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What do connectors and reviewers do with a checkpoint?"""

from psycopg2.errors import CheckViolation, NotNullViolation

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tools import mute_logger

from odoo.addons.connector.checkpoint.checkpoint import (
    add_checkpoint,
    add_checkpoint_message,
)
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.session import ConnectorSession

from .checkpoint_case import CheckpointCase


class TestAdd(CheckpointCase):
    def setUp(self):
        super().setUp()
        self.source = (self.backend_record._name, self.backend_record.id)

    def test_helper_adds_a_checkpoint_for_a_record(self):
        checkpoint = add_checkpoint(
            self.session, "res.partner", self.partner.id, *self.source
        )

        self.assertRecordValues(
            checkpoint,
            [
                {
                    "model_id": self.env["ir.model"]._get("res.partner").id,
                    "model": "res.partner",
                    "record_id": self.partner.id,
                    "record": self.partner,
                    "backend_id": self.backend_record,
                    "state": "need_review",
                }
            ],
        )
        self.assertFalse(checkpoint.message)

    def test_helper_keeps_the_message(self):
        checkpoint = add_checkpoint(
            self.session, "res.partner", self.partner.id, *self.source, message="Look!"
        )

        self.assertEqual(checkpoint.message, "Look!")
        self.assertEqual(checkpoint.record, self.partner)

    def test_message_helper_needs_no_record(self):
        checkpoint = add_checkpoint_message(self.session, *self.source, "No tax: 7 %")

        self.assertEqual(checkpoint.message, "No tax: 7 %")
        self.assertEqual(checkpoint.backend_id, self.backend_record)
        self.assertFalse(checkpoint.record)

    def test_backend_adds_a_checkpoint_for_a_record(self):
        checkpoint = self.backend_record.add_checkpoint(
            model="res.partner", record_id=self.partner.id, message="Look!"
        )

        self.assertEqual(checkpoint.record, self.partner)
        self.assertEqual(checkpoint.message, "Look!")
        self.assertEqual(checkpoint.backend_id, self.backend_record)

    def test_backend_adds_a_message(self):
        checkpoint = self.backend_record.add_checkpoint(message="No tax: 7 %")

        self.assertEqual(checkpoint.message, "No tax: 7 %")
        self.assertFalse(checkpoint.record_id)

    def test_nothing_to_say_adds_no_checkpoint(self):
        checkpoint = self.backend_record.add_checkpoint(model="res.partner")

        self.assertIsNone(checkpoint)

    def test_unknown_model_is_refused(self):
        with self.assertRaises(InvalidUsageError) as caught:
            add_checkpoint(self.session, "no.such.model", 7, *self.source)

        self.assertIsInstance(caught.exception, AssertionError)
        self.assertEqual(
            str(caught.exception),
            "Cannot add a checkpoint for 'no.such.model' 7: there is no such model in "
            "this database. Correct the name of the model, or install the addon that "
            "defines it.",
        )

    def test_database_refuses_a_checkpoint_about_nothing(self):
        backend = "{},{}".format(*self.source)

        for vals in ({}, {"message": ""}, {"record_id": 0}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self.checkpoints.create({"backend_id": backend, **vals})

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_checkpoint_of_no_backend(self):
        with self.assertRaises(NotNullViolation), self.cr.savepoint():
            self.checkpoints.create({"message": "No tax: 7 %"})

    def test_only_backends_can_be_the_source(self):
        with self.assertRaises(ValueError):
            self.checkpoints.create_from_message("res.partner", self.partner.id, "Hi")

    def test_synchronizing_user_needs_no_right_on_checkpoints(self):
        stranger = self.new_user("stranger")
        session = ConnectorSession(self.env.cr, stranger.id)

        checkpoint = add_checkpoint(
            session, "res.partner", self.partner.id, *self.source
        )

        self.assertFalse(checkpoint.env.su)
        self.assertEqual(checkpoint.env.user, stranger)
        self.assertFalse(checkpoint.has_access("read"))

    def test_nobody_adds_a_checkpoint_by_rpc(self):
        for model, method in (
            (self.checkpoints, "create_from_name"),
            (self.checkpoints, "create_from_message"),
            (self.backend_record, "add_checkpoint"),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                get_public_method(model, method)


class TestNote(CheckpointCase):
    def test_managers_follow(self):
        manager = self.new_user("manager", "group_connector_manager")
        reviewer = self.new_user("reviewer", "group_connector_reviewer")

        followers = self.add().message_partner_ids

        self.assertIn(manager.partner_id, followers)
        self.assertNotIn(reviewer.partner_id, followers)

    def test_managers_follow_only_for_their_companies(self):
        there = self.env["res.company"].create({"name": "Elsewhere"})
        self.backend_record.company_id = there
        here = self.new_user("manager", "group_connector_manager")
        both = self.new_user(
            "both",
            "group_connector_manager",
            company_ids=[(4, there.id), (4, self.env.company.id)],
        )

        followers = self.add().message_partner_ids

        self.assertIn(both.partner_id, followers)
        self.assertNotIn(here.partner_id, followers)

    def test_synchronizing_user_does_not_follow(self):
        stranger = self.new_user("stranger")
        backend = self.backend_record.with_user(stranger)

        checkpoint = backend.add_checkpoint("res.partner", self.partner.id)

        self.assertNotIn(stranger.partner_id, checkpoint.sudo().message_partner_ids)

    def test_comment_asks_for_a_review(self):
        note = self.add().message_ids

        self.assertEqual(note.body, "<span>A Contact needs a review.</span>")
        self.assertEqual(note.message_type, "comment")
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_comment"))

    def test_comment_says_the_message(self):
        note = self.add(message="1 < 2").message_ids

        self.assertEqual(note.body, "<span>1 &lt; 2</span>")

    def test_batch_is_stored_and_followed_in_few_statements(self):
        vals = {
            "backend_id": f"{self.backend_record._name},{self.backend_record.id}",
            "message": "Look!",
        }
        self.patch(type(self.checkpoints), "_post_notes", lambda self: None)
        self.checkpoints.create(vals)
        self.env.flush_all()

        few = self._count_queries(lambda: self.checkpoints.create([vals] * 10))
        many = self._count_queries(lambda: self.checkpoints.create([vals] * 60))

        # Odoo itself looks once per row whether the backend is there.
        self.assertLessEqual(many - few, 50)

    def _count_queries(self, act):
        before = self.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.cr.sql_log_count - before


class TestReview(CheckpointCase):
    def test_reviewed_sets_the_state(self):
        checkpoint = self.add()

        checkpoint.reviewed()

        self.assertEqual(checkpoint.state, "reviewed")

    def test_review_is_told_in_the_chatter(self):
        checkpoint = self.add()
        self.flush_tracking()

        checkpoint.reviewed()
        self.flush_tracking()

        tracked = checkpoint.message_ids.sudo().tracking_value_ids
        self.assertEqual(tracked.new_value_char, "Reviewed")

    def test_wizard_takes_the_selection_that_waits(self):
        waiting, done = self.add(), self.add(state="reviewed")
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


class TestBackendFacts(CheckpointCase):
    def test_checkpoint_follows_the_name_of_its_backend(self):
        checkpoint = self.add()

        self.backend_record.name = "Shop FR"

        self.assertEqual(checkpoint.backend_name, "Shop FR")

    def test_checkpoint_follows_the_company_of_its_backend(self):
        checkpoint = self.add()
        company = self.env["res.company"].create({"name": "Elsewhere"})

        self.backend_record.company_id = company

        self.assertEqual(checkpoint.company_id, company)

    def test_name_of_a_deleted_backend_stays(self):
        checkpoint = self.add()

        self.backend_record.unlink()
        self.env.add_to_compute(checkpoint._fields["backend_name"], checkpoint)

        self.assertEqual(checkpoint.backend_name, "Shop")

    def test_checkpoint_can_be_read_without_the_addon_of_its_backend(self):
        checkpoint = self.add()
        self.lose_addon(checkpoint)

        [values] = checkpoint.web_read({"backend_id": {"fields": {"name": {}}}})

        self.assertFalse(values["backend_id"])
        self.assertFalse(checkpoint.backend_id)
