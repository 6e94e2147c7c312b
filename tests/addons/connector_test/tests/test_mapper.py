# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of mappers: order, conditions and options of their parts."""

from odoo.addons.connector.components.mapper import ImportMapper
from odoo.addons.connector.components.mapping import changed_by, mapping, only_create
from odoo.addons.connector.tests.common import UnitCase

LINE = "connector.test.line"


class TestOrder(UnitCase):
    def test_later_direct_mapping_wins_over_an_earlier(self):
        class PartnerMapper(ImportMapper):
            direct = [("nick", "name"), ("full", "name")]

        values = (
            self.unit(PartnerMapper).map_record({"nick": "n", "full": "f"}).values()
        )

        self.assertEqual(values, {"name": "f"})

    def test_methods_win_over_direct_mappings(self):
        class PartnerMapper(ImportMapper):
            direct = [("nick", "name")]

            @mapping
            def name(self, record):
                return {"name": "method"}

        values = self.unit(PartnerMapper).map_record({"nick": "direct"}).values()

        self.assertEqual(values, {"name": "method"})

    def test_methods_run_in_the_order_of_their_definition(self):
        class Base(ImportMapper):
            @mapping
            def zeta(self, record):
                return {"name": "zeta", "ref": "zeta"}

        class PartnerMapper(Base):
            @mapping
            def beta(self, record):
                return {"name": "beta"}

            @mapping
            def alpha(self, record):
                return {"name": "alpha"}

        values = self.unit(PartnerMapper).map_record({}).values()

        self.assertEqual(values, {"name": "alpha", "ref": "zeta"})

    def test_children_win_over_methods(self):
        @self.backend
        class LineMapper(ImportMapper):
            _model_name = LINE

        class PartnerMapper(ImportMapper):
            children = [("lines", "line_ids", LINE)]

            @mapping
            def lines(self, record):
                return {"line_ids": "method"}

        values = self.unit(PartnerMapper).map_record({"lines": []}).values()

        self.assertEqual(values, {"line_ids": []})

    def test_finalize_has_all_values_and_returns_the_result(self):
        @self.backend
        class LineMapper(ImportMapper):
            _model_name = LINE

        class PartnerMapper(ImportMapper):
            direct = [("name", "name")]
            children = [("lines", "line_ids", LINE)]

            @mapping
            def ref(self, record):
                return {"ref": "R"}

            def finalize(self, map_record, values):
                return {"seen": sorted(values), "source": map_record.source}

        source = {"name": "Ada", "lines": []}
        values = self.unit(PartnerMapper).map_record(source).values()

        self.assertEqual(
            values, {"seen": ["line_ids", "name", "ref"], "source": source}
        )

    def test_forced_values_win_over_finalize(self):
        class PartnerMapper(ImportMapper):
            def finalize(self, map_record, values):
                return {"name": "finalize", "ref": "finalize"}

        record = self.unit(PartnerMapper).map_record({})
        record.update({"name": "forced"}, city="forced")

        self.assertEqual(
            record.values(), {"name": "forced", "ref": "finalize", "city": "forced"}
        )

    def test_forced_values_hold_for_every_mapping_of_the_record(self):
        record = self.unit(ImportMapper).map_record({})
        record.update(name="forced")

        self.assertEqual(record.values(), record.values(for_create=True))

    def test_forced_values_take_what_a_dictionary_takes(self):
        record = self.unit(ImportMapper).map_record({})

        record.update([("name", "pair")], ref="keyword")

        self.assertEqual(record.values(), {"name": "pair", "ref": "keyword"})


