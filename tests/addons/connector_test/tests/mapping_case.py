# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of mappers."""

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.map_child import ImportMapChild
from odoo.addons.connector.components.mapper import ExportMapper, ImportMapper
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
CATEGORY = "connector.test.category"
LINE = "connector.test.line"


class CategoryCase(UnitCase):
    """A test with a category that is bound to external id ``7``."""

    def setUp(self):
        super().setUp()

        @self.backend
        class CategoryBinder(Binder):
            _model_name = CATEGORY

        self.category = self.env[CATEGORY].create(
            {"name": "Gold", "backend_id": self.backend_record.id, "external_id": "7"}
        )

    def import_values(self, mapper_class, record, model_name=PARTNER, **options):
        mapper = self.unit(mapper_class, model_name)
        return mapper.map_record(record).values(**options)

    def export_values(self, mapper_class, record):
        return self.unit(mapper_class).map_record(record).values()


class ModifierCase(UnitCase):
    def modify_import(self, modifier, record, to_attr="target"):
        """Return what a modifier gives inside an import mapper of partners."""
        return modifier(self.unit(ImportMapper), record, to_attr)

    def modify_export(self, modifier, record, to_attr="target"):
        """Return what a modifier gives inside an export mapper of partners."""
        return modifier(self.unit(ExportMapper), record, to_attr)

    def register_binder(self, model_name):
        self.backend(type("OwnBinder", (Binder,), {"_model_name": model_name}))


class PartnerMapper(ImportMapper):
    _model_name = PARTNER
    children = [("lines", "line_ids", LINE)]


class ChildCase(UnitCase):
    """A test that maps a partner with lines; what the lines know is registered."""

    def register_line_mapper(self, **members):
        members = {"_model_name": LINE, "direct": [("label", "name")], **members}
        self.backend(type(ImportMapper)("LineMapper", (ImportMapper,), members))

    def register_map_child(self, base=ImportMapChild, **members):
        members = {"_model_name": LINE, **members}
        self.backend(type("LineMapChild", (base,), members))

    def map_lines(self, lines, mapper=None, **options):
        mapper = mapper or self.unit(PartnerMapper)
        return mapper.map_record({"lines": lines}).values(**options)["line_ids"]
