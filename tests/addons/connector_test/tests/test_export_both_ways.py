# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of updates of models that go both ways: what is compared by default (P18)."""

from odoo.addons.connector.api import (
    ExportMapper,
    ImportMapper,
    InvalidDataError,
    changed_by,
    follow_m2o_relations,
    mapping,
)
from odoo.addons.connector.components.backend_adapter import BackendAdapter
from odoo.addons.connector_test.models.flow import CONTACT

from .export_case import ExportCase


class BothWaysUpdateCase(ExportCase):
    """A test with a contact that goes both ways, by the exporter of the framework."""

    def setUp(self):
        super().setUp()
        self.patch(type(self.env[CONTACT]), "_owner", {"*": "manual"})
        self.backend(self.import_mapper_class())
        self.ada = self.make()

    def make(self):
        """Return a contact that is there; nothing of that counts as asked."""
        binding = self.contact(email="a@x.org")
        self.export(binding)
        self.shop.requests.clear()
        return binding

    def import_mapper_class(self):
        class ContactImportMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("mail", "email")]

        return ContactImportMapper

    def replace_mapper(self, **members):
        """Let another mapper export contacts."""
        found = self.backend.get_class(ExportMapper, self.session, CONTACT)
        members["_model_name"] = CONTACT
        mapper = type(ExportMapper)("OtherMapper", (ExportMapper,), members)
        self.backend(replacing=found)(mapper)

    def change_there(self, **values):
        record = self.shop.records[self.ada.external_id]
        record.update(values, version=record["version"] + 1)

    def sent(self):
        """Return what was sent since."""
        return [data for verb, _id, data in self.shop.requests if verb == "write"]


