# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of keys in keys: JSON of other systems is seldom flat."""

from odoo.addons.connector.api import ImportMapper, decimal, none, related

from .mapping_case import CATEGORY, CategoryCase

RECORD = {
    "address": {"city": "Bern"},
    "prices": [{"net": "12.50"}],
    "group": {"id": 7},
}


class TestNestedKeys(CategoryCase):
    class AddressMapper(ImportMapper):
        direct = [
            ("address.city", "city"),
            (decimal("prices.0.net"), "partner_latitude"),
            (related("group.id", CATEGORY), "category_binding_id"),
        ]

    def test_value_in_an_object_and_in_a_list_is_found(self):
        values = self.import_values(self.AddressMapper, RECORD)

        self.assertEqual(values["city"], "Bern")
        self.assertEqual(values["partner_latitude"], 12.5)
        self.assertTrue(values["category_binding_id"])

    def test_key_that_is_missing_leaves_its_field_alone(self):
        """As a key that is not inside of another one does."""
        for record in ({}, {"address": {}}, {"address": "Bern"}, {"address": []}):
            with self.subTest(record):
                values = self.import_values(
                    self.AddressMapper, record, leave_missing=True
                )
                self.assertEqual(values, {})

    def test_null_empties_the_fields_of_what_is_inside(self):
        for record in ({"address": None}, {"address": {"city": None}}):
            with self.subTest(record):
                values = self.import_values(
                    self.AddressMapper, record, leave_missing=True
                )
                self.assertEqual(values, {"city": False})

    def test_key_with_a_dot_is_taken_as_it_is(self):
        record = {"address.city": "Basel", "address": {"city": "Bern"}}

        for source in ("address.city", none("address.city")):
            with self.subTest(source):
                members = {"direct": [(source, "city")]}
                mapper = type(ImportMapper)("FlatMapper", (ImportMapper,), members)
                self.assertEqual(self.import_values(mapper, record), {"city": "Basel"})
