# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of dependencies of an export: what has to be there before it."""

from odoo.addons.connector.api import InvalidDataError, run_jobs
from odoo.addons.connector_test.models.flow import CONTACT

from .export_case import ExportCase


class TestExportDependency(ExportCase):
    def setUp(self):
        super().setUp()
        self.parent = self.env["res.partner"].create({"name": "Tea Ltd."})

    def need_parent(self, **options):
        def dependencies(self):
            self._export_dependency(self.binding.parent_id, CONTACT, **options)

        return self.register_exporter(_export_dependencies=dependencies)

    def names(self):
        return [data["name"] for _verb, _id, data in self.shop.requests]

    def binding_of(self, partner):
        return self.env[CONTACT].search([("odoo_id", "=", partner.id)])

    def test_what_is_needed_is_bound_and_exported_before(self):
        self.need_parent()
        binding = self.contact(parent_id=self.parent.id)

        self.assertEqual(self.export(binding), "created")

        self.assertEqual(self.names(), ["Tea Ltd.", "Ada"])
        self.assertEqual(self.binding_of(self.parent).external_id, "R1")

    def test_what_is_there_is_not_exported_again(self):
        self.need_parent()
        self.export(self.contact(parent_id=self.parent.id))
        self.export(self.contact("Bob", parent_id=self.parent.id))

        self.assertEqual(self.names(), ["Tea Ltd.", "Ada", "Bob"])

    def test_what_may_come_later_has_a_job_of_its_own(self):
        self.need_parent(is_needed=False)
        self.export(self.contact(parent_id=self.parent.id))
        self.assertEqual(self.names(), ["Ada"])

        run_jobs(self.env)

        self.assertEqual(self.names(), ["Ada", "Tea Ltd."])

    def test_refused_one_stops_what_needs_it_by_its_own_reason(self):
        self.need_parent()
        self.shop.error = InvalidDataError("Tea Ltd. has no country.")
        binding = self.contact(parent_id=self.parent.id)

        with self.assertRaisesRegex(InvalidDataError, "no country"):
            self.export(binding)

        self.assertEqual(self.names(), ["Tea Ltd."])
        self.assertFalse(binding.external_id)

    def test_skipped_one_stops_what_needs_it(self):
        self.need_parent()
        skipped = self.contact("Tea", odoo_id=self.parent.id)
        cls = type(self.exporter())
        self.patch(
            cls, "_has_to_skip", lambda one: one.binding == skipped and "No shop."
        )
        binding = self.contact(parent_id=self.parent.id)

        with self.assertRaisesRegex(InvalidDataError, "skipped: No shop"):
            self.export(binding)

    def test_ring_is_an_error_that_prints_it(self):
        """Promise 10, on the way out."""
        self.need_parent()

        def twin(exporter):
            exporter._export_dependency(exporter.binding.commercial_twin_id, CONTACT)

        self.patch(type(self.exporter()), "_export_dependencies", twin)
        one = self.contact()
        other = self.contact("Bob", commercial_twin_id=one.odoo_id.id)
        one.commercial_twin_id = other.odoo_id

        with self.assertRaises(InvalidDataError) as caught:
            self.export(one)

        ring = f"{CONTACT},{one.id} -> {CONTACT},{other.id} -> {CONTACT},{one.id}"
        self.assertIn(ring, str(caught.exception))
        self.assertEqual(self.shop.requests, [])
