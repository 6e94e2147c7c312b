# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the mapping methods of a class, and of their conditions."""

from odoo.tests import BaseCase

from ..components.mapper import ImportMapper, Mapper
from ..components.mapping import changed_by, mapping, only_create
from ..components.modifier import (
    backend_to_m2o,
    convert,
    follow_m2o_relations,
    m2o_to_backend,
    none,
)
from ..exception import InvalidUsageError


class Parent(Mapper):
    direct = [("email", "email")]

    @mapping
    @changed_by("first_name", "last_name")
    def name(self, record):
        return {}

    @mapping
    @only_create
    def customer(self, record):
        return {}

    @mapping
    def lang(self, record):
        return {}

    def not_a_mapping(self, record):
        return {}


class TestDecorators(BaseCase):
    def test_only_methods_with_the_decorator_are_mappings(self):
        names = list(Parent._map_methods)

        self.assertEqual(names, ["name", "customer", "lang"])

    def test_definition_without_more_decorators_always_runs(self):
        self.assertEqual(Parent._map_methods["lang"], (set(), False))

    def test_changed_by_names_the_fields_of_the_definition(self):
        definition = Parent._map_methods["name"]

        self.assertEqual(definition.changed_by, {"first_name", "last_name"})

    def test_only_create_marks_the_definition(self):
        self.assertTrue(Parent._map_methods["customer"].only_create)

    def test_decorators_come_in_any_order(self):
        class Reversed(Mapper):
            @only_create
            @changed_by("city")
            @mapping
            def address(self, record):
                return {}

        self.assertEqual(Reversed._map_methods["address"], ({"city"}, True))

    def test_decorators_leave_the_function_callable(self):
        self.assertEqual(Parent.name(None, {}), {})


class TestInheritance(BaseCase):
    def test_child_inherits_the_definitions(self):
        class Child(Parent):
            pass

        self.assertEqual(Child._map_methods, Parent._map_methods)

    def test_redefinition_unites_changed_by(self):
        class Child(Parent):
            @mapping
            @changed_by("title")
            def name(self, record):
                return {}

        fields = Child._map_methods["name"].changed_by

        self.assertEqual(fields, {"first_name", "last_name", "title"})

    def test_redefinition_without_only_create_clears_it(self):
        class Child(Parent):
            @mapping
            def customer(self, record):
                return {}

        self.assertFalse(Child._map_methods["customer"].only_create)

    def test_redefinition_with_only_create_sets_it(self):
        class Child(Parent):
            @mapping
            @only_create
            def lang(self, record):
                return {}

        self.assertTrue(Child._map_methods["lang"].only_create)

    def test_redefinition_without_mapping_keeps_the_definition(self):
        class Child(Parent):
            def name(self, record):
                return {"name": "child"}

        self.assertEqual(Child._map_methods["name"], Parent._map_methods["name"])

    def test_redefinition_keeps_the_place_in_the_order(self):
        class Child(Parent):
            @mapping
            def active(self, record):
                return {}

            @mapping
            def name(self, record):
                return {}

        names = list(Child._map_methods)

        self.assertEqual(names, ["name", "customer", "lang", "active"])

    def test_definitions_reach_over_several_generations(self):
        class Child(Parent):
            @mapping
            @changed_by("title")
            def name(self, record):
                return {}

        class Grandchild(Child):
            @mapping
            @changed_by("suffix")
            def name(self, record):
                return {}

        fields = Grandchild._map_methods["name"].changed_by

        self.assertEqual(fields, {"first_name", "last_name", "title", "suffix"})

    def test_siblings_do_not_see_each_other(self):
        class Brother(Parent):
            @mapping
            @changed_by("age")
            def name(self, record):
                return {}

            @mapping
            def beard(self, record):
                return {}

        class Sister(Parent):
            pass

        self.assertEqual(Sister._map_methods, Parent._map_methods)

    def test_child_does_not_alter_its_parent(self):
        class Child(Parent):
            direct = [("street", "street")]

            @mapping
            @changed_by("age")
            def name(self, record):
                return {}

        self.assertNotIn("age", Parent._map_methods["name"].changed_by)
        self.assertFalse({"street", "age"} & Parent._changed_by_fields)
        self.assertTrue({"street", "age"} <= Child._changed_by_fields)


