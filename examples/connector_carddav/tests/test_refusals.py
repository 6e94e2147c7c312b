# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about broken cards, broken parts of cards, and all others."""

import re

from odoo.tools import mute_logger

from .common import CarddavCase

# What is broken in a card, and the reason that is told.
BROKEN = {
    "nameless": (
        ["FN:"],
        r"'nameless.vcf' of 'Friends' \(carddav.backend,.*: it has no name",
    ),
    "old": (["X-A:b"], "its VERSION is '2.1', expected '3.0' or '4.0'"),
}
PARTS = {
    "unborn": ("BDAY:last spring", "it is 'last spring', expected a date such as"),
    "no_date": ("BDAY:1985-13-41", "'bday' to 'birthday' .*'1985-13-41'"),
    "blurred": (
        "PHOTO;ENCODING=b;TYPE=PNG:Tm90IGEgcGljdHVyZQ==",
        "expected a picture: PNG",
    ),
    "no_base64": (r"PHOTO;VALUE=uri:data:image/png\;base64\,A", "expected a picture"),
    "cut": (r"PHOTO;VALUE=uri:data:image/png\;base64", "'photo' .*a picture"),
    "drawn": ("PHOTO;ENCODING=b;TYPE=SVG:PHN2Zy8+", "a picture: PNG, JPEG, .*WebP[.]"),
}


class TestRefusals(CarddavCase):
    def put_broken(self):
        """Write all kinds of broken cards."""
        for name, (lines, _reason) in BROKEN.items():
            version = "2.1" if name == "old" else "3.0"
            self.book.put(name, *lines, version=version)

    def reasons_by_name(self):
        """Return what the checkpoints say, by the name of the card."""
        return {
            re.search(r"(\w+)\.vcf", reason)[1]: reason for reason in self.reasons()
        }

    def test_broken_part_costs_that_part_only(self):
        for name, (line, _reason) in PARTS.items():
            self.book.put(name, line, "TITLE:Clerk")

        done = self.import_contacts()

        self.assertEqual((done.created_count, done.rejected_count), (len(PARTS), 0))
        reasons = self.reasons_by_name()
        for name, (_line, reason) in PARTS.items():
            with self.subTest(name):
                self.assertRegex(reasons[name], reason)
                contact = self.find(name)
                self.assertEqual(contact.function, "Clerk")
                self.assertFalse(contact.birthday or contact.image_1920)

    def test_broken_card_stops_no_other(self):
        self.book.put("ada", "FN:Ada")
        self.put_broken()
        self.book.put("zoe", "FN:Zoe")

        done = self.import_contacts()

        self.assertEqual(
            (done.read_count, done.created_count, done.rejected_count),
            (2 + len(BROKEN), 2, len(BROKEN)),
        )
        self.assertTrue(self.find("ada") and self.find("zoe"))

    def test_reason_is_told(self):
        self.put_broken()

        self.import_contacts()

        reasons = self.reasons_by_name()
        for name, (_lines, reason) in BROKEN.items():
            with self.subTest(name):
                self.assertRegex(reasons[name], reason)

    def test_refused_card_leaves_nothing_behind(self):
        """Its tag was imported before the database refused the contact."""
        self.forbid_bob()
        self.book.put("bob", "FN:Bob", "CATEGORIES:Blurred")

        with mute_logger("odoo.sql_db"):
            self.import_contacts()

        tags = self.env["res.partner.category"].search([("name", "=", "Blurred")])
        self.assertFalse(tags)
        self.assertFalse(self.find("bob"))

    def forbid_bob(self):
        """Let the database refuse one contact."""
        self.env.cr.execute(
            "ALTER TABLE res_partner ADD CONSTRAINT no_bob CHECK (name <> 'Bob')"
        )

    def test_card_that_the_database_refuses_stops_no_other(self):
        self.forbid_bob()
        self.book.put("bob", "FN:Bob")
        self.book.put("zoe", "FN:Zoe")

        with mute_logger("odoo.sql_db"):
            done = self.import_contacts()

        self.assertEqual((done.created_count, done.rejected_count), (1, 1))
        self.assertRegex(self.reasons()[0], "bob.vcf .*no_bob")

    def test_corrected_card_is_imported(self):
        self.book.put("ada", "FN:")
        self.import_contacts()
        self.book.put("ada", "FN:Ada")

        done = self.import_contacts()

        self.assertEqual((done.created_count, done.rejected_count), (1, 0))

    def test_known_contact_stays_when_its_card_breaks(self):
        self.book.put("ada", "FN:Ada", "TITLE:Countess")
        self.import_contacts()
        self.book.put("ada", "FN:Ada King", version="2.1")

        done = self.import_contacts()

        self.assertEqual((done.updated_count, done.rejected_count), (0, 1))
        self.assertEqual(self.find("ada").name, "Ada")
        self.assertTrue(self.find("ada").odoo_id.active)
