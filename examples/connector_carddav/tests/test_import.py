# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What do contacts look like after an import?"""

from .common import CarddavCase


class TestImport(CarddavCase):
    def test_new_card_becomes_a_contact(self):
        self.book.put("ada", "FN:Ada Lovelace", "EMAIL:ada@example.com")

        done = self.backend.import_contacts()

        self.assertEqual((done.read_count, done.created_count), (1, 1))
        contact = self.find("ada").odoo_id
        self.assertEqual(contact.name, "Ada Lovelace")
        self.assertEqual(contact.email, "ada@example.com")