class TestSeveralBases(BaseCase):
    def setUp(self):
        super().setUp()

        class First(Mapper):
            @mapping
            @changed_by("first")
            def name(self, record):
                return {}

            @mapping
            @only_create
            def lang(self, record):
                return {}

        class Second(Mapper):
            @mapping
            @only_create
            @changed_by("second")
            def name(self, record):
                return {}

            @mapping
            def city(self, record):
                return {}

        self.First, self.Second = First, Second

    def test_definitions_of_all_bases_are_collected(self):
        both = type(Mapper)("Both", (self.First, self.Second), {})

        self.assertEqual(list(both._map_methods), ["name", "lang", "city"])

    def test_changed_by_of_all_bases_is_united(self):
        both = type(Mapper)("Both", (self.First, self.Second), {})

        self.assertEqual(both._map_methods["name"].changed_by, {"first", "second"})

    def test_only_create_comes_from_the_first_base(self):
        first = type(Mapper)("FirstWins", (self.First, self.Second), {})
        second = type(Mapper)("SecondWins", (self.Second, self.First), {})

        self.assertFalse(first._map_methods["name"].only_create)
        self.assertTrue(second._map_methods["name"].only_create)

    def test_union_does_not_pollute_the_bases(self):
        """The classic framework united the sets in place, on the first base."""
        type(Mapper)("Both", (self.First, self.Second), {})

        self.assertEqual(self.First._map_methods["name"].changed_by, {"first"})
        self.assertEqual(self.Second._map_methods["name"].changed_by, {"second"})
        self.assertEqual(self.First._changed_by_fields, {"first"})

    def test_changed_by_fields_of_all_bases_are_united(self):
        both = type(Mapper)("Both", (self.First, self.Second), {})

        self.assertEqual(both._changed_by_fields, {"first", "second"})


class TestChangedByFields(BaseCase):
    def test_plain_sources_and_changed_by_are_named(self):
        names = Parent._changed_by_fields

        self.assertEqual(names, {"email", "first_name", "last_name"})

    def test_field_inside_each_modifier_is_found(self):
        modifiers = [
            none("field"),
            convert("field", int),
            m2o_to_backend("field"),
            m2o_to_backend("field", binding="some.binding"),
            backend_to_m2o("field"),
            backend_to_m2o("field", binding="some.binding"),
            follow_m2o_relations("field"),
        ]
        for modifier in modifiers:
            with self.subTest(modifier=modifier.__qualname__):
                cls = type(Mapper)("One", (Mapper,), {"direct": [(modifier, "x")]})

                self.assertEqual(cls._changed_by_fields, {"field"})

    def test_field_inside_nested_modifiers_is_found(self):
        class Nested(Mapper):
            direct = [(none(convert(none("field"), str)), "target")]

        self.assertEqual(Nested._changed_by_fields, {"field"})

    def test_field_inside_an_own_modifier_is_found(self):
        def upper(field):
            def modifier(self, record, to_attr):
                return record[field].upper()

            return modifier

        class Own(Mapper):
            direct = [(upper("field"), "target")]

        self.assertEqual(Own._changed_by_fields, {"field"})

    def test_inherited_fields_stay_when_direct_is_replaced(self):
        class Child(Parent):
            direct = [("street", "street")]

        self.assertIn("email", Child._changed_by_fields)
        self.assertIn("street", Child._changed_by_fields)

    def test_children_are_not_named(self):
        class WithLines(ImportMapper):
            children = [("lines", "line_ids", "some.line")]

        self.assertEqual(WithLines._changed_by_fields, set())

    def test_modifier_without_the_argument_field_is_refused(self):
        def upper(name):
            def modifier(self, record, to_attr):
                return record[name].upper()

            return modifier

        with self.assertRaises(InvalidUsageError) as caught:
            type(Mapper)("Wrong", (Mapper,), {"direct": [(upper("city"), "city")]})

        self.assertIn("modifier", str(caught.exception))
        self.assertIn("Name that function's argument 'field'", str(caught.exception))
        self.assertIsInstance(caught.exception, AssertionError)
