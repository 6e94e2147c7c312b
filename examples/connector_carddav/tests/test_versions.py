# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about what differs between the two versions of vCard."""

from datetime import date

from ..adapter import ContactAdapter
from ..sync import ContactImporter
from .common import CarddavCase
from .test_import import PIXEL


class TestVersions(CarddavCase):
    def setUp(self):
        super().setUp()
        self.backend_4 = self.make_backend(self.book, version="4.0")

    def import_3(self, *lines):
        """Import a card of vCard 3.0 and return its binding."""
        return self.import_card(self.backend, *lines)

    def import_4(self, *lines):
        """Import a card of vCard 4.0 and return its binding."""
        return self.import_card(self.backend_4, *lines)

    def import_card(self, backend, *lines):
        """Import a card of the backend's version and return its binding."""
        self.book.put("ada", *lines, version=backend.version)
        self.import_contacts(backend)
        self.assertEqual(self.reasons(backend), [])
        return self.find("ada", backend)

    def import_text(self, text):
        """Import a text as a card, and return its binding."""
        scope = self.backend_4.get_environment("carddav.res.partner")
        card = scope.get_connector_unit(ContactAdapter).record_of("ada.vcf", "1", text)
        scope.get_connector_unit(ContactImporter).run("ada.vcf", card)
        return self.find("ada", self.backend_4)

    def test_card_of_the_other_version_is_mapped_as_what_it_is(self):
        for backend in (self.backend, self.backend_4):
            with self.subTest(backend.version):
                self.book.put("three", "X-ABShowAs:COMPANY", version="3.0")
                self.book.put("four", "KIND:org", version="4.0")
                self.book.put("none", "KIND:individual", version="4.0")
                self.import_contacts(backend)
                self.assertEqual(self.reasons(backend), [])
                self.assertTrue(self.find("three", backend).is_company)
                self.assertTrue(self.find("four", backend).is_company)
                self.assertFalse(self.find("none", backend).is_company)

    def test_card_without_a_version_is_of_the_backends(self):
        text = "BEGIN:VCARD\nFN:Ada\nKIND:org\nEND:VCARD"

        self.assertTrue(self.import_text(text).is_company)

    def test_company(self):
        self.assertTrue(self.import_3("ORG:Acme", "X-ABShowAs:COMPANY").is_company)
        self.assertTrue(self.import_4("ORG:Acme", "KIND:org").is_company)
        self.assertFalse(self.import_4("ORG:Acme", "KIND:individual").is_company)

    def test_preference(self):
        numbers_3 = "TEL;TYPE=work:1", "TEL;TYPE=home,pref:2"
        numbers_4 = "TEL;TYPE=work;PREF=50:1", "TEL;TYPE=home;PREF=2:2", "TEL:3"

        self.assertEqual(self.import_3(*numbers_3).phone, "2")
        self.assertEqual(self.import_4(*numbers_4).phone, "2")

    def test_phone_number_may_be_a_uri(self):
        ada = self.import_4('TEL;VALUE=uri;TYPE="voice,work":tel:+49-30-1234')

        self.assertEqual(ada.phone, "+49-30-1234")

    def test_types_may_share_a_quoted_value(self):
        ada = self.import_4("TEL;PREF=1:1", 'TEL;TYPE="voice,work":2')

        self.assertEqual(ada.odoo_id.child_ids.name, "Work")

    def test_whole_birthday(self):
        for text in ("1985-04-12", "19850412", "1985-04-12T10:00:00Z"):
            with self.subTest(text):
                day = date(1985, 4, 12)
                self.assertEqual(self.import_3(f"BDAY:{text}").birthday, day)
                self.assertEqual(self.import_4(f"BDAY:{text}").birthday, day)

    def test_birthday_without_a_year_is_left_out(self):
        for line in ("BDAY:--0412", "BDAY:--04-12", "BDAY:1985", "BDAY:1985-04",
                     "BDAY;VALUE=text:circa 1800"):  # fmt: skip
            with self.subTest(line):
                self.assertFalse(self.import_4(line).birthday)

    def test_country_code_needs_no_name(self):
        ada = self.import_4("ADR;CC=de:;;;Berlin;;10115;Deutschland")

        self.assertEqual(ada.country_id, self.env.ref("base.de"))

    def test_picture(self):
        ada_3 = self.import_3(f"PHOTO;ENCODING=b;TYPE=PNG:{PIXEL}")
        ada_4 = self.import_4(f"PHOTO:data:image/png\\;base64\\,{PIXEL}")

        self.assertEqual(ada_3.image_1920.decode(), PIXEL)
        self.assertEqual(ada_4.image_1920.decode(), PIXEL)

    def test_picture_need_not_be_escaped(self):
        """Radicale cuts it off there, so this card is handed over as it is."""
        text = f"FN:Ada\nPHOTO:data:image/png;base64,{PIXEL}\n"
        text = f"BEGIN:VCARD\nVERSION:4.0\n{text}END:VCARD"

        self.assertEqual(self.import_text(text).image_1920.decode(), PIXEL)

    def test_linked_picture_is_left_where_it_is(self):
        link = "https://example.com/ada.png"

        self.assertFalse(self.import_3(f"PHOTO;VALUE=uri:{link}").image_1920)
        self.assertFalse(self.import_4(f"PHOTO:{link}").image_1920)
