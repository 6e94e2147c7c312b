# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about texts that are cards, and what they say."""

from odoo.tests import BaseCase

from ..vcard import read_card

# A text that is no card, and the reason that is told.
NO_CARDS = {
    "": "not one VCARD",
    "garbage": "garbage",
    "BEGIN:VCARD\nFN:Ada\nEND:VCARD\nBEGIN:VCARD\nFN:Bob\nEND:VCARD": "not one VCARD",
    "BEGIN:VCARD\nFN:Ada": "not one VCARD",
    "FN:Ada\nBEGIN:VCARD\nEND:VCARD": "not one VCARD",
    "BEGIN:VCARD\nFN:Ada\nno colon\nEND:VCARD": "no colon",
    "BEGIN:VCARD\nFN:\nN:;;;;\nTEL:1\nEND:VCARD": "no name",
}


class TestCard(BaseCase):
    def test_text_that_is_no_card_is_told(self):
        for text, reason in NO_CARDS.items():
            with self.subTest(text), self.assertRaisesRegex(ValueError, reason):
                read_card(text)

    def test_escaped_signs_are_text(self):
        card = read_card("BEGIN:VCARD\nFN:A\\, B\\; C\\\\n\\nD\nEND:VCARD")

        self.assertEqual(card["fn"], "A, B; C\\n\nD")

    def test_card_without_a_full_name_is_named_by_what_it_says(self):
        lines = ["EMAIL:mailto:a@b.de", "ORG:;Sales", "NICKNAME:Annie", "N:King;Ada;;;"]
        names = ["a@b.de", "Sales", "Annie", "Ada King"]
        for count, name in enumerate(names, start=1):
            with self.subTest(name):
                said = "\n".join(lines[:count])
                card = read_card(f"BEGIN:VCARD\nFN:\n{said}\nEND:VCARD")
                self.assertEqual(card["fn"], name)

    def test_group_of_a_line_is_not_its_name(self):
        card = read_card("BEGIN:VCARD\nFN:Ada\nitem1.TEL:1\nEND:VCARD")

        self.assertEqual(card["phone"], "1")
