# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of an import after changes in the address book, and without any."""

from odoo.tests import new_test_user

from ..sync import ContactImporter
from .common import CarddavCase


class TestChanges(CarddavCase):
    def setUp(self):
        super().setUp()
        self.book.put("ada", "FN:Ada", "CATEGORIES:Friend", "TEL:1", "TEL:2")
        self.book.put("bob", "FN:Bob")
        self.import_contacts()
        self.ada = self.find("ada")

    def import_and_count(self, full=False):
        """Import again and return the counts: created, updated, unchanged, deleted."""
        done = self.import_contacts(full=full)
        self.assertEqual(self.reasons(), [])
        return (
            done.created_count,
            done.updated_count,
            done.unchanged_count,
            done.deleted_count,
        )

    def test_unchanged_card_writes_nothing(self):
        self.ada.odoo_id.name = "Changed here"
        partners = self.env["res.partner"].with_context(active_test=False)
        before = partners.search_count([])

        self.assertEqual(self.import_and_count(), (0, 0, 0, 0))
        self.assertEqual(self.import_and_count(full=True), (0, 0, 2, 0))
        self.assertEqual(self.ada.name, "Changed here")
        self.assertEqual(partners.search_count([]), before)

    def test_one_card_is_imported_when_it_has_changed(self):
        scope = self.backend.get_environment("carddav.res.partner")
        importer = scope.get_connector_unit(ContactImporter)

        self.assertEqual(importer.run("ada.vcf"), "unchanged")
        self.book.put("ada", "FN:Ada King")
        self.assertEqual(importer.run("ada.vcf"), "updated")
        self.book.put("cid", "FN:Cid")
        self.assertEqual(importer.run("cid.vcf"), "created")

    def test_changed_card_updates_its_contact_only(self):
        bob = self.find("bob")
        bob.odoo_id.name = "Changed here"
        self.book.put("ada", "FN:Ada King", "TEL:1", "TEL:2")

        self.assertEqual(self.import_and_count(), (0, 1, 0, 0))
        self.assertEqual(self.find("ada"), self.ada)
        self.assertEqual((self.ada.name, bob.name), ("Ada King", "Changed here"))

    def test_removed_value_is_removed_here(self):
        self.book.put("ada", "FN:Ada")

        self.import_and_count()

        self.assertFalse(self.ada.phone)
        self.assertFalse(self.ada.category_id)

    def test_contact_of_deleted_card_is_archived_with_its_addresses(self):
        child = self.ada.address_ids.odoo_id
        self.book.delete("ada")

        self.assertEqual(self.import_and_count(), (0, 0, 0, 1))
        self.assertFalse(self.ada.odoo_id.active)
        self.assertFalse(child.active)
        self.assertTrue(self.find("bob").odoo_id.active)
        self.assertEqual(self.import_and_count(), (0, 0, 0, 0))

    def test_contact_that_cannot_be_archived_stops_no_other(self):
        new_test_user(self.env, "ada", partner_id=self.ada.odoo_id.id)
        self.book.delete("ada")
        self.book.delete("bob")

        done = self.import_contacts()

        self.assertEqual((done.deleted_count, done.rejected_count), (1, 1))
        self.assertRegex(
            self.reasons()[0],
            "ada.vcf .*: You cannot archive contacts linked to an active user",
        )
        self.assertTrue(self.ada.odoo_id.active)
        self.assertNotEqual(self.ada.sync_state, "gone")

    def test_contact_comes_back_with_its_card(self):
        child = self.ada.address_ids.odoo_id
        self.book.delete("ada")
        self.import_and_count()
        self.book.put("ada", "FN:Ada", "TEL:1", "TEL:2")

        self.assertEqual(self.import_and_count(), (0, 1, 0, 0))
        self.assertTrue(self.ada.odoo_id.active)
        self.assertTrue(child.active)
        self.assertNotEqual(self.ada.sync_state, "gone")

    def test_contact_archived_here_stays_archived(self):
        self.ada.odoo_id.action_archive()
        self.book.put("ada", "FN:Ada King")

        self.assertEqual(self.import_and_count(), (0, 1, 0, 0))
        self.assertFalse(self.ada.odoo_id.active)
