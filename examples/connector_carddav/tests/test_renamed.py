# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about cards that got another file name."""

from ..adapter import ContactAdapter
from ..sync import ContactImporter
from .common import CarddavCase, make_text


class TestRenamed(CarddavCase):
    def setUp(self):
        super().setUp()
        self.lines = ("TEL;TYPE=pref:1", "TEL;TYPE=work:2")
        self.book.put("ada", *self.lines)
        self.import_contacts()
        self.ada = self.find("ada")
        self.child = self.ada.address_ids

    def rename(self, *lines):
        """Let the card have another name, as some servers do when it is moved."""
        self.book.delete("ada")
        self.book.put_text("new.vcf", make_text("ada", *self.lines, *lines))

    def counts(self):
        """Import and return the counts: created, updated, archived."""
        done = self.import_contacts()
        self.assertEqual(self.reasons(), [])
        return done.created_count, done.updated_count, done.deleted_count

    def test_renamed_card_keeps_its_contact(self):
        self.rename("TITLE:Countess")

        self.assertEqual(self.counts(), (0, 1, 0))
        self.assertEqual(self.find("new"), self.ada)
        self.assertEqual(self.ada.function, "Countess")
        self.assertTrue(self.ada.odoo_id.active)
        self.assertEqual(self.ada.address_ids, self.child)

    def test_renamed_card_that_was_gone_for_a_time_keeps_its_contact(self):
        self.book.delete("ada")
        self.assertEqual(self.counts(), (0, 0, 1))
        self.book.put_text("new.vcf", make_text("ada", *self.lines))

        self.assertEqual(self.counts(), (0, 1, 0))
        self.assertEqual(self.find("new"), self.ada)
        self.assertTrue(self.ada.odoo_id.active)

    def test_two_cards_with_one_uid_are_two_contacts(self):
        self.import_contacts()
        scope = self.backend.get_environment("carddav.res.partner")
        importer = scope.get_connector_unit(ContactImporter)
        adapter = scope.get_connector_unit(ContactAdapter)
        copy = adapter.record_of("copy.vcf", "1", make_text("ada"))
        importer.run("copy.vcf", copy)

        self.assertNotEqual(self.find("copy"), self.ada)
        self.assertEqual(self.find("ada"), self.ada)
