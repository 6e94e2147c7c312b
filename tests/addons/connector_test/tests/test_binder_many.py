# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of bulk lookups and bulk binding, and of their queries."""

from contextlib import contextmanager

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.tests.common import UnitCase

LINE = "connector.test.line"


class ManyCase(UnitCase):
    def setUp(self):
        super().setUp()
        self.binder = self.unit(Binder)

    def create_lines(self, count, is_bound=True):
        """Create bindings that wrap nothing, bound to "0", "1", …"""
        return self.env[LINE].create(
            [
                {
                    "backend_id": self.backend_record.id,
                    "external_id": str(number) if is_bound else False,
                }
                for number in range(count)
            ]
        )

    @contextmanager
    def assertQueries(self, count):
        """Begin with an empty cache, and count the queries exactly."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        yield
        self.assertEqual(self.env.cr.sql_log_count - before, count)


class TestToInternalMany(ManyCase):
    def test_known_external_ids_find_their_bindings(self):
        one, two = (self.create_partner_binding(name) for name in ("1", "2"))

        found = self.binder.to_internal_many(["1", "2", "3"])

        self.assertEqual(found, {"1": one, "2": two})

    def test_external_ids_are_compared_as_text(self):
        one, zero = (self.create_partner_binding(name) for name in ("1", "0"))

        found = self.binder.to_internal_many([1, 0, "1"])

        self.assertEqual(found, {"1": one, "0": zero})

    def test_missing_external_ids_find_nothing(self):
        self.create_partner_binding(None)

        self.assertEqual(self.binder.to_internal_many([None, False, ""]), {})

    def test_unwrap_gives_normal_records(self):
        binding = self.create_partner_binding("1")

        found = self.binder.to_internal_many(["1"], unwrap=True)

        self.assertEqual(found, {"1": binding.odoo_id})

    def test_bindings_of_another_backend_are_not_found(self):
        other = self.backend_record.copy({"name": "Other shop"})
        self.create_partner_binding("1", backend_id=other.id)

        self.assertEqual(self.binder.to_internal_many(["1"]), {})

    def test_inactive_bindings_are_found(self):
        binding = self.create_partner_binding("1")
        binding.odoo_id.active = False

        self.assertEqual(self.binder.to_internal_many(["1"]), {"1": binding})

    def test_several_bindings_of_one_external_id_are_an_error(self):
        lines = self.create_lines(2)
        lines.external_id = "1"

        with self.assertRaisesRegex(ValueError, "Expected singleton"):
            self.unit(Binder, LINE).to_internal_many(["1"])

    def test_generator_is_accepted(self):
        binding = self.create_partner_binding("1")

        found = self.binder.to_internal_many(number for number in (1, 2))

        self.assertEqual(found, {"1": binding})

    def test_thousand_external_ids_cost_one_query(self):
        self.create_lines(1000)
        binder = self.unit(Binder, LINE)

        with self.assertQueries(1):
            found = binder.to_internal_many(range(1000))

        self.assertEqual(len(found), 1000)

    def test_unwrapping_costs_no_further_query(self):
        for number in range(20):
            self.create_partner_binding(str(number))

        with self.assertQueries(1):
            found = self.binder.to_internal_many(range(20), unwrap=True)

        self.assertEqual(len(found), 20)


class TestToExternalMany(ManyCase):
    def test_bindings_have_their_external_ids(self):
        one, two = (self.create_partner_binding(name) for name in ("1", "2"))
        unbound = self.create_partner_binding(None)

        found = self.binder.to_external_many(one + two + unbound)

        self.assertEqual(found, {one.id: "1", two.id: "2"})

    def test_ids_are_accepted(self):
        binding = self.create_partner_binding("1")

        self.assertEqual(self.binder.to_external_many([binding.id]), {binding.id: "1"})

    def test_zero_is_an_external_id(self):
        binding = self.create_partner_binding("0")

        self.assertEqual(self.binder.to_external_many(binding), {binding.id: "0"})

    def test_normal_records_have_the_external_ids_of_their_bindings(self):
        partner = self.create_partner_binding("1").odoo_id
        stranger = self.env["res.partner"].create({"name": "Bob"})

        found = self.binder.to_external_many(partner + stranger, wrap=True)

        self.assertEqual(found, {partner.id: "1"})

    def test_records_of_another_backend_have_none(self):
        other = self.backend_record.copy({"name": "Other shop"})
        binding = self.create_partner_binding("1", backend_id=other.id)

        self.assertEqual(self.binder.to_external_many(binding), {})
        self.assertEqual(self.binder.to_external_many(binding.odoo_id, wrap=True), {})

    def test_inactive_records_have_their_external_ids(self):
        partner = self.create_partner_binding("1").odoo_id
        partner.active = False

        found = self.binder.to_external_many(partner, wrap=True)

        self.assertEqual(found, {partner.id: "1"})

    def test_several_bindings_of_one_record_are_an_error(self):
        category = self.env["res.partner.category"].create({"name": "red"})
        self.env[self.category_binding].create(
            [
                {
                    "openerp_id": category.id,
                    "backend_id": self.backend_record.id,
                    "external_id": external_id,
                }
                for external_id in ("1", "2")
            ]
        )

        with self.assertRaisesRegex(ValueError, "Expected singleton"):
            self.unit(Binder, self.category_binding).to_external_many(
                category, wrap=True
            )

    def test_normal_records_without_wrap_are_refused(self):
        """Their ids were taken for those of bindings: other records came back."""
        partner = self.create_partner_binding("1").odoo_id

        with self.assertRaisesRegex(InvalidUsageError, "Pass the binding"):
            self.binder.to_external_many(partner)

    def test_bindings_with_wrap_are_refused(self):
        binding = self.create_partner_binding("1")

        with self.assertRaisesRegex(InvalidUsageError, "Drop wrap"):
            self.binder.to_external_many(binding, wrap=True)

    def test_thousand_records_cost_one_query(self):
        lines = self.create_lines(1000)
        binder = self.unit(Binder, LINE)

        with self.assertQueries(1):
            found = binder.to_external_many(lines)

        self.assertEqual(len(found), 1000)


class TestBindMany(ManyCase):
    def test_each_binding_gets_its_external_id(self):
        one, two = (self.create_partner_binding(None) for _time in range(2))

        self.binder.bind_many([(1, one), ("2", two.id)])

        self.assertEqual((one.external_id, two.external_id), ("1", "2"))
        self.assertTrue(one.sync_date and two.sync_date)

    def test_generator_of_pairs_is_accepted(self):
        one, two = (self.create_partner_binding(None) for _time in range(2))

        self.binder.bind_many(enumerate([one, two]))

        self.assertEqual((one.external_id, two.external_id), ("0", "1"))

    def test_pair_without_external_id_is_refused(self):
        binding = self.create_partner_binding(None)

        with self.assertRaises(InvalidUsageError):
            self.binder.bind_many([("1", binding), (None, binding)])

    def test_nothing_to_bind_is_no_error(self):
        self.binder.bind_many([])

    def test_hundred_bindings_cost_one_query(self):
        lines = self.create_lines(100, is_bound=False)
        binder = self.unit(Binder, LINE)
        binder.bind("warm", lines[0])

        with self.assertQueries(1):
            binder.bind_many(enumerate(lines))

        self.assertEqual(lines[99].external_id, "99")
