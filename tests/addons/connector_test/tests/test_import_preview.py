# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the preview of an import (promise 13 of the flows)."""

from odoo.exceptions import AccessError

from odoo.addons.connector.api import (
    Importer,
    ImportMapper,
    InvalidDataError,
    InvalidUsageError,
    RecordImporter,
    related,
    translated,
)
from odoo.addons.connector_test.models.flow import CONTACT, MEMBER
from odoo.addons.connector_test.models.order import ORDER, ORDER_LINE

from .match_case import MatchCase
from .order_case import OrderCase
from .preview_case import PreviewCase


class TestImportPreview(PreviewCase):
    def test_new_record_shows_each_field(self):
        self.records = self.contacts(1, mail="ada@example.com", town="Paris")

        preview = self.preview()

        self.assertEqual(preview.outcome, "create")
        self.assertEqual(
            self.lines(preview),
            {
                "name": ("", "Contact 1"),
                "email": ("", "ada@example.com"),
                "city": ("", "Paris"),
            },
        )
        self.assertFalse(self.binding("C1"))

    def test_known_record_shows_what_is_here_now(self):
        self.records = self.contacts(1, mail="ada@example.com", town="Paris")
        self.import_all()
        self.records = self.contacts(1, mail="ada@example.com", town="Rome")

        preview = self.preview()

        changed = {one.field for one in preview.lines if one.is_changed}
        self.assertEqual((preview.outcome, changed), ("update", {"city"}))
        self.assertEqual(self.lines(preview)["city"], ("Paris", "Rome"))
        self.assertEqual(self.binding("C1").city, "Paris")

    def test_same_record_changes_nothing(self):
        self.records = self.contacts(1, town="Paris")
        self.import_all()

        self.assertEqual(self.preview().outcome, "unchanged")

    def test_field_changed_here_is_not_written_again(self):
        self.records = self.contacts(1, town="Paris")
        self.import_all()
        self.binding("C1").city = "Rome"

        preview = self.preview()

        self.assertEqual(preview.outcome, "unchanged")
        self.assertEqual(self.lines(preview)["city"], ("Rome", "Paris"))
        self.assertIn("last import", preview.reason)

    def test_rejected_record_shows_its_reason(self):
        self.records = self.contacts(1, bad="Its colour")

        preview = self.preview()

        self.assertEqual(
            (preview.outcome, preview.reason), ("reject", "Its colour is bad.")
        )

    def test_record_that_is_not_there_is_missing(self):
        preview = self.preview("C9")

        self.assertEqual(preview.outcome, "missing")
        self.assertIn("'C9'", preview.reason)

    def test_unwanted_record_shows_why_and_its_fields(self):
        @self.backend
        class ChoosyPreviewed(RecordImporter):
            _model_name = CONTACT

            def _must_skip(self):
                return "It is a test."

        self.records = self.contacts(1)

        preview = self.preview()

        self.assertEqual((preview.outcome, preview.reason), ("skip", "It is a test."))
        self.assertEqual(self.lines(preview)["name"], ("", "Contact 1"))

    def test_lines_are_shown_one_by_one(self):
        self.register_label_mapper()
        self.records = self.contacts(1)
        self.records[0]["labels"] = [
            {"id": "L1", "text": "A"},
            {"id": "L2", "text": "B"},
        ]
        self.import_all()
        self.records[0]["labels"] = [
            {"id": "L1", "text": "Z"},
            {"id": "L3", "text": "C"},
        ]

        lines = [one for one in self.preview().lines if one.field == "label_ids"]

        shown = [(one.here, one.new, one.note) for one in lines]
        self.assertEqual(len(shown), 3)
        changed, new, gone = sorted(shown, key=lambda one: one[2])
        self.assertIn("A", changed[0])
        self.assertIn("Z", changed[1])
        self.assertEqual(new[0], "")
        self.assertIn("C", new[1])
        self.assertEqual(gone[1], "")
        self.assertEqual(len(self.binding("C1").label_ids), 2)

    def test_related_record_that_is_missing_is_named(self):
        self.replace_mapper(
            direct=[("name", "name"), (related("boss", CONTACT), "parent_id")]
        )
        self.records = self.contacts(1, boss="C7")

        preview = self.preview()

        (line,) = [one for one in preview.lines if one.field == "parent_id"]
        self.assertIn("C7", line.note)
        self.assertEqual(preview.outcome, "create")
        self.assertFalse(self.binding("C7"))

    def test_value_that_odoo_refuses_is_rejected(self):
        self.replace_mapper(direct=[("name", "name"), ("kind", "type")])
        self.records = self.contacts(1, kind="moon")

        preview = self.preview()

        self.assertEqual(preview.outcome, "reject")
        self.assertIn("moon", preview.reason)

    def test_field_that_is_not_there_is_rejected(self):
        self.replace_mapper(direct=[("name", "name"), ("name", "nickname")])
        self.records = self.contacts(1)

        preview = self.preview()

        self.assertEqual(preview.outcome, "reject")
        self.assertIn("'nickname'", preview.reason)

    def test_secret_of_others_is_hidden(self):
        self.records = self.contacts(1, town="Paris")
        self.patch(self.env[CONTACT]._fields["city"], "groups", "base.group_system")
        user = self.new_manager()

        preview = self.backend_record.with_user(user).preview_import(CONTACT, "C1")

        self.assertEqual(self.lines(preview)["city"], ("***", "***"))

    def test_record_that_the_user_may_not_read_is_refused(self):
        self.records = self.contacts(1)
        self.import_all()
        self.env["ir.rule"].create(
            {
                "name": "No contacts",
                "model_id": self.env["ir.model"]._get_id(CONTACT),
                "domain_force": "[(0, '=', 1)]",
            }
        )
        user = self.new_manager()
        self.env.flush_all()

        with self.assertRaises(AccessError):
            self.backend_record.with_user(user).preview_import(CONTACT, "C1")

    def new_manager(self):
        groups = ("base.group_user", "base.group_partner_manager")
        names = (*groups, "connector.group_connector_manager")
        return self.env["res.users"].create(
            {
                "name": "Manager",
                "login": "manager_of_previews",
                "group_ids": [(4, self.env.ref(name).id) for name in names],
            }
        )

    def test_hooks_that_do_something_are_not_called(self):
        called = []

        @self.backend
        class BusyPreviewed(RecordImporter):
            _model_name = CONTACT

            def _before_import(self):
                called.append("_before_import")

            def _import_dependencies(self):
                called.append("_import_dependencies")

            def _after_import(self, binding):
                called.append("_after_import")

            def _validate_data(self, data):
                if data["name"] == "Contact 2":
                    raise InvalidDataError("No twos.")

        self.records = self.contacts(2)

        preview, refused = self.preview("C1"), self.preview("C2")

        self.assertEqual(called, [])
        self.assertIn("_after_import", preview.notes[0])
        self.assertEqual((refused.outcome, refused.reason), ("reject", "No twos."))

    def test_importer_without_steps_is_refused(self):
        @self.backend
        class ClassicPreviewed(Importer):
            _model_name = CONTACT

        with self.assertRaises(InvalidUsageError) as caught:
            self.preview()

        self.assertIn("ClassicPreviewed", str(caught.exception))


