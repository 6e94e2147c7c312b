# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about the cards that real address books write."""

from odoo.addons.connector.tests.cards import CARDS, PICTURE, card_text
from odoo.addons.connector.tests.strange_server import StrangeServer

from .common import CarddavCase

NAMES = {
    "apple-noyear": "Nora Noyear",
    "apple-person": "Dr. Anna Maria Appleby",
    "bday-0000": "Zero Year",
    "categories-hole": "Holly Hole",
    "google-company-only": "Only Company Ltd",
    "google-email-only": "lonely@example.com",
    "google-noyear": "Gina Goog",
    "many-phones": "Mandy Many",
    "multi-org": "Olga Org",
    "name-only-n": "Ole Onlyn",
    "nextcloud": "Nils Next",
    "photo-data-uri-3": "Data Uri",
    "thunderbird-3": "Thea Bird",
    "v4-email-mailto": "Mail To",
    "v4-nc4-noyear": "Viktor Tag",
    "v4-tb4": "Tim Bird",
    "v4-tel-upper": "Tel Upper",
}
WITHOUT_YEAR = ("apple-noyear", "bday-0000", "google-noyear", "v4-nc4-noyear", "v4-tb4")
WITH_PICTURE = ("apple-person", "nextcloud", "photo-data-uri-3", "v4-tb4")


class TestKinds(CarddavCase):
    """From a server that takes all of them, and gives each as it was written."""

    def setUp(self):
        super().setUp()
        strange = StrangeServer()
        self.addCleanup(strange.stop)
        strange.cards = {f"{name}.vcf": card_text(name) for name in CARDS}
        self.backend.url = strange.url
        self.done = self.import_contacts()

    def test_everybody_becomes_a_contact_and_lists_do_not(self):
        self.assertEqual(self.reasons(), [])
        self.assertEqual(
            (self.done.created_count, self.done.skipped_count), (len(NAMES), 3)
        )
        for name, expected in NAMES.items():
            with self.subTest(name):
                self.assertEqual(self.find(name).name, expected)

    def test_birthday_without_a_year_is_left_out(self):
        for name in WITHOUT_YEAR:
            with self.subTest(name):
                self.assertFalse(self.find(name).birthday)

    def test_pictures_arrive(self):
        for name in WITH_PICTURE:
            with self.subTest(name):
                self.assertEqual(self.find(name).image_1920.decode(), PICTURE)

    def test_scheme_is_no_part_of_a_number_or_an_address(self):
        self.assertEqual(self.find("v4-email-mailto").email, "mt@example.org")
        self.assertEqual(self.find("v4-tel-upper").phone, "+49-30-77")

    def test_empty_category_is_none(self):
        tags = self.find("categories-hole").category_id

        self.assertEqual(tags.sorted("id").mapped("name"), ["Club", "Golf"])

    def test_card_of_a_company_only_is_a_company(self):
        contact = self.find("google-company-only")

        self.assertTrue(contact.is_company)
        self.assertFalse(contact.company_name)

    def test_each_number_is_a_contact_of_its_own(self):
        numbers = self.find("many-phones").odoo_id.child_ids.mapped("phone")

        expected = {f"+49 30 {number}" for number in range(1, 10) if number != 8}
        self.assertEqual(set(filter(None, numbers)), expected)  # 8 is a fax
