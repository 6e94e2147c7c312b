# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the unit that maps lines, and of its overrides."""

from odoo.addons.connector.components.core import ConnectorEnvironment
from odoo.addons.connector.components.map_child import (
    ImportMapChild,
    MapChild,
)
from odoo.addons.connector.components.map_record import MapOptions
from odoo.addons.connector.components.mapper import ImportMapper, Mapper
from odoo.addons.connector.components.mapping import mapping
from odoo.addons.connector.exception import InvalidUsageError

from .mapping_case import LINE, PARTNER, ChildCase, PartnerMapper


class TestMapChildHooks(ChildCase):
    def test_skip_item_leaves_a_source_line_out(self):
        self.register_line_mapper()
        self.register_map_child(
            skip_item=lambda self, map_record: map_record.source["label"] == "one"
        )

        lines = self.map_lines([{"label": "one"}, {"label": "two"}])

        self.assertEqual(lines, [(0, 0, {"name": "two"})])

    def test_skipped_source_line_is_not_mapped(self):
        self.register_line_mapper(finalize=lambda self, record, values: 1 / 0)
        self.register_map_child(skip_item=lambda self, map_record: True)

        self.assertEqual(self.map_lines([{"label": "one"}]), [])

    def test_skip_add_item_leaves_mapped_values_out(self):
        self.register_line_mapper()
        self.register_map_child(
            skip_add_item=lambda self, values: values["name"] == "one"
        )

        lines = self.map_lines([{"label": "one"}, {"label": "two"}])

        self.assertEqual(lines, [(0, 0, {"name": "two"})])

    def test_get_item_values_gives_the_values(self):
        class LineMapChild(ImportMapChild):
            _model_name = LINE

            def get_item_values(self, map_record, to_attr, options):
                values = super().get_item_values(map_record, to_attr, options)
                return {**values, "color": options.color, "for": to_attr}

        self.register_line_mapper()
        self.backend(LineMapChild)

        lines = self.map_lines([{"label": "one"}], color="red")

        expected = {"name": "one", "color": "red", "for": "line_ids"}
        self.assertEqual(lines, [(0, 0, expected)])

    def test_format_items_gives_the_result(self):
        self.register_line_mapper()
        self.register_map_child(
            format_items=lambda self, items_values: [(5, 0, 0), *items_values]
        )

        lines = self.map_lines([{"label": "one"}])

        self.assertEqual(lines, [(5, 0, 0), {"name": "one"}])

    def test_child_mapper_gives_the_mapper(self):
        @self.backend
        class PreciseMapper(ImportMapper):
            _model_name = LINE
            direct = [("label", "ref")]

        self.register_line_mapper()
        self.register_map_child(_child_mapper=lambda self: self.unit_for(PreciseMapper))

        lines = self.map_lines([{"label": "one"}])

        self.assertEqual(lines, [(0, 0, {"ref": "one"})])

    def test_get_items_gets_lines_parent_target_and_options(self):
        self.register_map_child(
            get_items=lambda self, items, parent, to_attr, options: (
                items,
                parent.source,
                to_attr,
                options.color,
            )
        )

        lines = self.map_lines(["one"], color="red")

        self.assertEqual(lines, (["one"], {"lines": ["one"]}, "line_ids", "red"))

    def test_plain_map_child_is_told_what_to_define(self):
        unit = self.unit(MapChild, LINE)
        parent = self.unit(PartnerMapper).map_record({})

        with self.assertRaises(NotImplementedError) as caught:
            unit.get_items([], parent, "line_ids", MapOptions())

        self.assertIn("MapChild does not say which mapper", str(caught.exception))
        self.assertIn("define its _child_mapper()", str(caught.exception))


class TestMapChildUnit(ChildCase):
    def test_without_a_registered_unit_the_default_one_is_taken(self):
        unit = self.unit(PartnerMapper)._get_map_child_unit(LINE)

        self.assertIs(type(unit), ImportMapChild)
        self.assertEqual(unit.connector_env.model_name, LINE)

    def test_default_unit_is_the_one_the_mapper_names(self):
        class OwnMapChild(ImportMapChild):
            pass

        class OwnMapper(PartnerMapper):
            _map_child_class = OwnMapChild

        unit = self.unit(OwnMapper)._get_map_child_unit(LINE)

        self.assertIs(type(unit), OwnMapChild)

    def test_default_unit_works_in_an_environment_of_the_same_kind(self):
        """The classic fallback made a plain environment and lost what it carried."""

        class ShopEnvironment(ConnectorEnvironment):
            _propagate_kwargs = ["shop"]

            def __init__(self, backend_record, session, model_name, shop=None):
                super().__init__(backend_record, session, model_name)
                self.shop = shop

        scope = ShopEnvironment(self.backend_record, self.session, PARTNER, shop="FR")

        unit = PartnerMapper(scope)._get_map_child_unit(LINE)

        self.assertIs(type(unit.connector_env), ShopEnvironment)
        self.assertEqual(unit.connector_env.shop, "FR")

    def test_line_mapper_works_in_an_environment_of_the_same_kind(self):
        class ShopEnvironment(ConnectorEnvironment):
            _propagate_kwargs = ["shop"]

            def __init__(self, backend_record, session, model_name, shop=None):
                super().__init__(backend_record, session, model_name)
                self.shop = shop

        @mapping
        def shop(self, record):
            return {"shop": self.connector_env.shop}

        self.register_line_mapper(shop=shop)
        scope = ShopEnvironment(self.backend_record, self.session, PARTNER, shop="FR")

        lines = self.map_lines([{"label": "one"}], mapper=PartnerMapper(scope))

        self.assertEqual(lines, [(0, 0, {"name": "one", "shop": "FR"})])

    def test_mapper_without_a_map_child_class_is_told_what_to_inherit(self):
        class PlainMapper(Mapper):
            children = [("lines", "line_ids", LINE)]

        with self.assertRaises(InvalidUsageError) as caught:
            self.unit(PlainMapper).map_record({"lines": []}).values()

        message = str(caught.exception)
        self.assertIn("Cannot map the lines 'lines'", message)
        self.assertIn("PlainMapper has no _map_child_class", message)
        self.assertIn("Inherit ImportMapper or ExportMapper", message)
        self.assertIsInstance(caught.exception, AssertionError)