class TestMappingMethods(UnitCase):
    def test_falsy_result_contributes_nothing(self):
        class PartnerMapper(ImportMapper):
            @mapping
            def name(self, record):
                return record["result"]

        for result in (None, False, {}, 0, ""):
            with self.subTest(result=result):
                record = self.unit(PartnerMapper).map_record({"result": result})

                self.assertEqual(record.values(), {})

    def test_result_that_is_no_dictionary_is_refused(self):
        class PartnerMapper(ImportMapper):
            @mapping
            def name(self, record):
                return [("name", "Ada")]

        with self.assertRaises(ValueError) as caught:
            self.unit(PartnerMapper).map_record({}).values()

        message = str(caught.exception)
        self.assertIn("Mapping 'name' of", message)
        self.assertIn("PartnerMapper returned [('name', 'Ada')]", message)
        self.assertIn("expected a dictionary of target fields and values", message)

    def test_only_create_runs_for_new_records_only(self):
        class PartnerMapper(ImportMapper):
            @mapping
            @only_create
            def lang(self, record):
                return {"lang": "en_US"}

        record = self.unit(PartnerMapper).map_record({})

        self.assertEqual(record.values(for_create=True), {"lang": "en_US"})
        self.assertEqual(record.values(for_create=False), {})
        self.assertEqual(record.values(), {})

    def test_redefinition_without_decorator_is_called_in_its_place(self):
        class Base(ImportMapper):
            @mapping
            @only_create
            def name(self, record):
                return {"name": "base"}

        class PartnerMapper(Base):
            def name(self, record):
                return {"name": "child"}

        record = self.unit(PartnerMapper).map_record({})

        self.assertEqual(record.values(for_create=True), {"name": "child"})
        self.assertEqual(record.values(), {})

    def test_map_methods_gives_bound_methods_with_their_definitions(self):
        class PartnerMapper(ImportMapper):
            @mapping
            @changed_by("first")
            def name(self, record):
                return {"name": record["first"]}

        ((method, definition),) = self.unit(PartnerMapper).map_methods

        self.assertEqual(method({"first": "Ada"}), {"name": "Ada"})
        self.assertEqual(definition.changed_by, {"first"})


class TestOptions(UnitCase):
    class PartnerMapper(ImportMapper):
        """Returns the options it sees."""

        @mapping
        def name(self, record):
            return {"options": dict(self.options), "missing": self.options.missing}

    def test_options_of_the_caller_reach_the_methods(self):
        record = self.unit(self.PartnerMapper).map_record({})

        seen = record.values(for_create=True, fields=["x"], color="red")["options"]

        self.assertEqual(seen, {"for_create": True, "fields": ["x"], "color": "red"})

    def test_missing_option_is_none(self):
        values = self.unit(self.PartnerMapper).map_record({}).values()

        self.assertIsNone(values["missing"])

    def test_options_end_with_the_mapping(self):
        mapper = self.unit(self.PartnerMapper)

        mapper.map_record({}).values(color="red")

        self.assertIsNone(mapper.options.color)

    def test_options_end_with_a_mapping_that_fails(self):
        class PartnerMapper(ImportMapper):
            @mapping
            def name(self, record):
                raise KeyError("name")

        mapper = self.unit(PartnerMapper)
        with self.assertRaises(KeyError):
            mapper.map_record({}).values(color="red")

        self.assertIsNone(mapper.options.color)

    def test_mapping_inside_a_mapping_has_its_own_options(self):
        class PartnerMapper(ImportMapper):
            @mapping
            def name(self, record):
                if not record:
                    return {"color": self.options.color}
                inner = self.map_record({}).values(color="blue")
                return {"inner": inner["color"], "outer": self.options.color}

        record = self.unit(PartnerMapper).map_record({"has": "inner"})

        self.assertEqual(record.values(color="red"), {"inner": "blue", "outer": "red"})

    def test_one_mapper_does_not_see_the_options_of_another(self):
        self.unit(ImportMapper).options.color = "red"

        self.assertIsNone(self.unit(ImportMapper).options.color)


class TestMapRecord(UnitCase):
    def test_record_knows_its_source_and_parent(self):
        mapper = self.unit(ImportMapper)
        parent = mapper.map_record({"id": 1})

        record = mapper.map_record({"id": 2}, parent=parent)

        self.assertEqual(record.source, {"id": 2})
        self.assertIs(record.parent, parent)
        self.assertIsNone(parent.parent)

    def test_mapping_leaves_the_source_alone(self):
        class PartnerMapper(ImportMapper):
            direct = [("first", "name")]

        source = {"first": "Ada"}
        record = self.unit(PartnerMapper).map_record(source)
        record.update(name="forced")
        record.values()

        self.assertEqual(source, {"first": "Ada"})
