# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of mappers when only some fields are synchronized."""

from odoo.addons.connector.components.mapper import ImportMapper
from odoo.addons.connector.components.mapping import changed_by, mapping, only_create
from odoo.addons.connector.components.modifier import convert, none
from odoo.addons.connector.tests.common import UnitCase

LINE = "connector.test.line"


class TestFields(UnitCase):
    class PartnerMapper(ImportMapper):
        direct = [
            ("first", "name"),
            (none(convert("note", str)), "comment"),
        ]

        @mapping
        def always(self, record):
            return {"lang": "en_US"}

        @mapping
        @changed_by("street", "number")
        def address(self, record):
            return {"street": "Road 1"}

    SOURCE = {"first": "Ada", "note": "N"}

    def values(self, **options):
        record = self.unit(self.PartnerMapper).map_record(self.SOURCE)
        return record.values(**options)

    def test_no_fields_restrict_nothing(self):
        everything = {
            "name": "Ada",
            "comment": "N",
            "lang": "en_US",
            "street": "Road 1",
        }
        for fields in (None, [], (), set(), {}):
            with self.subTest(fields=fields):
                self.assertEqual(self.values(fields=fields), everything)

    def test_direct_mapping_goes_by_its_source_field(self):
        self.assertEqual(
            self.values(fields=["first"]), {"name": "Ada", "lang": "en_US"}
        )
        self.assertEqual(self.values(fields=["name"]), {"lang": "en_US"})

    def test_direct_mapping_goes_by_the_field_inside_its_modifiers(self):
        self.assertEqual(
            self.values(fields=["note"]), {"comment": "N", "lang": "en_US"}
        )

    def test_method_runs_when_one_of_its_fields_is_named(self):
        self.assertEqual(
            self.values(fields=["number"]), {"street": "Road 1", "lang": "en_US"}
        )

    def test_method_without_changed_by_always_runs(self):
        self.assertEqual(self.values(fields=["unknown"]), {"lang": "en_US"})

    def test_fields_come_in_any_container(self):
        for fields in (["first"], ("first",), {"first"}, {"first": "vals"}):
            with self.subTest(fields=fields):
                self.assertIn("name", self.values(fields=fields))
                self.assertNotIn("street", self.values(fields=fields))

    def test_only_create_counts_beside_the_fields(self):
        class PartnerMapper(ImportMapper):
            @mapping
            @only_create
            @changed_by("a")
            def name(self, record):
                return {"name": "new"}

        record = self.unit(PartnerMapper).map_record({})

        self.assertEqual(record.values(for_create=True, fields=["a"]), {"name": "new"})
        self.assertEqual(record.values(for_create=True, fields=["b"]), {})
        self.assertEqual(record.values(fields=["a"]), {})

    def test_children_go_by_their_source_field(self):
        @self.backend
        class LineMapper(ImportMapper):
            _model_name = LINE

        class PartnerMapper(ImportMapper):
            children = [("lines", "line_ids", LINE)]

        record = self.unit(PartnerMapper).map_record({"lines": [{}]})

        self.assertEqual(record.values(fields=["lines"]), {"line_ids": [(0, 0, {})]})
        self.assertEqual(record.values(fields=["line_ids"]), {})
