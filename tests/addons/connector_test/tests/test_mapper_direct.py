# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of direct mappings."""

from types import SimpleNamespace

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.mapper import ExportMapper, ImportMapper
from odoo.addons.connector.components.modifier import (
    follow_m2o_relations,
    m2o_to_backend,
    none,
)
from odoo.addons.connector.exception import MappingError, NoConnectorUnitError

from .mapping_case import LINE, PARTNER, CategoryCase


class TestDirectImport(CategoryCase):
    class NameMapper(ImportMapper):
        direct = [("name", "name")]

    def test_value_is_taken_over_as_it_is(self):
        for value in ("Ada", 1, 1.5, True, ["a"], {"a": 1}):
            with self.subTest(value=value):
                values = self.import_values(self.NameMapper, {"name": value})

                self.assertEqual(values, {"name": value})

    def test_value_that_says_nothing_becomes_false(self):
        for record in ({}, {"name": None}, {"name": False}, {"name": ""}):
            with self.subTest(record=record):
                values = self.import_values(self.NameMapper, record)

                self.assertIs(values["name"], False)

    def test_falsy_value_that_says_something_is_kept(self):
        for value in (0, 0.0, [], {}):
            with self.subTest(value=value):
                values = self.import_values(self.NameMapper, {"name": value})

                self.assertEqual(values["name"], value)
                self.assertIs(type(values["name"]), type(value))

    def test_falsy_values_are_the_same_with_a_fields_filter(self):
        for value in (None, "", 0, [], "Ada"):
            with self.subTest(value=value):
                record = {"name": value}

                self.assertEqual(
                    self.import_values(self.NameMapper, record, fields=["name"]),
                    self.import_values(self.NameMapper, record),
                )

    def test_source_only_needs_a_get(self):
        class Node:
            def get(self, name):
                return f"text of {name}"

        values = self.import_values(self.NameMapper, Node())

        self.assertEqual(values, {"name": "text of name"})

    def test_modifiers_read_an_object_that_has_no_get(self):
        """Every ImportMapper took ``record.get``, also where it mapped no field."""

        class Answer:
            label = "ada"
            owner = SimpleNamespace(company=SimpleNamespace(name="Engine Ltd"))

        def upper(field):
            return lambda _mapper, record, _to_attr: getattr(record, field).upper()

        class AnswerMapper(ImportMapper):
            direct = [
                (upper("label"), "name"),
                (follow_m2o_relations("owner.company.name"), "company_name"),
            ]

        values = self.import_values(AnswerMapper, Answer())

        self.assertEqual(values, {"name": "ADA", "company_name": "Engine Ltd"})

    def test_modifiers_of_an_import_read_records(self):
        class CompanyMapper(ImportMapper):
            direct = [
                (follow_m2o_relations("partner_id.name"), "name"),
                (m2o_to_backend("partner_id", binding=PARTNER), "number"),
            ]

        self.backend(type("PartnerBinder", (Binder,), {"_model_name": PARTNER}))
        company = self.env.company
        self.create_partner_binding("C1", odoo_id=company.partner_id.id)

        values = self.import_values(CompanyMapper, company)

        self.assertEqual(values, {"name": company.name, "number": "C1"})

    def test_modifier_gets_mapper_record_and_target(self):
        seen = []

        def watch(field):
            def modifier(self, record, to_attr):
                seen.append((type(self), record[field], to_attr))
                return "modified"

            return modifier

        class PartnerMapper(ImportMapper):
            direct = [(watch("first"), "name")]

        values = self.import_values(PartnerMapper, {"first": "Ada"})

        self.assertEqual(values, {"name": "modified"})
        self.assertEqual(seen, [(PartnerMapper, "Ada", "name")])

    def test_order_counts_between_a_modifier_and_a_plain_field(self):
        class PartnerMapper(ImportMapper):
            direct = [(none("first"), "name"), ("second", "name")]

        values = self.import_values(PartnerMapper, {"first": "1", "second": "2"})

        self.assertEqual(values, {"name": "2"})


