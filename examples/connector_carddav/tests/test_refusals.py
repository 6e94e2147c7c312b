# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about broken cards, broken parts of cards, and all others."""

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
    "unborn": ("BDAY:last spring", "BDAY is 'last spring', expected a date such as"),
    "no_date": ("BDAY:1985-13-41", "BDAY is '1985-13-41'"),
    "blurred": (
        "PHOTO;ENCODING=b;TYPE=PNG:Tm90IGEgcGljdHVyZQ==",
        "PHOTO is no picture .*could not be decoded as an image",
    ),
    "no_base64": (r"PHOTO;VALUE=uri:data:image/png\;base64\,A", "PHOTO is no picture"),
    "cut": (r"PHOTO;VALUE=uri:data:image/png\;base64", "PHOTO is no picture .*cut off"),
    "drawn": ("PHOTO;ENCODING=b;TYPE=SVG:PHN2Zy8+", "PHOTO is no picture .*it is text"),
}


class TestRefusals(CarddavCase):
    def put_broken(self):
        """Write all kinds of broken cards."""
        for name, (lines, _reason) in BROKEN.items():
            version = "2.1" if name == "old" else "3.0"
            self.book.put(name, *lines, version=version)

    def test_broken_part_costs_that_part_only(self):
        for name, (line, _reason) in PARTS.items():
            self.book.put(name, line, "TITLE:Clerk")

        done = self.backend.import_contacts()

        self.assertEqual((done.created_count, done.refused_count), (len(PARTS), 0))
        reasons = {remark.external_id: remark.reason for remark in done.remark_ids}
        for name, (_line, reason) in PARTS.items():
            with self.subTest(name):
                self.assertRegex(reasons[f"{name}.vcf"], reason)
                contact = self.find(name)
                self.assertEqual(contact.function, "Clerk")
                self.assertFalse(contact.birthday or contact.image_1920)
        self.assertEqual(set(done.remark_ids.mapped("kind")), {"left_out"})

    def test_broken_card_stops_no_other(self):
        self.book.put("ada", "FN:Ada")
        self.put_broken()
        self.book.put("zoe", "FN:Zoe")

        done = self.backend.import_contacts()

        self.assertEqual(
            (done.read_count, done.created_count, done.refused_count),
            (2 + len(BROKEN), 2, len(BROKEN)),
        )
        self.assertTrue(self.find("ada") and self.find("zoe"))

    def test_reason_is_told(self):
        self.put_broken()

        done = self.backend.import_contacts()

        reasons = {refusal.external_id: refusal.reason for refusal in done.refusal_ids}
        for name, (_lines, reason) in BROKEN.items():
            with self.subTest(name):
                self.assertRegex(reasons[f"{name}.vcf"], reason)

    def test_refused_card_leaves_nothing_behind(self):
        """Its tag was imported before the database refused the contact."""
        self.forbid_bob()
        self.book.put("bob", "FN:Bob", "CATEGORIES:Blurred")

        with mute_logger("odoo.sql_db"):
            self.backend.import_contacts()

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
        self.book.put("ada", "FN:Ada King", version="2.1")

        done = self.backend.import_contacts()

        self.assertEqual((done.updated_count, done.refused_count), (0, 1))
        self.assertEqual(self.find("ada").name, "Ada")
        self.assertTrue(self.find("ada").odoo_id.active)
