# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of export triggers: new records, and archived ones."""

from odoo.addons.connector.flows.importing.tombstones import import_from

from ..models.ware import OFFER, SIZE
from .trigger_case import TriggerCase


class TestCreate(TriggerCase):
    def bindings(self, size):
        return self.env[OFFER].search([("odoo_id", "=", size.id)])

    def test_new_record_gets_a_binding_and_is_due(self):
        size = self.new_size()

        due = self.take()

        binding = self.bindings(size)
        self.assertEqual(due, [("Shop", binding.id)])
        self.assertEqual((binding.external_id, binding.sync_state), (False, "pending"))

    def test_each_active_backend_gets_it(self):
        self.make_backend("Other")
        self.make_backend("Old", active=False)

        size = self.new_size()

        self.assertEqual([name for name, _id in self.take()], ["Shop", "Other"])
        self.assertEqual(len(self.bindings(size)), 2)

    def test_record_outside_of_the_domain_gets_none(self):
        size = self.new_size(is_sold=False)

        self.assert_due()
        self.assertFalse(self.bindings(size))

    def test_record_that_comes_into_the_domain_gets_one(self):
        size = self.new_size(is_sold=False)
        self.take()

        size.is_sold = True

        due = self.take()
        self.assertEqual(due, [("Shop", self.bindings(size).id)])

    def test_record_of_another_company_gets_none(self):
        own, other = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        self.backend_record.company_id = own
        sizes = [
            self.new_size(company_id=company) for company in (own.id, other.id, False)
        ]
        self.take()

        self.assertEqual([len(self.bindings(one)) for one in sizes], [1, 0, 1])

    def test_imported_record_goes_to_the_other_backends_only(self):
        other = self.make_backend()
        reference = self.backend_record.reference()
        with import_from(reference):
            offer = (
                self.env[OFFER]
                .with_context(connector_no_export=reference)
                .create(
                    {
                        "name": "Hat",
                        "backend_id": self.backend_record.id,
                        "external_id": "O9",
                    }
                )
            )

        due = self.take()

        twin = self.bindings(offer.odoo_id) - offer
        self.assertEqual(twin.backend_id, other)
        self.assertEqual(due, [("Other", twin.id)])

    def test_binding_without_an_external_id_is_due(self):
        other = self.make_backend()

        twin = self.env[OFFER].create({"odoo_id": self.size.id, "backend_id": other.id})

        self.assert_due(twin)

    def test_binding_with_an_external_id_is_not_due(self):
        other = self.make_backend()

        self.env[OFFER].create(
            {"odoo_id": self.size.id, "backend_id": other.id, "external_id": "X1"}
        )

        self.assert_due()

    def test_record_that_is_rolled_back_is_not_due(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.new_size()
            1 / 0  # noqa: B018

        self.assert_due()

    def test_defaults_of_the_context_do_not_reach_the_binding(self):
        context = {"default_external_id": "O1", "default_headline": "Wrong"}

        size = self.env[SIZE].with_context(**context).create({"name": "Hat"})
        self.take()

        binding = self.bindings(size)
        self.assertEqual((binding.external_id, binding.headline), (False, False))


class TestArchive(TriggerCase):
    def test_archived_record_is_due_and_so_is_one_that_comes_back(self):
        self.ware.action_archive()
        self.assert_due(self.offer)

        self.ware.action_unarchive()
        self.assert_due(self.offer)
