# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of records that need others to be there first (promise 10 of the flows)."""

from odoo.addons.connector.api import ImportMapper, related
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase


class TestRelated(FlowCase):
    def mapper_class(self):
        direct = [("name", "name"), (related("boss", CONTACT), "parent_id")]
        members = {"_model_name": CONTACT, "direct": direct}
        return type("ContactMapper", (ImportMapper,), members)

    def contact(self, external_id, boss=None):
        return {"id": external_id, "name": f"Contact {external_id}", "boss": boss}

    def parent(self, external_id):
        return self.binding(external_id).odoo_id.parent_id

    def test_missing_record_is_imported_first(self):
        self.records = [self.contact("C1", boss="C2"), self.contact("C2")]

        self.import_page(self.records[:1])

        self.assertEqual(self.parent("C1"), self.binding("C2").odoo_id)

    def test_record_that_comes_later_in_the_page_is_not_created_twice(self):
        self.records = [self.contact("C1", boss="C2"), self.contact("C2")]

        result = self.import_page()

        self.assertEqual(result.counts, {"created": 1, "unchanged": 1})
        self.assertEqual(len(self.env[CONTACT].search([])), 2)

    def test_record_that_is_nowhere_rejects_only_what_needs_it(self):
        self.records = [self.contact("C1", boss="C9"), self.contact("C2")]

        result = self.import_page()

        self.assertEqual(result.counts, {"rejected": 1, "created": 1})
        self.assertIn("'C9'", result.rejected["C1"])

    def test_chain_is_imported_from_its_end(self):
        self.records = [
            self.contact("C1", boss="C2"),
            self.contact("C2", boss="C3"),
            self.contact("C3"),
        ]

        self.import_page()

        self.assertEqual(self.parent("C1"), self.binding("C2").odoo_id)
        self.assertEqual(self.parent("C2"), self.binding("C3").odoo_id)


class TestRing(FlowCase):
    def mapper_class(self):
        direct = [("name", "name"), (related("twin", CONTACT), "commercial_twin_id")]
        members = {"_model_name": CONTACT, "direct": direct}
        return type("ContactMapper", (ImportMapper,), members)

    def setUp(self):
        super().setUp()
        self.records = [
            {"id": "C1", "name": "A", "twin": "C2"},
            {"id": "C2", "name": "B", "twin": "C1"},
        ]

    def test_optional_link_of_a_ring_is_set_in_the_end(self):
        self.assert_twins(self.import_page(self.records[:1]))

    def test_ring_inside_a_page_is_imported(self):
        self.assert_twins(self.import_page())

    def assert_twins(self, result):
        self.assertEqual(result.rejected, {})
        first, second = self.binding("C1"), self.binding("C2")
        self.assertEqual(first.commercial_twin_id, second.odoo_id)
        self.assertEqual(second.commercial_twin_id, first.odoo_id)
