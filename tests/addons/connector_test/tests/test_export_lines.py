# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of exports of records with lines that were made here."""

from odoo.addons.connector.api import ExportMapper, ImportMapper, RecordImporter

from ..models.order import ORDER, ORDER_LINE
from .export_case import ExportCase


class TestOwnLines(ExportCase):
    """A line that is made here is sent with its order, and stays that line."""

    def setUp(self):
        super().setUp()
        self.answers = True
        self.backend(self.line_mapper(ExportMapper, ("external_id", "id"), "name"))
        self.backend(self.line_mapper(ImportMapper, ("id", "external_id"), "text"))
        self.backend(self.import_mapper_class())
        quiet = self.env[ORDER].with_context(connector_no_export=True)
        self.order = quiet.create({"name": "1", "backend_id": self.backend_record.id})
        self.lines = self.make_lines("Tea", "Jam")

    def make_lines(self, *names):
        lines = self.env["connector.test.sale.line"]
        sale = self.order.odoo_id.id
        return lines.create([{"sale_id": sale, "name": name} for name in names])

    def line_mapper(self, base, key, name):
        direct = [key, ("name", "text") if name == "name" else ("text", "name")]
        members = {"_model_name": ORDER_LINE, "direct": direct}
        return type(base)("LineMapper", (base,), members)

    def mapper_class(self):
        class OrderMapper(ExportMapper):
            _model_name = ORDER
            direct = [("name", "name")]
            children = [("shop_line_ids", "lines", ORDER_LINE)]

        return OrderMapper

    def import_mapper_class(self):
        class OrderImportMapper(ImportMapper):
            _model_name = ORDER
            direct = [("name", "name")]
            children = [("lines", "shop_line_ids", ORDER_LINE)]

        return OrderImportMapper

    def adapter_class(self, **members):
        case, base = self, super().adapter_class()

        class OrderAdapter(base):
            _model_name = ORDER

            def create(self, data):
                return case.numbered(super().create(data))

            def write(self, external_id, data):
                return case.numbered(super().write(external_id, data))

        return OrderAdapter

    def numbered(self, answer):
        """Give ids to the new lines of an order; return it where the shop answers."""
        lines = [
            {**line, "id": line["id"] or f"L{number}"}
            for number, line in enumerate(answer["lines"], start=1)
        ]
        self.shop.records[answer["id"]]["lines"] = lines
        return {**answer, "lines": lines} if self.answers else answer["id"]

    def scope(self, model_name=ORDER):
        return super().scope(model_name)

    def ids(self):
        """Return the external id of each line, by its text."""
        return {one.name: one.external_id for one in self.order.shop_line_ids}

    def test_line_without_a_binding_is_sent_with_its_order(self):
        self.assertEqual(self.export(self.order), "created")

        there = self.shop.records["R1"]["lines"]
        self.assertEqual([one["text"] for one in there], ["Tea", "Jam"])
        self.assertEqual(self.ids(), {"Tea": "L1", "Jam": "L2"})

    def test_line_that_is_added_later_gets_its_id_as_well(self):
        self.export(self.order)
        self.make_lines("Milk")

        self.assertEqual(self.export(self.order), "updated")

        self.assertEqual(self.ids(), {"Tea": "L1", "Jam": "L2", "Milk": "L3"})

    def test_import_of_what_was_sent_makes_no_line_twice(self):
        self.export(self.order)

        importer = self.scope().get_connector_unit(RecordImporter)
        importer.run_page([self.shop.answer("R1")])

        self.assertEqual(self.order.odoo_id.line_ids, self.lines)

    def test_line_whose_id_nobody_knows_is_a_question(self):
        self.answers = False

        self.export(self.order)

        self.assertEqual(self.ids(), {"Tea": False, "Jam": False})
        self.assertIn("2 new lines", self.checkpoints().message)

    def test_lines_of_others_are_not_bound(self):
        other = self.env["connector.test.sale"].create({"name": "2"})
        lines = self.env["connector.test.sale.line"]
        lines.create({"sale_id": other.id, "name": "Salt"})

        self.export(self.order)

        self.assertEqual(self.order.shop_line_ids.odoo_id, self.lines)
