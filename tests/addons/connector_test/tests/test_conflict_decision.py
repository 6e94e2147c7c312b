# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of decisions about conflicts: ours, theirs, and back again (promise 12)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.connector.api import ImportMapper, mapping, trap_jobs
from odoo.addons.connector.flows.conflicts.bases import read_bases
from odoo.addons.connector.flows.importing.tombstones import import_from
from odoo.addons.connector_test.models.flow import CONTACT

from .conflict_case import ConflictCase


class DecisionCase(ConflictCase):
    """A test with a contact whose mail and town were changed on both sides."""

    _owner = {"email": "manual", "city": "manual", "*": "remote"}

    def setUp(self):
        super().setUp()
        self.bring(mail="a@example.com", town="Bern")
        self.partner.write({"email": "ours@example.com", "city": "Basel"})
        self.bring(mail="theirs@example.com", town="Zug")
        self.asked = self.checkpoint

    def delete_by_sql(self):
        """Delete the binding by SQL, of which Odoo sees nothing."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM connector_test_contact")
        self.env.invalidate_all()

    def row(self, name):
        return self.asked.conflict_ids.filtered(lambda row: row.field == name)

    def reviewer(self, *groups):
        names = ["base.group_user", *(f"connector.{one}" for one in groups)]
        return new_test_user(self.env, f"test_{groups[0]}", ",".join(names))

    def values(self):
        return self.partner.email, self.partner.city

    @property
    def base(self):
        self.env.flush_all()
        return read_bases(self.contact)[self.contact.id]


class TestQuestion(DecisionCase):
    def test_checkpoint_shows_base_ours_and_theirs(self):
        row = self.row("email")

        self.assertEqual(row.label, "Email")
        self.assertEqual(row.base, "a@example.com")
        self.assertEqual(row.ours, "ours@example.com")
        self.assertEqual(row.theirs, "theirs@example.com")
        self.assertIn("City, Email", self.asked.name)

    def test_one_checkpoint_asks_about_all_that_is_open(self):
        self.bring(mail="again@example.com", town="Zug")

        self.assertEqual(self.checkpoint, self.asked)
        self.assertEqual(self.row("email").theirs, "again@example.com")
        self.assertEqual(self.row("email").base, "a@example.com")
        self.assertEqual(self.row("city").theirs, "Zug")

    def test_import_with_nothing_new_about_the_conflict_is_no_repeat(self):
        self.bring(name="Ada L.", mail="theirs@example.com", town="Zug")

        self.assertEqual(self.partner.name, "Ada L.")
        self.assertFalse(self.env["connector.checkpoint.repeat"].search([]))

    def test_checkpoint_closes_where_the_conflicts_came_to_nothing(self):
        self.bring(mail="a@example.com", town="Bern")

        self.assertEqual(self.asked.state, "reviewed")
        self.assertEqual(set(self.asked.conflict_ids.mapped("decision")), {"settled"})

    def test_review_without_a_decision_is_refused(self):
        with self.assertRaisesRegex(UserError, "Take Ours"):
            self.asked.reviewed()

    def test_question_about_a_binding_that_sql_deleted_can_be_closed(self):
        self.delete_by_sql()

        self.asked.reviewed()

        self.assertEqual(self.asked.state, "reviewed")

    def test_deletion_here_closes_the_question_with_a_word(self):
        """It stayed open, and none of its buttons did anything."""
        for record in (self.contact, self.partner):
            with self.subTest(record), self.env.cr.savepoint() as savepoint:
                record.unlink()

                self.assertEqual(self.asked.state, "reviewed")
                decisions = self.asked.conflict_ids.mapped("decision")
                self.assertEqual(set(decisions), {"settled"})
                said = self.asked.message_ids[0].body
                self.assertIn("The record was deleted", said)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_deletion_there_closes_the_question_as_well(self):
        with import_from(self.backend_record.reference()):
            self.contact.unlink()

        self.assertEqual(self.asked.state, "reviewed")

    def test_what_was_deleted_undecided_is_asked_about_again(self):
        self.asked.unlink()
        self.assertEqual(self.contact.sync_state, "pending")

        self.bring(mail="theirs@example.com", town="Zug")

        self.assertEqual(self.values(), ("ours@example.com", "Basel"))
        self.assertEqual(len(self.checkpoint.conflict_ids), 2)

    def test_field_of_a_group_is_hidden_from_others(self):
        self.patch(
            self.env[CONTACT]._fields["email"], "groups", "base.group_erp_manager"
        )
        reviewer = self.reviewer("group_connector_reviewer")

        self.assertEqual(self.row("email").with_user(reviewer).theirs, "***")
        self.assertEqual(self.row("city").with_user(reviewer).theirs, "Zug")


class TestDecision(DecisionCase):
    def test_theirs_is_written(self):
        self.asked.action_take_theirs()

        self.assertEqual(self.values(), ("theirs@example.com", "Zug"))
        self.assertEqual(self.contact.sync_state, "synced")
        self.assertEqual(self.asked.state, "reviewed")

    def test_ours_stays(self):
        self.asked.action_take_ours()

        self.assertEqual(self.values(), ("ours@example.com", "Basel"))
        self.assertEqual(self.contact.sync_state, "synced")
        self.assertEqual(self.asked.state, "reviewed")

    def test_each_field_is_decided_by_itself(self):
        self.row("email").action_take_theirs()

        self.assertEqual(self.values(), ("theirs@example.com", "Basel"))
        self.assertEqual(self.contact.sync_state, "conflict")
        self.assertEqual(self.asked.state, "need_review")

        self.row("city").action_take_ours()

        self.assertEqual(self.values(), ("theirs@example.com", "Basel"))
        self.assertEqual(self.contact.sync_state, "synced")
        self.assertEqual(self.asked.state, "reviewed")

    def test_next_import_of_the_same_values_changes_nothing(self):
        for button in ("action_take_ours", "action_take_theirs"):
            with self.subTest(button):
                getattr(self.asked, button)()
                decided = self.values()

                self.bring(name=button, mail="theirs@example.com", town="Zug")

                self.assertEqual(self.values(), decided)
                self.assertFalse(self.checkpoint)
                self.asked.action_ask_again()

    def test_next_change_there_after_ours_is_asked_about_again(self):
        self.asked.action_take_ours()

        self.bring(mail="theirs@example.com", town="Genf")

        self.assertEqual(self.checkpoint.conflict_ids.field, "city")
        self.assertEqual(self.partner.city, "Basel")

    def test_next_change_there_after_theirs_is_imported(self):
        self.asked.action_take_theirs()

        self.bring(mail="theirs@example.com", town="Genf")

        self.assertFalse(self.checkpoint)
        self.assertEqual(self.partner.city, "Genf")

    def test_second_decision_says_that_there_is_nothing_to_decide(self):
        self.asked.action_take_ours()

        with self.assertRaisesRegex(UserError, "all conflicts are decided"):
            self.asked.action_take_theirs()

    def test_field_is_decided_once(self):
        """A second person may look at a form from before the decision."""
        self.row("email").action_take_theirs()

        with self.assertRaisesRegex(UserError, "decided"):
            self.row("email").action_take_ours()

        self.assertEqual(self.partner.email, "theirs@example.com")
        self.assertEqual(self.row("email").decision, "remote")

    def test_decision_about_a_deleted_binding_says_so(self):
        self.delete_by_sql()

        with self.assertRaisesRegex(UserError, "binding .* was deleted"):
            self.asked.action_take_theirs()


class TestDeletedValue(ConflictCase):
    """A person decides about a record that was deleted after it was asked about."""

    _owner = {"*": "manual"}

    def setUp(self):
        super().setUp()
        titles = self.env["res.partner.industry"].create([{"name": n} for n in "abc"])
        self.base, self.ours, self.theirs = titles
        self.bring(industry=self.base.id)
        self.partner.industry_id = self.ours
        self.bring(industry=self.theirs.id)
        self.asked = self.checkpoint

    def mapper_class(self):
        class ContactMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name")]

            @mapping
            def industry(self, record):
                return {"industry_id": record["industry"]}

        return ContactMapper

    def test_theirs_that_was_deleted_is_imported_again(self):
        """Its button failed by a foreign key."""
        self.theirs.unlink()

        with trap_jobs() as trap:
            self.asked.action_take_theirs()

        (call,) = trap.calls(self.env)
        self.assertEqual(call.args[1:3], (CONTACT, "C1"))
        self.assertEqual(self.partner.industry_id, self.ours)

    def test_ours_that_was_deleted_after_theirs_was_taken_says_so(self):
        self.asked.action_take_theirs()
        self.asked.action_ask_again()
        self.ours.unlink()

        with self.assertRaisesRegex(UserError, "was deleted since. Fill it in"):
            self.asked.action_take_ours()

        self.partner.industry_id = self.base
        self.asked.action_take_ours()
        self.assertEqual(self.partner.industry_id, self.base)


class TestDecideAgain(DecisionCase):
    def test_theirs_is_taken_back_and_ours_comes_back(self):
        self.asked.action_take_theirs()

        self.asked.action_ask_again()

        self.assertEqual(self.asked.state, "need_review")
        self.assertEqual(self.asked.open_conflict_count, 2)
        self.assertEqual(self.contact.sync_state, "conflict")

        self.asked.action_take_ours()

        self.assertEqual(self.values(), ("ours@example.com", "Basel"))

    def test_ours_is_taken_back_and_theirs_is_written(self):
        self.asked.action_take_ours()
        self.asked.action_ask_again()

        self.asked.action_take_theirs()

        self.assertEqual(self.values(), ("theirs@example.com", "Zug"))
        self.assertEqual(self.contact.sync_state, "synced")

    def test_what_was_edited_after_the_decision_is_ours(self):
        self.asked.action_take_theirs()
        self.partner.city = "Chur"
        self.asked.action_ask_again()

        self.asked.action_take_ours()

        self.assertEqual(self.values(), ("ours@example.com", "Chur"))

    def test_reopened_checkpoint_asks_again(self):
        """A board moves a card back: that writes the state, and presses no button."""
        self.asked.action_take_theirs()

        self.asked.state = "need_review"

        self.assertEqual(self.asked.open_conflict_count, 2)
        self.assertEqual(set(self.base.held), {"email", "city"})

    def test_newer_question_keeps_an_old_one_closed(self):
        self.asked.action_take_ours()
        self.bring(mail="theirs@example.com", town="Genf")

        with self.assertRaisesRegex(UserError, "newer checkpoint"):
            self.asked.action_ask_again()

    def test_value_that_changed_there_since_is_read_again(self):
        """What the checkpoint shows is not what the backend has now."""
        self.asked.action_take_theirs()
        self.bring(mail="theirs@example.com", town="Genf")
        self.asked.action_ask_again()

        with trap_jobs() as trap:
            self.row("city").action_take_theirs()

        (call,) = trap.calls(self.env)
        self.assertEqual(call.args[1:3], (CONTACT, "C1"))
        self.assertEqual(self.partner.city, "Genf")
        self.assertEqual(self.base.taken, ["city"])


class TestDecisionRights(DecisionCase):
    def test_reviewer_without_rights_on_the_record_decides(self):
        reviewer = self.reviewer("group_connector_reviewer")
        with self.assertRaises(AccessError):
            self.contact.with_user(reviewer).write({"city": "Chur"})

        self.asked.with_user(reviewer).action_take_theirs()

        self.assertEqual(self.values(), ("theirs@example.com", "Zug"))

    def test_user_decides_what_is_assigned_to_them(self):
        user = self.reviewer("group_connector_user")
        self.asked.user_id = user

        self.row("city").with_user(user).action_take_theirs()

        self.assertEqual(self.partner.city, "Zug")

    def test_user_may_not_decide_what_is_assigned_to_nobody(self):
        user = self.reviewer("group_connector_user")

        for record in (self.asked, self.row("city")):
            with self.subTest(record), self.assertRaises(AccessError):
                record.with_user(user).action_take_theirs()

    def test_nobody_writes_a_conflict_by_hand(self):
        manager = self.reviewer("group_connector_manager")

        with self.assertRaises(AccessError):
            self.row("city").with_user(manager).write({"decision": "odoo"})
