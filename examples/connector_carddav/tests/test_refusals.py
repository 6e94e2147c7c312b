# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens to a broken card, and to the others?"""

from odoo.tools import mute_logger

from .common import CarddavCase

# What is broken in a card, and the reason that is told.
BROKEN = {
    "nameless": (
        ["FN:"],
        r"'nameless.vcf' of 'Friends' \(carddav.backend,.*: it has no name",
    ),
    "unborn": (["BDAY:last spring"], "BDAY is 'last spring', expected a date such as"),
    "no_date": (["BDAY:1985-13-41"], "BDAY is '1985-13-41'"),
    "blurred": (
        ["PHOTO;ENCODING=b;TYPE=PNG:Tm90IGEgcGljdHVyZQ=="],
        "Cannot store card 'blurred.vcf' .* could not be decoded as an image",
    ),
}


class TestRefusals(CarddavCase):
    def test_broken_card_stops_no_other(self):
        self.book.put("ada", "FN:Ada")
        for name, (lines, _reason) in BROKEN.items():
            self.book.put(name, *lines)
        self.book.put("zoe", "FN:Zoe")

        done = self.backend.import_contacts()

        self.assertEqual(
            (done.read_count, done.created_count, done.refused_count),
            (2 + len(BROKEN), 2, len(BROKEN)),
        )
        self.assertTrue(self.find("ada") and self.find("zoe"))

    def test_reason_is_told(self):
        for name, (lines, _reason) in BROKEN.items():
            self.book.put(name, *lines)

        done = self.backend.import_contacts()

        reasons = {refusal.external_id: refusal.reason for refusal in done.refusal_ids}
        for name, (_lines, reason) in BROKEN.items():
            with self.subTest(name):
                self.assertRegex(reasons[f"{name}.vcf"], reason)

    def test_refused_card_leaves_nothing_behind(self):
        """Its tag was imported before the picture turned out to be none."""
        self.book.put("ada", "CATEGORIES:Blurred", *BROKEN["blurred"][0])

        self.backend.import_contacts()

        tags = self.env["res.partner.category"].search([("name", "=", "Blurred")])
        self.assertFalse(tags)
        self.assertFalse(self.find("ada"))

    def test_card_that_the_database_refuses_stops_no_other(self):
        self.env.cr.execute(
            "ALTER TABLE res_partner ADD CONSTRAINT no_bob CHECK (name <> 'Bob')"
        )
        self.book.put("bob", "FN:Bob")
        self.book.put("zoe", "FN:Zoe")

        with mute_logger("odoo.sql_db"):
            done = self.backend.import_contacts()

        self.assertEqual((done.created_count, done.refused_count), (1, 1))
        self.assertRegex(done.refusal_ids.reason, "'bob.vcf' .*no_bob")

    def test_corrected_card_is_imported(self):
        self.book.put("ada", "FN:")
        self.backend.import_contacts()
        self.book.put("ada", "FN:Ada")

        done = self.backend.import_contacts()

        self.assertEqual((done.created_count, done.refused_count), (1, 0))

    def test_known_contact_stays_when_its_card_breaks(self):
        self.book.put("ada", "FN:Ada", "TITLE:Countess")
        self.backend.import_contacts()
        self.book.put("ada", "FN:Ada King", "BDAY:last spring")

        done = self.backend.import_contacts()

        self.assertEqual((done.updated_count, done.refused_count), (0, 1))
        self.assertEqual(self.find("ada").name, "Ada")
        self.assertTrue(self.find("ada").odoo_id.active)
