# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How do lines get from a record to its counterpart, and with which unit?"""

from odoo.addons.connector.components.core import ConnectorEnvironment
from odoo.addons.connector.components.map_child import (
    ExportMapChild,
    ImportMapChild,
    MapChild,
)
from odoo.addons.connector.components.mapper import ExportMapper, ImportMapper, Mapper
from odoo.addons.connector.components.mapping import mapping, only_create
from odoo.addons.connector.exception import InvalidUsageError, NoConnectorUnitError
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
LINE = "connector.test.line"


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


class TestImportLines(ChildCase):
    def test_each_line_becomes_a_command_to_create_it(self):
        self.register_line_mapper()

        lines = self.map_lines([{"label": "one"}, {"label": "two"}])

        self.assertEqual(lines, [(0, 0, {"name": "one"}), (0, 0, {"name": "two"})])

    def test_commands_create_the_lines(self):
        self.register_line_mapper()

        lines = self.map_lines([{"label": "one"}, {"label": "two"}])
        partner = self.create_partner_binding("P", line_ids=lines)

        self.assertEqual(partner.line_ids.mapped("name"), ["one", "two"])

    def test_no_lines_give_an_empty_list(self):
        self.register_line_mapper()

        self.assertEqual(self.map_lines([]), [])
        self.assertEqual(self.map_lines(None), [])

    def test_lines_inherit_for_create(self):
        @mapping
        @only_create
        def quantity(self, record):
            return {"quantity": 1}

        self.register_line_mapper(quantity=quantity)

        created = self.map_lines([{"label": "one"}], for_create=True)
        updated = self.map_lines([{"label": "one"}])

        self.assertEqual(created, [(0, 0, {"name": "one", "quantity": 1})])
        self.assertEqual(updated, [(0, 0, {"name": "one"})])

    def test_lines_inherit_the_options_of_the_caller(self):
        @mapping
        def color(self, record):
            return {"color": self.options.color}

        self.register_line_mapper(color=color)

        lines = self.map_lines([{"label": "one"}], color="red")

        self.assertEqual(lines, [(0, 0, {"name": "one", "color": "red"})])

    def test_lines_inherit_the_fields(self):
        self.register_line_mapper(direct=[("label", "name"), ("lines", "ref")])
        line = {"label": "one", "lines": "two"}

        lines = self.map_lines([line], fields=["lines"])

        self.assertEqual(lines, [(0, 0, {"ref": "two"})])

    def test_line_knows_the_record_it_belongs_to(self):
        seen = []

        def finalize(self, map_record, values):
            seen.append(map_record.parent)
            return values

        self.register_line_mapper(finalize=finalize)
        record = self.unit(PartnerMapper).map_record({"lines": [{"label": "one"}]})
        record.values()

        self.assertEqual(seen, [record])

    def test_lines_of_lines_become_nested_commands(self):
        self.register_line_mapper(children=[("parts", "line_ids", LINE)])
        part = {"label": "part", "parts": []}

        lines = self.map_lines([{"label": "one", "parts": [part]}])
        partner = self.create_partner_binding("P", line_ids=lines)

        nested = (0, 0, {"name": "part", "line_ids": []})
        self.assertEqual(lines, [(0, 0, {"name": "one", "line_ids": [nested]})])
        self.assertEqual(partner.line_ids.line_ids.name, "part")

    def test_lines_without_a_mapper_are_an_error(self):
        with self.assertRaises(NoConnectorUnitError) as caught:
            self.map_lines([{"label": "one"}])

        self.assertIn("No ImportMapper is registered", str(caught.exception))
        self.assertIn("'connector.test.line'", str(caught.exception))


class TestExportLines(ChildCase):
    class PartnerMapper(ExportMapper):
        children = [("line_ids", "lines", LINE)]

    def test_each_line_becomes_a_dictionary(self):
        @self.backend
        class LineMapper(ExportMapper):
            _model_name = LINE
            direct = [("name", "label"), ("quantity", "qty")]

        partner = self.create_partner_binding(
            line_ids=[(0, 0, {"name": "one", "quantity": 1}), (0, 0, {"name": "two"})]
        )
        values = self.unit(self.PartnerMapper).map_record(partner).values()

        self.assertEqual(
            values,
            {"lines": [{"label": "one", "qty": 1}, {"label": "two", "qty": 0}]},
        )

    def test_lines_of_lines_become_nested_dictionaries(self):
        @self.backend
        class LineMapper(ExportMapper):
            _model_name = LINE
            direct = [("name", "label")]
            children = [("line_ids", "parts", LINE)]

        partner = self.create_partner_binding(
            line_ids=[(0, 0, {"name": "one", "line_ids": [(0, 0, {"name": "part"})]})]
        )
        values = self.unit(self.PartnerMapper).map_record(partner).values()

        part = {"label": "part", "parts": []}
        self.assertEqual(values, {"lines": [{"label": "one", "parts": [part]}]})

    def test_record_without_lines_gives_an_empty_list(self):
        @self.backend
        class LineMapper(ExportMapper):
            _model_name = LINE

        partner = self.create_partner_binding()
        values = self.unit(self.PartnerMapper).map_record(partner).values()

        self.assertEqual(values, {"lines": []})

    def test_registered_map_child_is_used(self):
        @self.backend
        class LineMapper(ExportMapper):
            _model_name = LINE
            direct = [("name", "label")]

        @self.backend
        class LineMapChild(ExportMapChild):
            _model_name = LINE

            def format_items(self, items_values):
                return {"count": len(items_values)}

        partner = self.create_partner_binding(line_ids=[(0, 0, {"name": "one"})])
        values = self.unit(self.PartnerMapper).map_record(partner).values()

        self.assertEqual(values, {"lines": {"count": 1}})


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

    def test_abstract_map_child_has_no_mapper(self):
        unit = self.unit(MapChild, LINE)

        with self.assertRaises(NotImplementedError):
            unit.get_items([], None, "line_ids", {})


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
