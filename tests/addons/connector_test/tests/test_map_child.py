# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the mapping of lines, and of its unit."""

from odoo.addons.connector.components.map_child import (
    ExportMapChild,
)
from odoo.addons.connector.components.mapper import ExportMapper
from odoo.addons.connector.components.mapping import mapping, only_create
from odoo.addons.connector.exception import NoConnectorUnitError

from .mapping_case import LINE, ChildCase, PartnerMapper


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

    def test_option_binding_of_another_meaning_is_an_option_like_others(self):
        @mapping
        def color(self, record):
            return {"color": self.options.binding}

        self.register_line_mapper(color=color)

        for for_create in (True, False):
            with self.subTest(for_create=for_create):
                lines = self.map_lines(
                    [{"label": "one"}], binding=7, for_create=for_create
                )

                self.assertEqual(lines, [(0, 0, {"name": "one", "color": 7})])

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
