# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the modifiers of many2one fields."""

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.modifier import (
    backend_to_m2o,
    convert,
    m2o_to_backend,
)
from odoo.addons.connector.exception import MappingError

from .mapping_case import CATEGORY, LINE, PARTNER, ModifierCase


class TestM2oToBackend(ModifierCase):
    def setUp(self):
        super().setUp()
        self.register_binder(PARTNER)
        self.company = self.create_partner_binding("C1", name="Analytical Ltd")
        self.partner = self.create_partner_binding(
            "P1", parent_id=self.company.odoo_id.id
        )

    def test_binding_is_found_for_a_normal_record(self):
        modifier = m2o_to_backend("parent_id", binding=PARTNER)

        self.assertEqual(self.modify_export(modifier, self.partner), "C1")

    def test_relation_without_binding_model_is_the_binding(self):
        line = self.env[LINE].create({"partner_binding_id": self.partner.id})
        modifier = m2o_to_backend("partner_binding_id")

        self.assertEqual(self.modify_export(modifier, line), "P1")

    def test_inactive_record_is_found(self):
        self.company.active = False
        modifier = m2o_to_backend("parent_id", binding=PARTNER)

        self.assertEqual(self.modify_export(modifier, self.partner), "C1")

    def test_empty_relation_gives_false(self):
        modifier = m2o_to_backend("parent_id", binding=PARTNER)

        self.assertIs(self.modify_export(modifier, self.company), False)

    def test_integer_zero_is_an_external_id(self):
        """The classic modifier took 0 for a missing id and raised."""

        @self.backend
        class CategoryBinder(Binder):
            _model_name = CATEGORY

            def to_backend(self, binding_id, wrap=False):
                return 0

        category = self.env[CATEGORY].create(
            {"name": "Gold", "backend_id": self.backend_record.id}
        )
        self.partner.category_binding_id = category
        modifier = m2o_to_backend("category_binding_id")

        self.assertEqual(self.modify_export(modifier, self.partner), 0)

    def test_record_without_binding_is_an_error_until_it_is_exported(self):
        other = self.env["res.partner"].create({"name": "Unbound"})
        self.partner.parent_id = other
        modifier = m2o_to_backend("parent_id", binding=PARTNER)

        with self.assertRaises(MappingError) as caught:
            self.modify_export(modifier, self.partner)

        self.assertIn("Cannot map 'parent_id' of", str(caught.exception))
        self.assertIn(f"res.partner({other.id},)", str(caught.exception))
        self.assertIn("'connector.test.partner'", str(caught.exception))
        self.assertIn("Export it first.", str(caught.exception))
        self.create_partner_binding("C2", odoo_id=other.id)
        self.assertEqual(self.modify_export(modifier, self.partner), "C2")

    def test_field_that_is_no_many2one_is_refused(self):
        with self.assertRaises(ValueError) as caught:
            self.modify_export(m2o_to_backend("name"), self.partner)

        self.assertEqual(
            str(caught.exception),
            "Field 'name' of 'connector.test.partner' is a char, expected a many2one. "
            "Map it with a method.",
        )


class TestBackendToM2o(ModifierCase):
    def setUp(self):
        super().setUp()
        self.register_binder(PARTNER)
        self.register_binder(CATEGORY)
        self.company = self.create_partner_binding("C1", name="Analytical Ltd")
        self.category = self.env[CATEGORY].create(
            {"name": "Gold", "backend_id": self.backend_record.id, "external_id": "7"}
        )

    def test_binding_model_gives_the_normal_record(self):
        modifier = backend_to_m2o("boss", binding=PARTNER)

        found = self.modify_import(modifier, {"boss": "C1"}, "parent_id")

        self.assertEqual(found, self.company.odoo_id.id)

    def test_relation_without_binding_model_is_the_binding(self):
        modifier = backend_to_m2o("group")

        found = self.modify_import(modifier, {"group": 7}, "category_binding_id")

        self.assertEqual(found, self.category.id)

    def test_inactive_record_is_found(self):
        self.company.active = False
        modifier = backend_to_m2o("boss", binding=PARTNER)

        found = self.modify_import(modifier, {"boss": "C1"}, "parent_id")

        self.assertEqual(found, self.company.odoo_id.id)

    def test_no_external_id_gives_false(self):
        modifier = backend_to_m2o("boss", binding=PARTNER)

        for record in ({}, {"boss": None}, {"boss": False}, {"boss": ""}):
            with self.subTest(record=record):
                self.assertIs(self.modify_import(modifier, record, "parent_id"), False)

    def test_zero_is_an_external_id(self):
        self.company.external_id = "0"
        modifier = backend_to_m2o("boss", binding=PARTNER)

        found = self.modify_import(modifier, {"boss": 0}, "parent_id")

        self.assertEqual(found, self.company.odoo_id.id)

    def test_another_modifier_may_give_the_external_id(self):
        modifier = backend_to_m2o(convert("boss", str.upper), binding=PARTNER)

        found = self.modify_import(modifier, {"boss": "c1"}, "parent_id")

        self.assertEqual(found, self.company.odoo_id.id)

    def test_unknown_external_id_is_an_error_until_it_is_imported(self):
        modifier = backend_to_m2o("boss", binding=PARTNER)

        with self.assertRaises(MappingError) as caught:
            self.modify_import(modifier, {"boss": "C2"}, "parent_id")

        self.assertIn("no record is bound to external id 'C2'", str(caught.exception))
        self.assertIn("'parent_id'", str(caught.exception))
        self.assertIn("Import it first.", str(caught.exception))
        late = self.create_partner_binding("C2", name="Late Ltd")
        found = self.modify_import(modifier, {"boss": "C2"}, "parent_id")
        self.assertEqual(found, late.odoo_id.id)

    def test_target_that_is_no_many2one_is_refused(self):
        with self.assertRaises(ValueError) as caught:
            self.modify_import(backend_to_m2o("boss"), {"boss": "C1"}, "name")

        self.assertIn("'name' of 'connector.test.partner'", str(caught.exception))

    def test_binders_which_return_ids_are_accepted(self):
        ids = {"known": self.category.id}

        class OldBinder(Binder):
            _model_name = CATEGORY

            def to_openerp(self, external_id, unwrap=False):
                return ids.get(external_id)

        self.backend.register_class(
            OldBinder,
            replacing=self.environment(CATEGORY).backend.get_class(
                Binder, self.session, CATEGORY
            ),
        )
        modifier = backend_to_m2o("group")

        found = self.modify_import(modifier, {"group": "known"}, "category_binding_id")

        self.assertEqual(found, self.category.id)
        with self.assertRaises(MappingError):
            self.modify_import(modifier, {"group": "other"}, "category_binding_id")