class TestBothWaysUpdate(BothWaysUpdateCase):
    def test_only_what_changed_here_is_sent(self):
        """All other values would move the stamp there, and undo what others change."""
        self.ada.name = "Ada L."

        self.assertEqual(self.export(self.ada), "updated")

        self.assertEqual(self.sent(), [{"name": "Ada L."}])

    def test_record_without_changes_is_not_even_read(self):
        self.ada.phone = "1"  # which is not mapped

        self.assertEqual(self.export(self.ada), "unchanged")

        self.assertEqual(self.shop.requests, [])

    def test_change_there_is_imported_before_ours_is_sent(self):
        self.change_there(mail="theirs@x.org")
        self.ada.name = "Ada L."

        self.assertEqual(self.export(self.ada), "updated")

        self.assertEqual(self.ada.email, "theirs@x.org")
        self.assertEqual(self.sent(), [{"name": "Ada L."}])
        self.assertEqual(self.verbs(), ["read", "write"])

    def test_field_that_both_sides_changed_is_a_question(self):
        self.change_there(name="Ada there")
        self.ada.name = "Ada here"

        self.export(self.ada)

        self.assertEqual(self.sent(), [])
        self.assertEqual(self.ada.sync_state, "conflict")

    def test_record_whose_version_says_nothing_is_merged(self):
        adapter = self.backend.get_class(BackendAdapter, self.session, CONTACT)
        self.patch(adapter, "_version", None)
        self.change_there(mail="theirs@x.org")
        self.ada.name = "Ada L."

        self.export(self.ada)

        self.assertEqual(self.ada.email, "theirs@x.org")
        self.assertEqual(self.sent(), [{"name": "Ada L."}])

    def test_record_of_which_no_base_is_known_is_imported_first(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE connector_test_contact SET sync_base = NULL")
        self.env.invalidate_all()
        self.shop.records[self.ada.external_id]["mail"] = "theirs@x.org"

        self.export(self.ada)

        self.assertEqual(self.sent(), [{"is_active": True}], "it is only exported")
        self.assertEqual(self.ada.sync_state, "conflict")

    def test_value_that_is_emptied_is_sent_as_null(self):
        self.ada.email = False

        self.export(self.ada)

        self.assertEqual(self.sent(), [{"mail": None}])

    def test_validation_sees_all_values(self):
        def validate(exporter, data):
            if not data["mail"]:
                raise InvalidDataError("The shop wants a mail.")

        self.register_exporter(_validate_update_data=validate)
        self.ada.name = "Ada L."
        self.assertEqual(self.export(self.ada), "updated")
        self.assertEqual(self.sent(), [{"name": "Ada L."}])

        self.ada.email = False
        self.assertIn("wants a mail", str(self.export_in_vain(self.ada)))

    def test_backend_that_replaces_the_record_gets_all_values(self):
        """It would clear what is not sent."""
        adapter = self.backend.get_class(BackendAdapter, self.session, CONTACT)
        self.patch(adapter, "_replaces", True)
        self.ada.name = "Ada L."

        self.export(self.ada)

        sent = {"name": "Ada L.", "mail": "a@x.org", "is_active": True}
        self.assertEqual(self.sent(), [sent])
        self.assertEqual(self.verbs(), ["read", "write"])

    def test_connector_may_send_all_values_and_read_nothing(self):
        self.register_exporter(compare_first=False, sends_changes=False)
        self.ada.name = "Ada L."

        self.export(self.ada)

        sent = {"name": "Ada L.", "mail": "a@x.org", "is_active": True}
        self.assertEqual(self.sent(), [sent])
        self.assertEqual(self.verbs(), ["write"])


class TestOneWayUpdate(ExportCase):
    def test_model_that_is_only_exported_is_not_read(self):
        self.patch(type(self.env[CONTACT]), "_owner", {"*": "odoo"})
        binding = self.contact()
        self.export(binding)
        binding.name = "Ada L."

        self.export(binding)

        self.assertEqual(self.verbs(), ["create", "write"])
        sent = {"name": "Ada L.", "mail": None, "is_active": True}
        self.assertEqual(self.shop.requests[-1][2], sent)


class TestFurtherValues(BothWaysUpdateCase):
    """Values of which no base tells whether they changed."""

    def test_value_that_a_method_reads_anywhere_goes_along_when_it_changed(self):
        def stock(mapper, record):
            return {"stock": record.color}

        direct = [("name", "name"), ("email", "mail")]
        self.replace_mapper(direct=direct, stock=mapping(stock))
        self.export(self.ada)
        self.assertEqual(self.sent(), [{"stock": 0}])
        self.assertEqual(self.export(self.ada), "unchanged")

        self.ada.color = 3
        self.assertEqual(self.export(self.ada), "updated")
        self.assertEqual(self.export(self.ada), "unchanged")

        self.assertEqual(self.sent(), [{"stock": 0}, {"stock": 3}])

    def test_method_that_says_what_it_reads_is_compared_by_it(self):
        def town(mapper, record):
            return {"town": record.city or None}

        self.replace_mapper(
            direct=[("name", "name")], town=mapping(changed_by("city")(town))
        )
        self.ada.city = "Bern"
        self.export(self.ada)
        self.ada.name = "Ada L."
        self.export(self.ada)

        self.assertEqual(self.sent(), [{"town": "Bern"}, {"name": "Ada L."}])


class TestPathValues(BothWaysUpdateCase):
    """Values at the end of a path, by ``follow_m2o_relations``."""

    def setUp(self):
        super().setUp()
        code, active = (
            follow_m2o_relations(f"parent_id.{name}") for name in ("ref", "active")
        )
        country = follow_m2o_relations("parent_id.country_id")
        self.replace_mapper(
            direct=[
                ("name", "name"),
                (code, "code"),
                (active, "is_open"),
                (country, "country"),
            ]
        )
        self.parent = self.env["res.partner"].create({"name": "Tea", "ref": "T"})

    def test_empty_relation_is_null_and_false_only_of_a_boolean(self):
        """Promise 8: nothing is false in JSON unless it is a boolean."""
        self.ada.name = "Ada L."

        self.export(self.ada)

        (data,) = self.sent()
        self.assertEqual((data["code"], data["country"]), (None, None))
        self.assertIs(data["is_open"], False)

    def test_another_record_behind_the_relation_is_a_change(self):
        self.ada.parent_id = self.parent

        self.assertEqual(self.export(self.ada), "updated")

        self.assertEqual(self.sent()[0]["code"], "T")

    def test_change_of_the_record_behind_the_relation_is_sent(self):
        self.ada.parent_id = self.parent
        self.export(self.ada)
        self.parent.ref = "T2"

        self.assertEqual(self.export(self.ada), "updated")
        self.assertEqual(self.export(self.ada), "unchanged")

        self.assertEqual([data["code"] for data in self.sent()], ["T", "T2"])

    def test_exporter_that_sends_changes_sends_it(self):
        self.register_exporter(sends_changes=True)
        self.ada.parent_id = self.parent

        self.assertEqual(self.export(self.ada), "updated")

        self.assertEqual(self.sent()[0]["code"], "T")
