# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of exports that send what changed here, and of which lines."""

from odoo.addons.connector.api import (
    ChangesExporter,
    ExportMapper,
    ExportOn,
    PagedAdapter,
)
from odoo.addons.connector.components.synchronizer import Exporter
from odoo.addons.connector_test.models.order import ORDER, ORDER_LINE

from .order_case import OrderCase


class TestChangesExporter(OrderCase):
    line_direct = [("text", "name"), ("sku", "sku"), ("count", "quantity")]

    def setUp(self):
        super().setUp()
        exporting = {"_model_name": ORDER, "direct": [("note", "note")]}
        lines = [("shop_line_ids", "lines", ORDER_LINE)]
        mapper = type(ExportMapper)(
            "OrderOut", (ExportMapper,), {**exporting, "children": lines}
        )
        line = {
            "_model_name": ORDER_LINE,
            "direct": [("quantity", "count"), ("sku", "article")],
        }
        unit = {"_model_name": ORDER}
        self.backend(mapper)
        self.backend(type(ExportMapper)("LineOut", (ExportMapper,), line))
        self.backend(type(ChangesExporter)("OrderExporter", (ChangesExporter,), unit))
        order_class = self.registry[ORDER]
        exported = ExportOn(write=mapper.source_fields())
        self.patch(order_class, "_export_on", exported)
        self.patch(order_class, "_owner", {"*": "manual"})
        self.patch(self.registry[ORDER_LINE], "_line_key", "sku")
        self.registry_enter_test_mode()
        skus = [self.line(None, text=sku, sku=sku) for sku in ("A", "B")]
        self.there = self.order_with("O1", lines=skus, note="old", version=1)
        self.sent = []
        self.import_orders(self.there)

    def order_adapter_class(self):
        case = self

        class OrderAdapter(PagedAdapter):
            _model_name = ORDER
            _version = "version"

            def read(self, external_id):
                return case.there

            def write(self, external_id, data):
                case.sent.append(data)
                return case.there

        return OrderAdapter

    def export(self):
        self.env.flush_all()
        scope = self.backend_record.get_environment(ORDER, self.session)
        outcome = scope.get_connector_unit(Exporter).run(self.order("O1").id)
        self.env.invalidate_all()
        return outcome

    def test_changed_line_is_sent_with_what_changed_and_the_others_with_nothing(self):
        self.bound_line("O1/B").odoo_id.quantity = 5

        self.assertEqual(self.export(), "updated")

        lines = [{"key": "A"}, {"key": "B", "count": 5}]
        self.assertEqual(self.sent, [{"lines": lines}])

    def test_field_of_a_line_that_was_emptied_goes_out_as_null(self):
        self.bound_line("O1/B").odoo_id.write({"quantity": 5, "sku": False})

        self.assertEqual(self.export(), "updated")

        (line,) = (one for one in self.sent[0]["lines"] if one["key"] == "B")
        self.assertIsNone(line["article"])

    def test_line_that_was_deleted_here_is_left_out(self):
        self.bound_line("O1/A").odoo_id.unlink()

        self.assertEqual(self.export(), "updated")

        self.assertEqual(self.sent, [{"lines": [{"key": "B"}]}])

    def test_lines_that_did_not_change_are_not_sent(self):
        self.order("O1").note = "new"

        self.assertEqual(self.export(), "updated")

        self.assertEqual(self.sent, [{"note": "new"}])
        self.assertEqual(self.bound_line("O1/A").quantity, 1)

    def test_mapper_says_which_fields_are_to_be_exported(self):
        order_class = self.registry[ORDER]

        self.assertEqual(order_class._export_on.write, ["note", "shop_line_ids"])
