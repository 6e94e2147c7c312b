# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of records that need others to be there first (promise 10 of the flows)."""

from odoo.addons.connector.api import (
    ImportMapper,
    NothingToDoJob,
    RecordImporter,
    related,
)
from odoo.addons.connector_test.models.flow import CONTACT, LABEL
from odoo.addons.connector_test.models.order import ORDER_LINE

from .flow_case import FlowCase
from .order_case import OrderCase


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

    def test_missing_record_whose_id_is_deep_in_another_is_imported_first(self):
        direct = [("name", "name"), (related("boss.id", CONTACT), "parent_id")]
        self.records = [self.contact("C1", boss={"id": "C2"}), self.contact("C2")]
        importer = self.scope().get_connector_unit(RecordImporter)
        self.patch(type(importer.mapper), "direct", direct)

        self.import_page(self.records[:1])

        self.assertEqual(self.parent("C1"), self.binding("C2").odoo_id)

    def test_record_that_comes_later_in_the_page_is_not_created_twice(self):
        self.records = [self.contact("C1", boss="C2"), self.contact("C2")]

        result = self.import_page()

        self.assertEqual(result.counts, {"created": 1, "unchanged": 1})
        self.assertEqual(len(self.env[CONTACT].search([])), 2)

    def test_record_of_a_later_chunk_is_not_created_twice(self):
        """Only the records of the chunk in hand were looked up again."""
        self.records = [
            self.contact("C1", boss="C250"),
            *(self.contact(f"C{number}") for number in range(2, 251)),
        ]

        result = self.import_page()

        self.assertEqual(result.counts, {"created": 249, "unchanged": 1})
        self.assertEqual(self.parent("C1"), self.binding("C250").odoo_id)

    def test_record_is_created_again_that_was_taken_back_with_a_bad_one(self):
        """It was taken for one that is here, which it was until the bad one came."""
        self.records = [
            self.contact("C1", boss="C2"),
            self.contact("C2"),
            {"id": "C3", "name": None},
        ]

        result = self.import_page()

        self.assertEqual(list(result.rejected), ["C3"])
        self.assertEqual(self.parent("C1"), self.binding("C2").odoo_id)

    def test_record_that_is_nowhere_rejects_only_what_needs_it(self):
        self.records = [self.contact("C1", boss="C9"), self.contact("C2")]

        result = self.import_page()

        self.assertEqual(result.counts, {"rejected": 1, "created": 1})
        self.assertIn("'C9'", result.rejected["C1"])

    def test_nothing_to_do_for_a_dependency_does_not_end_what_needs_it(self):
        case = self

        class OwnImporter(RecordImporter):
            _model_name = CONTACT

            def run(self, external_id, *args, **options):
                case.assertEqual(super().run(external_id), "created")
                raise NothingToDoJob("It was here.")

        self.backend(OwnImporter)
        self.records = [self.contact("C1", boss="C2"), self.contact("C2")]

        result = self.import_page(self.records[:1])

        self.assertEqual(result.counts, {"created": 1})
        self.assertEqual(self.parent("C1"), self.binding("C2").odoo_id)

    def test_related_records_of_a_page_are_looked_up_together(self):
        self.records = [self.contact("C1")]
        self.import_page()
        page = [self.contact(f"D{number}", boss="C1") for number in range(20)]
        self.import_page(page)

        with self.assertQueryCount(8):
            result = self.import_page(page)

        self.assertEqual(result.counts, {"unchanged": 20})

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


class TestRequiredRing(FlowCase):
    def mapper_class(self):
        direct = [("name", "name"), (related("twin", CONTACT), "commercial_twin_id")]
        members = {"_model_name": CONTACT, "direct": direct}
        return type("ContactMapper", (ImportMapper,), members)

    def test_required_link_rejects_the_records_and_prints_the_ring(self):
        self.patch(self.env[CONTACT]._fields["commercial_twin_id"], "required", True)
        self.records = [
            {"id": "C1", "name": "A", "twin": "C2"},
            {"id": "C2", "name": "B", "twin": "C3"},
            {"id": "C3", "name": "C", "twin": "C1"},
        ]

        result = self.import_page(self.records[:1])

        self.assertEqual(result.counts, {"rejected": 1})
        ring = " -> ".join(f"{CONTACT} {one}" for one in ("C1", "C2", "C3", "C1"))
        self.assertIn(ring, result.rejected["C1"])


class TestRelatedOfLine(OrderCase):
    line_direct = [("id", "external_id"), (related("kind", LABEL), "product_id")]

    def setUp(self):
        super().setUp()
        self.kinds = [{"id": "K1", "text": "Gold"}, {"id": "K2", "text": "Blue"}]
        case = self

        class KindAdapter(self.order_adapter_class()):
            _model_name = LABEL

            def list_records(self):
                return case.kinds

        @self.backend
        class KindMapper(ImportMapper):
            _model_name = LABEL
            direct = [("text", "name")]

            def finalize(self, map_record, values):
                return {**values, "contact_id": case.contact.id}

        self.backend(KindAdapter)
        self.contact = self.env[CONTACT].create(
            {"name": "A", "backend_id": self.backend_record.id, "external_id": "C"}
        )

    def test_what_lines_need_is_imported_first(self):
        lines = [{"id": "L1", "kind": "K1"}, {"id": "L2", "kind": "K2"}]

        result = self.import_orders(self.order_with("O1", lines=lines))

        self.assertEqual(result.counts, {"created": 1})
        kinds = self.env[ORDER_LINE].search([]).mapped("product_id.name")
        self.assertEqual(kinds, ["Gold", "Blue"])

    def test_what_no_line_finds_rejects_the_order(self):
        lines = [{"id": "L1", "kind": "K9"}]

        result = self.import_orders(self.order_with("O1", lines=lines))

        self.assertIn("'K9'", result.rejected["O1"])
