# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of overrides of the steps of a mapper."""

from odoo.addons.connector.components.map_record import MapOptions
from odoo.addons.connector.components.mapper import ImportMapper, Mapper
from odoo.addons.connector.tests.common import UnitCase

LINE = "connector.test.line"


class TestOverrides(UnitCase):
    """Internals which connectors in the wild override are really called."""

    def test_map_direct_of_a_subclass_gives_the_values(self):
        class PartnerMapper(ImportMapper):
            direct = [("first", "name"), ("last", "ref")]

            def _map_direct(self, record, from_attr, to_attr):
                value = super()._map_direct(record, from_attr, to_attr)
                return f"{to_attr}={value}"

        values = (
            self.unit(PartnerMapper).map_record({"first": "A", "last": "B"}).values()
        )

        self.assertEqual(values, {"name": "name=A", "ref": "ref=B"})

    def test_apply_of_a_subclass_gives_the_values(self):
        class PartnerMapper(ImportMapper):
            def _apply(self, map_record, options=None):
                return {"applied": map_record.source, "color": options.color}

        values = self.unit(PartnerMapper).map_record("source").values(color="red")

        self.assertEqual(values, {"applied": "source", "color": "red"})

    def test_apply_works_without_options(self):
        class PartnerMapper(ImportMapper):
            direct = [("first", "name")]

        mapper = self.unit(PartnerMapper)

        values = mapper._apply(mapper.map_record({"first": "Ada"}))

        self.assertEqual(values, {"name": "Ada"})

    def test_apply_with_options_of_a_subclass_sees_the_options(self):
        class PartnerMapper(ImportMapper):
            direct = [("first", "name")]

            def _apply_with_options(self, map_record):
                values = super()._apply_with_options(map_record)
                return {**values, "color": self.options.color}

        record = self.unit(PartnerMapper).map_record({"first": "Ada"})

        self.assertEqual(record.values(color="red"), {"name": "Ada", "color": "red"})

    def test_map_child_of_a_subclass_gives_the_lines(self):
        class PartnerMapper(ImportMapper):
            children = [("lines", "line_ids", LINE)]

            def _map_child(self, map_record, from_attr, to_attr, model_name):
                return [from_attr, to_attr, model_name]

        values = self.unit(PartnerMapper).map_record({}).values()

        self.assertEqual(values, {"line_ids": ["lines", "line_ids", LINE]})

    def test_get_map_child_unit_of_a_subclass_gives_the_unit(self):
        class Lines:
            def get_items(self, items, parent, to_attr, options):
                return [items, parent.source, to_attr, type(options)]

        class PartnerMapper(ImportMapper):
            children = [("lines", "line_ids", LINE)]

            def _get_map_child_unit(self, model_name):
                return Lines()

        source = {"lines": ["one"]}
        values = self.unit(PartnerMapper).map_record(source).values()

        self.assertEqual(
            values, {"line_ids": [["one"], source, "line_ids", MapOptions]}
        )

    def test_map_record_of_a_subclass_is_used_for_lines(self):
        @self.backend
        class LineMapper(ImportMapper):
            _model_name = LINE
            direct = [("n", "name")]

            def map_record(self, record, parent=None):
                return super().map_record({"n": f"line {record}"}, parent=parent)

        class PartnerMapper(ImportMapper):
            children = [("lines", "line_ids", LINE)]

        values = self.unit(PartnerMapper).map_record({"lines": [7]}).values()

        self.assertEqual(values, {"line_ids": [(0, 0, {"name": "line 7"})]})

    def test_plain_mapper_is_told_what_to_define(self):
        class PlainMapper(Mapper):
            direct = [("first", "name")]

        with self.assertRaises(NotImplementedError) as caught:
            self.unit(PlainMapper).map_record({"first": "Ada"}).values()

        message = str(caught.exception)
        self.assertIn("PlainMapper does not say how to map 'first' to 'name'", message)
        self.assertIn("define its _map_direct()", message)