class TestOrderPreview(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")

    def order_mapper_class(self):
        class PreviewedOrderMapper(ImportMapper):
            _model_name = ORDER
            direct = [(translated("name"), "name")]
            children = [("lines", "shop_line_ids", ORDER_LINE)]

        return PreviewedOrderMapper

    def preview(self):
        self.env.flush_all()
        self.registry_enter_test_mode()
        return self.backend_record.preview_import(ORDER, "O1")

    def test_lines_are_those_of_their_document(self):
        order = self.order_with("O1", "L1", "L2", name="One")
        self.import_orders(order)
        self.records = [self.order_with("O1", "L2", "L3", name="One")]
        self.records[0]["lines"][0]["count"] = 7

        preview = self.preview()

        shown = [one for one in preview.lines if one.field == "shop_line_ids"]
        (new,) = [one for one in shown if one.note == "It is new."]
        (gone,) = [one for one in shown if one.note == "It is removed."]
        (changed,) = [one for one in shown if one.is_changed and not one.note]
        self.assertEqual(preview.outcome, "update")
        self.assertIn("Line L3", new.new)
        self.assertIn("Line L1", gone.here)
        self.assertIn("7", changed.new)
        self.assertEqual(self.texts("O1"), ["Line L1", "Line L2"])

    def test_each_language_is_shown(self):
        self.import_orders(self.order_with("O1", name={"en_US": "One", "de": "Eins"}))
        self.records = [self.order_with("O1", name={"en_US": "One", "de": "Erste"})]

        lines = self.preview().lines

        german = [one for one in lines if one.note == "In de_DE."]
        self.assertEqual([(one.here, one.new) for one in german], [("Eins", "Erste")])


class TestMatchPreview(MatchCase):
    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()

    def preview(self):
        self.records = [{"id": "M1", "name": "Ada L.", "number": "7", "town": "Rome"}]
        self.env.flush_all()
        return self.backend_record.preview_import(MEMBER, "M1")

    def shown(self, preview):
        return {one.field: (one.here, one.new, one.is_changed) for one in preview.lines}

    def test_record_that_is_here_is_shown_with_what_is_written(self):
        ada = self.partner(ref="7")

        preview = self.preview()

        shown = self.shown(preview)
        self.assertEqual(preview.outcome, "match")
        self.assertIn(f"res.partner,{ada.id}", preview.reason)
        self.assertEqual(shown["name"], ("Ada", "Ada L.", False))
        self.assertEqual(shown["city"], ("", "Rome", True))
        self.assertFalse(self.member("M1"))

    def test_policy_says_what_is_written(self):
        self.partner(ref="7")
        for policy, written in (("link", set()), ("update", {"name", "city"})):
            with self.subTest(policy=policy):
                self.policy(policy)
                preview = self.preview()
                changed = {one.field for one in preview.lines if one.is_changed}
                self.assertEqual(changed, written)

    def test_unclear_match_is_rejected(self):
        first, second = self.partner(ref="7"), self.partner(ref="7")

        preview = self.preview()

        self.assertEqual(preview.outcome, "reject")
        self.assertIn(f"res.partner,{first.id}", preview.reason)
        self.assertIn(f"res.partner,{second.id}", preview.reason)
        self.assertFalse(self.matches())

    def test_record_that_was_deleted_here_stays_so(self):
        self.records = [{"id": "M1", "name": "Ada"}]
        self.import_page()
        self.member("M1").unlink()

        preview = self.preview()

        self.assertEqual(preview.outcome, "skip")
        self.assertIn("deleted here", preview.reason)
