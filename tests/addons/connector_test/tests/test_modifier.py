# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the modifiers."""

from odoo.addons.connector.components.modifier import (
    convert,
    follow_m2o_relations,
    none,
)

from .mapping_case import LINE, ModifierCase


class TestPlainModifiers(ModifierCase):
    def test_none_stands_for_what_says_nothing(self):
        for record in ({}, {"a": None}, {"a": False}, {"a": ""}):
            with self.subTest(record=record):
                self.assertIsNone(self.modify_import(none("a"), record))

    def test_none_keeps_what_says_something(self):
        for value in ("Ada", 0, [], True):
            with self.subTest(value=value):
                self.assertEqual(self.modify_import(none("a"), {"a": value}), value)

    def test_none_stands_for_an_empty_field(self):
        line = self.env[LINE].create({"quantity": 0})

        self.assertIsNone(self.modify_export(none("name"), line))
        self.assertIsNone(self.modify_export(none("partner_binding_id"), line))
        self.assertEqual(self.modify_export(none("quantity"), line), 0)

    def test_convert_calls_the_type(self):
        self.assertEqual(self.modify_import(convert("a", int), {"a": "12"}), 12)

    def test_convert_gives_false_for_what_says_nothing(self):
        for record in ({}, {"a": None}, {"a": False}, {"a": ""}):
            with self.subTest(record=record):
                self.assertIs(self.modify_import(convert("a", int), record), False)

    def test_convert_calls_the_type_for_zero(self):
        self.assertEqual(self.modify_import(convert("a", str), {"a": 0}), "0")

    def test_convert_reads_records(self):
        line = self.env[LINE].create({"quantity": 3})

        self.assertEqual(self.modify_export(convert("quantity", str), line), "3")

    def test_modifiers_nest(self):
        cases = [
            (none(convert("a", int)), {"a": "12"}, 12),
            (none(convert("a", int)), {"a": ""}, None),
            (convert(none("a"), int), {"a": "12"}, 12),
            (convert(none("a"), int), {"a": ""}, False),
            (none(none(convert("a", float))), {"a": "1.5"}, 1.5),
        ]
        for modifier, record, expected in cases:
            with self.subTest(record=record):
                self.assertIs(
                    type(expected), type(self.modify_import(modifier, record))
                )
                self.assertEqual(self.modify_import(modifier, record), expected)

    def test_source_that_is_no_dictionary_is_read_by_item(self):
        class Row:
            def __getitem__(self, name):
                return "12"

        self.assertEqual(self.modify_export(convert("a", int), Row()), 12)

    def test_follow_m2o_relations_gives_the_end_of_the_path(self):
        country = self.env.ref("base.fr")
        partner = self.create_partner_binding(country_id=country.id)

        for path, expected in [
            ("name", "Ada"),
            ("country_id", country),
            ("country_id.code", "FR"),
            ("country_id.currency_id.name", country.currency_id.name),
        ]:
            with self.subTest(path=path):
                found = self.modify_export(follow_m2o_relations(path), partner)

                self.assertEqual(found, expected)

    def test_follow_m2o_relations_survives_an_empty_relation(self):
        partner = self.create_partner_binding(country_id=False)

        code = self.modify_export(follow_m2o_relations("country_id.code"), partner)

        self.assertIs(code, False)
