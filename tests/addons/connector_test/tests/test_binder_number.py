# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of external ids that are kept in an integer field, where 0 is none."""

from decimal import Decimal

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.mapper import ExportMapper, ImportMapper
from odoo.addons.connector.components.modifier import backend_to_m2o, m2o_to_backend
from odoo.addons.connector.exception import InvalidUsageError, MappingError
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
NUMBER = "connector.test.number"
CATEGORY = "res.partner.category"
NONE = (0, "0", b"0", "00", " 0 ", 0.0, Decimal(0), None, False, "")


class NumberBinder(Binder):
    _model_name = NUMBER


class NumberCase(UnitCase):
    """Categories without external id (NULL and 0), and one bound to 7."""

    def setUp(self):
        super().setUp()
        self.backend(NumberBinder)
        self.unbound = self.create_number("red")
        self.zero = self.create_number("blue", external_id=0)
        self.bound = self.create_number("gold", external_id=7)
        self.env.cr.execute(
            "UPDATE connector_test_number SET external_id = NULL WHERE id = %s",
            [self.unbound.id],
        )
        self.env.invalidate_all()
        self.binder = self.unit(Binder, NUMBER)

    def create_number(self, name, **values):
        values = {"name": name, "backend_id": self.backend_record.id, **values}
        return self.env[NUMBER].create(values)


class TestNumber(NumberCase):
    def test_none_finds_no_binding_that_was_never_exported(self):
        """A root category without parent came as "0" and was any unbound one."""
        for external_id in NONE:
            with self.subTest(external_id=external_id):
                self.assertEqual(self.binder.to_openerp(external_id), self.env[NUMBER])
                self.assertEqual(
                    self.binder.to_openerp(external_id, unwrap=True),
                    self.env[CATEGORY],
                )
                self.assertEqual(self.binder.to_internal_many([external_id]), {})

    def test_number_finds_its_binding_as_text_and_as_number(self):
        for external_id in (7, "7", b"7"):
            with self.subTest(external_id=external_id):
                self.assertEqual(self.binder.to_openerp(external_id), self.bound)
        self.assertEqual(self.binder.to_internal_many([0, 7]), {"7": self.bound})

    def test_binding_without_number_has_no_external_id(self):
        for binding in (self.unbound, self.zero):
            with self.subTest(binding=binding):
                self.assertIsNone(self.binder.to_backend(binding))
                self.assertIsNone(self.binder.to_external(binding.openerp_id, True))

    def test_many_bindings_without_number_have_no_external_id(self):
        bindings = self.unbound | self.zero | self.bound
        categories = bindings.openerp_id

        self.assertEqual(self.binder.to_external_many(bindings), {self.bound.id: 7})
        self.assertEqual(
            self.binder.to_external_many(categories, wrap=True),
            {self.bound.openerp_id.id: 7},
        )

    def test_zero_cannot_be_bound(self):
        for external_id in (0, "0"):
            with (
                self.subTest(external_id=external_id),
                self.assertRaises(InvalidUsageError) as caught,
            ):
                self.binder.bind(external_id, self.unbound)
            self.assertIn("make it a Char", str(caught.exception))
            self.assertIn(repr(external_id), str(caught.exception))

    def test_number_is_bound(self):
        self.binder.bind("9", self.unbound)

        self.assertEqual(self.unbound.external_id, 9)


class TestNumberMapped(NumberCase):
    def test_relation_to_a_record_without_number_is_not_exported_as_zero(self):
        class RelationExportMapper(ExportMapper):
            _model_name = PARTNER
            direct = [("number_id", "category")]

        for number in (self.unbound, self.zero):
            partner = self.create_partner_binding(number_id=number.id)
            with self.subTest(number=number), self.assertRaises(MappingError):
                self.unit(RelationExportMapper).map_record(partner).values()

    def test_binder_of_old_that_gives_zero_exports_none_either(self):
        @self.backend(replacing=NumberBinder)
        class OldBinder(NumberBinder):
            _model_name = NUMBER

            def to_backend(self, binding_id, wrap=False):
                return self.model.browse(binding_id).external_id

        partner = self.create_partner_binding(number_id=self.zero.id)
        modifier = m2o_to_backend("number_id")

        with self.assertRaises(MappingError):
            modifier(self.unit(ExportMapper), partner, "category")

    def test_zero_from_there_is_no_relation(self):
        class RelationImportMapper(ImportMapper):
            _model_name = PARTNER
            direct = [("category", "number_id")]

        mapper = self.unit(RelationImportMapper)
        for zero in (0, "0"):
            with self.subTest(zero=zero):
                mapped = mapper.map_record({"category": zero})
                self.assertEqual(mapped.values(), {"number_id": False})
                modifier = backend_to_m2o("category")
                found = modifier(mapper, {"category": zero}, "number_id")
                self.assertIs(found, False)

    def test_lines_without_number_are_new_ones(self):
        @self.backend
        class LineMapper(ImportMapper):
            _model_name = NUMBER
            direct = [("id", "external_id"), ("name", "name")]

        class PartsMapper(ImportMapper):
            _model_name = NUMBER
            children = [("parts", "part_ids", NUMBER)]

        parts = [{"id": 0, "name": "a"}, {"id": "0", "name": "b"}, {"id": 7}]
        mapped = self.unit(PartsMapper, NUMBER).map_record({"parts": parts}).values()

        kinds = [command[:2] for command in mapped["part_ids"]]
        self.assertEqual(kinds, [(0, 0), (0, 0), (1, self.bound.id)])