class TestImportMany2one(CategoryCase):
    class CategoryMapper(ImportMapper):
        direct = [("group", "category_binding_id")]

    def test_many2one_takes_the_binding_with_the_external_id(self):
        for external_id in ("7", 7):
            with self.subTest(external_id=external_id):
                values = self.import_values(self.CategoryMapper, {"group": external_id})

                self.assertEqual(values, {"category_binding_id": self.category.id})

    def test_many2one_without_external_id_is_emptied(self):
        for group in (None, False, ""):
            with self.subTest(group=group):
                values = self.import_values(self.CategoryMapper, {"group": group})

                self.assertEqual(values, {"category_binding_id": False})

    def test_zero_is_an_external_id(self):
        self.category.external_id = "0"

        values = self.import_values(self.CategoryMapper, {"group": 0})

        self.assertEqual(values, {"category_binding_id": self.category.id})

    def test_unknown_external_id_is_an_error_until_it_is_imported(self):
        with self.assertRaises(MappingError) as caught:
            self.import_values(self.CategoryMapper, {"group": "8"})

        self.assertEqual(
            str(caught.exception),
            "Cannot map 'group' to 'category_binding_id' of 'connector.test.partner': "
            "no record is bound to external id '8' on "
            f"connector.test.backend({self.backend_record.id},) "
            "(binding 'connector.test.category'). Import it first.",
        )
        self.category.copy({"external_id": "8"})
        self.import_values(self.CategoryMapper, {"group": "8"})

    def test_inherited_many2one_counts_too(self):
        class CountryMapper(ImportMapper):
            direct = [("country", "country_id")]

        with self.assertRaises(NoConnectorUnitError) as caught:
            self.import_values(CountryMapper, {"country": "FR"})

        self.assertIn("'res.country'", str(caught.exception))

    def test_modifier_switches_the_look_up_off(self):
        class PartnerMapper(ImportMapper):
            direct = [(none("country"), "country_id")]

        values = self.import_values(PartnerMapper, {"country": 5})

        self.assertEqual(values, {"country_id": 5})


class TestDirectExport(CategoryCase):
    def test_value_of_the_record_is_taken(self):
        class PartnerMapper(ExportMapper):
            direct = [("name", "label")]

        values = self.export_values(PartnerMapper, self.create_partner_binding())

        self.assertEqual(values, {"label": "Ada"})

    def test_empty_field_becomes_false(self):
        class PartnerMapper(ExportMapper):
            direct = [("ref", "ref"), ("line_ids", "lines"), ("country_id", "country")]

        values = self.export_values(PartnerMapper, self.create_partner_binding())

        self.assertEqual(values, {"ref": False, "lines": False, "country": False})

    def test_zero_is_exported_as_zero(self):
        class LineMapper(ExportMapper):
            direct = [("quantity", "qty")]

        values = self.export_values(LineMapper, self.env[LINE].create({"quantity": 0}))

        self.assertEqual(values, {"qty": 0})
        self.assertIs(type(values["qty"]), int)

    def test_many2one_gives_the_external_id(self):
        class PartnerMapper(ExportMapper):
            direct = [("category_binding_id", "group")]

        partner = self.create_partner_binding(category_binding_id=self.category.id)

        self.assertEqual(self.export_values(PartnerMapper, partner), {"group": "7"})

    def test_many2one_without_external_id_is_an_error_until_it_is_exported(self):
        class PartnerMapper(ExportMapper):
            direct = [("category_binding_id", "group")]

        partner = self.create_partner_binding(category_binding_id=self.category.id)
        self.category.external_id = False

        with self.assertRaises(MappingError) as caught:
            self.export_values(PartnerMapper, partner)

        self.assertEqual(
            str(caught.exception),
            "Cannot map 'category_binding_id' of "
            f"connector.test.partner({partner.id},): "
            f"connector.test.category({self.category.id},) has no external id on "
            f"connector.test.backend({self.backend_record.id},) "
            "(binding 'connector.test.category'). Export it first.",
        )
        self.category.external_id = "9"
        self.assertEqual(self.export_values(PartnerMapper, partner), {"group": "9"})

    def test_modifier_gets_the_record(self):
        class PartnerMapper(ExportMapper):
            direct = [(none("ref"), "reference"), (none("name"), "label")]

        values = self.export_values(PartnerMapper, self.create_partner_binding())

        self.assertEqual(values, {"reference": None, "label": "Ada"})

    def test_source_that_is_no_record_is_read_by_item(self):
        class Row:
            def __getitem__(self, name):
                return {"name": "Ada", "ref": ""}[name]

        class PartnerMapper(ExportMapper):
            direct = [("name", "label"), ("ref", "reference")]

        values = self.export_values(PartnerMapper, Row())

        self.assertEqual(values, {"label": "Ada", "reference": False})

    def test_unknown_field_is_an_error(self):
        class PartnerMapper(ExportMapper):
            direct = [("nmae", "label")]

        for record in (self.create_partner_binding(), {"name": "Ada"}):
            with self.subTest(record=record), self.assertRaises(KeyError):
                self.export_values(PartnerMapper, record)
