# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of orders that come in with their lines."""

from odoo.addons.connector.api import ImportMapper, ListAdapter, RecordImporter
from odoo.addons.connector.tests.common import UnitCase
from odoo.addons.connector_test.models.order import ORDER, ORDER_LINE


class OrderCase(UnitCase):
    """A test with orders on the backend."""

    line_direct = [("id", "external_id"), ("text", "name"), ("count", "quantity")]

    def setUp(self):
        super().setUp()
        self.records = []
        self.backend(self.order_adapter_class())
        self.backend(self.order_mapper_class())
        self.backend(self.line_mapper_class())

    def order_adapter_class(self):
        case = self

        class OrderAdapter(ListAdapter):
            _model_name = ORDER
            _version = "version"

            def list_records(self):
                return case.records

        return OrderAdapter

    def order_mapper_class(self):
        class OrderMapper(ImportMapper):
            _model_name = ORDER
            direct = [("name", "name"), ("note", "note")]
            children = [("lines", "shop_line_ids", ORDER_LINE)]

        return OrderMapper

    def line_mapper_class(self, **members):
        members = {"_model_name": ORDER_LINE, "direct": self.line_direct, **members}
        return type(ImportMapper)("OrderLineMapper", (ImportMapper,), members)

    def order_with(self, external_id, *line_ids, **values):
        """Return an order on the backend with lines of these ids."""
        lines = [self.line(line_id) for line_id in line_ids]
        return {"id": external_id, "name": f"Order {external_id}", "lines": lines} | (
            values
        )

    def line(self, line_id, text=None, count=1, **values):
        """Return a line on the backend."""
        text = text or f"Line {line_id}"
        return {"id": line_id, "text": text, "count": count, **values}

    def import_orders(self, *records, **options):
        """Import orders as one page, and return what became of them."""
        return self.order_importer().run_page(list(records), **options)

    def order_importer(self):
        scope = self.backend_record.get_environment(ORDER, self.session)
        return scope.get_connector_unit(RecordImporter)

    def order(self, external_id):
        """Return the binding of an order."""
        return self.bound(ORDER, external_id)

    def bound_line(self, external_id):
        """Return the binding of a line."""
        return self.bound(ORDER_LINE, external_id)

    def bound(self, model, external_id):
        return self.env[model].search([("external_id", "=", external_id)])

    def texts(self, external_id):
        """Return the texts of the lines of the wrapped order."""
        return self.order(external_id).odoo_id.line_ids.sorted("id").mapped("name")
