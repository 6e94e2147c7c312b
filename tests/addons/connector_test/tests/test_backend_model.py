# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the backend model, the record of an external system."""

from odoo.addons.connector.backend import Backend
from odoo.addons.connector.components.core import ConnectorEnvironment
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector.tests.common import UnitCase


class TestGetBackend(UnitCase):
    def test_service_and_version_find_the_backend(self):
        self.assertIs(self.backend_record.get_backend(), self.backend)

    def test_another_version_finds_another_backend(self):
        newer = Backend(parent=self.backend, version="2")

        self.backend_record.version = "2"

        self.assertIs(self.backend_record.get_backend(), newer)

    def test_only_one_record_has_a_backend(self):
        records = self.backend_record + self.backend_record.copy()

        for wrong in (records, records.browse()):
            with self.subTest(wrong=wrong), self.assertRaises(ValueError):
                wrong.get_backend()

    def test_model_without_service_is_told_what_to_set(self):
        model = type(self.backend_record)
        self.patch(model, "_backend_type", None)

        with self.assertRaises(ValueError) as caught:
            self.backend_record.get_backend()

        self.assertEqual(
            str(caught.exception),
            "Model 'connector.test.backend' does not say which service it is for: set "
            "_backend_type to the service of its Backend.",
        )
        self.patch(model, "_backend_type", "connector_test")
        self.assertIs(self.backend_record.get_backend(), self.backend)

    def test_undeclared_version_is_told(self):
        self.backend_record.version = "2"

        with self.assertRaisesRegex(
            ValueError,
            "No backend for service 'connector_test' in version '2'; there are "
            "<Backend 'connector_test', '1'>",
        ):
            self.backend_record.get_backend()


class TestDescribe(UnitCase):
    def test_record_is_called_by_name_model_and_id(self):
        record = self.backend_record
        record.name = "Shop FR"

        self.assertEqual(
            record.describe(), f"'Shop FR' (connector.test.backend,{record.id})"
        )


class TestFields(UnitCase):
    def test_name_and_version_are_required(self):
        described = self.env["connector.backend"].fields_get(["name", "version"])

        self.assertIs(described["name"]["required"], True)
        self.assertIs(described["version"]["required"], True)

    def test_abstract_model_has_no_versions(self):
        described = self.env["connector.backend"].fields_get(["version"])

        self.assertEqual(described["version"]["selection"], [])

    def test_only_version_is_the_default(self):
        shop = self.env["connector.test.shop"].create({"name": "Shop"})

        self.assertEqual(shop.version, "1")

    def test_one_of_several_versions_is_chosen_by_a_person(self):
        self.assertFalse(self.env["connector.test.backend"]._default_version())

    def test_versions_are_those_of_the_backends_of_the_service(self):
        for version in ("2", "1", None):
            Backend("tea", version)
        Backend("coffee", "9")
        shops = self.env["connector.test.shop"]
        self.patch(type(shops), "_backend_type", "tea")

        self.assertEqual(shops._select_versions(), [("1", "1"), ("2", "2")])

    def test_versions_come_from_a_method_that_others_extend(self):
        model = type(self.env["connector.backend"])
        self.patch(model, "_select_versions", lambda _self: [("3", "Three")])

        described = self.env["connector.backend"].fields_get(["version"])

        self.assertEqual(described["version"]["selection"], [("3", "Three")])

    def test_binding_of_a_backend_knows_when_it_was_synchronized(self):
        fields = self.env["external.binding"]._fields

        self.assertEqual(fields["sync_date"].type, "datetime")
        self.assertNotIn("external_id", fields)
        self.assertNotIn("backend_id", fields)


class TestGetEnvironment(UnitCase):
    def setUp(self):
        super().setUp()
        self.french = self.env["res.lang"]._activate_lang("fr_FR")

    def test_environment_is_for_the_model_on_this_backend(self):
        scope = self.backend_record.get_environment("res.partner")

        self.assertIs(type(scope), ConnectorEnvironment)
        self.assertEqual(scope.model_name, "res.partner")
        self.assertEqual(scope.backend_record, self.backend_record)
        self.assertIs(scope.backend, self.backend)

    def test_session_is_that_of_the_record(self):
        user = self.env.ref("base.user_admin")

        scope = self.backend_record.with_user(user).get_environment("res.partner")

        self.assertEqual(scope.session.uid, user.id)
        self.assertIs(scope.session.cr, self.env.cr)

    def test_given_session_is_used(self):
        scope = self.backend_record.get_environment("res.partner", session=self.session)

        self.assertIs(scope.session, self.session)

    def test_environment_speaks_the_language_of_the_backend(self):
        """The classic pattern lost the language on the way out of its block."""
        self.backend_record.default_lang_id = self.french

        scope = self.backend_record.get_environment("res.partner", session=self.session)

        self.assertEqual(scope.env.context["lang"], "fr_FR")
        self.assertEqual(scope.model.env.context["lang"], "fr_FR")
        self.assertEqual(scope.backend_record.env.context["lang"], "fr_FR")

    def test_given_session_keeps_its_own_language(self):
        self.backend_record.default_lang_id = self.french

        self.backend_record.get_environment("res.partner", session=self.session)

        self.assertIsNone(self.session.context.get("lang"))

    def test_language_of_the_user_stays_without_one_of_the_backend(self):
        session = ConnectorSession(self.env.cr, self.env.uid, {"lang": "fr_FR"})

        scope = self.backend_record.get_environment("res.partner", session=session)

        self.assertEqual(scope.env.context["lang"], "fr_FR")
