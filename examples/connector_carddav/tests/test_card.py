# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Is a text a card, and what does it say?"""

import doctest

from odoo.tests import BaseCase

from .. import vcard
from ..vcard import read_card

# A text that is no card, and the reason that is told.
NO_CARDS = {
    "": "not one card",
    "garbage": "garbage",
    "BEGIN:VCARD\nFN:Ada\nEND:VCARD\nBEGIN:VCARD\nFN:Bob\nEND:VCARD": "not one card",
    "BEGIN:VCARD\nFN:Ada": "not one card",
    "FN:Ada\nBEGIN:VCARD\nEND:VCARD": "not one card",
    "BEGIN:VCARD\nFN:Ada\nno colon\nEND:VCARD": "no colon",
    "BEGIN:VCARD\nN:Lovelace;Ada;;;\nEND:VCARD": "no name",
}


class TestCard(BaseCase):
    def test_text_that_is_no_card_is_told(self):
        for text, reason in NO_CARDS.items():
            with self.subTest(text), self.assertRaisesRegex(ValueError, reason):
                read_card(text)

    def test_escaped_signs_are_text(self):
        card = read_card("BEGIN:VCARD\nFN:A\\, B\\; C\\\\n\\nD\nEND:VCARD")

        self.assertEqual(card["fn"], "A, B; C\\n\nD")

    def test_group_of_a_line_is_not_its_name(self):
        card = read_card("BEGIN:VCARD\nFN:Ada\nitem1.TEL:1\nEND:VCARD")

        self.assertEqual(card["phone"], "1")

    def test_examples_in_docstrings_are_true(self):
        self.assertEqual(doctest.testmod(vcard).failed, 0)
        self.assertTrue(doctest.testmod(vcard).attempted)
