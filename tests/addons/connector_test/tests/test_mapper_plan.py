# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of compiled direct mappings that follow their list."""

from unittest.mock import patch

from odoo.addons.connector.components.mapper import ImportMapper

from .mapping_case import LINE, PARTNER, CategoryCase


class TestDirectList(CategoryCase):
    """The list of direct mappings is compiled once, but what it says now counts."""

    def setUp(self):
        super().setUp()

        class PartnerMapper(ImportMapper):
            direct = [("a", "name")]

        self.PartnerMapper = PartnerMapper
        self.record = {"a": "A", "b": "B"}
        self.import_values(PartnerMapper, self.record)

    def test_list_of_a_subclass_replaces_the_inherited_one(self):
        class Child(self.PartnerMapper):
            direct = [("b", "ref")]

        self.assertEqual(self.import_values(Child, self.record), {"ref": "B"})

    def test_list_of_a_subclass_may_extend_the_inherited_one(self):
        class Child(self.PartnerMapper):
            direct = self.PartnerMapper.direct + [("b", "ref")]

        self.assertEqual(
            self.import_values(Child, self.record), {"name": "A", "ref": "B"}
        )
        self.assertEqual(
            self.import_values(self.PartnerMapper, self.record), {"name": "A"}
        )

    def test_list_of_an_instance_is_its_own(self):
        mapper = self.unit(self.PartnerMapper)
        mapper.direct = [("b", "name")]

        self.assertEqual(mapper.map_record(self.record).values(), {"name": "B"})
        self.assertEqual(
            self.import_values(self.PartnerMapper, self.record), {"name": "A"}
        )

    def test_list_set_on_an_instance_in_use_counts(self):
        mapper = self.unit(self.PartnerMapper)
        mapper.map_record(self.record).values()

        mapper.direct = [("b", "name")]

        self.assertEqual(mapper.map_record(self.record).values(), {"name": "B"})

    def test_mapping_appended_in_place_counts(self):
        mapper = self.unit(self.PartnerMapper)
        mapper.map_record(self.record).values()

        self.PartnerMapper.direct.append(("b", "ref"))

        expected = {"name": "A", "ref": "B"}
        self.assertEqual(mapper.map_record(self.record).values(), expected)
        self.assertEqual(self.import_values(self.PartnerMapper, self.record), expected)

    def test_mapping_replaced_in_place_counts(self):
        mapper = self.unit(self.PartnerMapper)
        mapper.map_record(self.record).values()

        self.PartnerMapper.direct[0] = ("b", "name")

        expected = {"name": "B"}
        self.assertEqual(mapper.map_record(self.record).values(), expected)
        self.assertEqual(self.import_values(self.PartnerMapper, self.record), expected)

    def test_one_mapper_serves_models_with_different_fields(self):
        class AnyMapper(ImportMapper):
            direct = [("group", "category_binding_id")]

        record = {"group": "7"}

        self.assertEqual(
            [
                self.import_values(AnyMapper, record, model_name)
                for model_name in (LINE, PARTNER, LINE)
            ],
            [
                {"category_binding_id": "7"},  # no such field: taken over
                {"category_binding_id": self.category.id},
                {"category_binding_id": "7"},
            ],
        )

    def test_model_with_other_fields_in_another_registry_is_seen(self):
        """Databases, and a registry that is rebuilt, have model classes of their own.

        Another class of the registry stands in for the one of the other database.
        """

        class LineMapper(ImportMapper):
            direct = [("group", "category_binding_id")]

        record = {"group": "7"}
        before = self.import_values(LineMapper, record, LINE)

        with patch.dict(self.registry.models, {LINE: self.registry[PARTNER]}):
            elsewhere = self.import_values(LineMapper, record, LINE)
        after = self.import_values(LineMapper, record, LINE)

        self.assertEqual(elsewhere, {"category_binding_id": self.category.id})
        self.assertEqual([before, after], [{"category_binding_id": "7"}] * 2)
