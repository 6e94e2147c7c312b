# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about the text of a card that says something else."""

from odoo.tests import BaseCase

from odoo.addons.connector.api import new_vcard
from odoo.addons.connector.tests.cards import CARDS, card_text

from ..vcard import edit_card, read_card

CARD = "\r\n".join(
    (
        *("BEGIN:VCARD", "VERSION:3.0", "UID:u1", "FN:Ada Lovelace"),
        *("N:Lovelace;Ada;;;", "item1.TEL;type=pref:+1 23", "item1.X-ABLabel:Other"),
        *("TEL;TYPE=WORK:44", "ADR;TYPE=home;CC=xx:Box;;Street 1;Ankh;Sto;;Disc"),
        *("ORG:Engines;Programs\\, all", 'X-FOO;A="b:c":d;e,f', "END:VCARD", ""),
    )
)
NAMED = {"fn": "Ada Lovelace", "company": "Engines", "is_company": False}

# What the card is to say, and the lines that change: (before, after).
EDITS = [
    ({}, [], []),
    ({"phone": "+1 23", "title": None, "note": "", **NAMED}, [], []),
    ({"phone": "+1 9"}, ["item1.TEL;type=pref:+1 23"], ["item1.TEL;type=pref:+1 9"]),
    ({"title": "A, b; c\\d\ne"}, [], [r"TITLE:A\, b\; c\\d\ne"]),
    (
        {**NAMED, "fn": "Ada King"},
        ["FN:Ada Lovelace", "N:Lovelace;Ada;;;"],
        ["FN:Ada King", "N:King;Ada;;;"],
    ),
    (
        {**NAMED, "company": "Acme, Inc"},
        ["ORG:Engines;Programs\\, all"],
        ["ORG:Acme\\, Inc;Programs\\, all"],
    ),
    ({**NAMED, "is_company": True}, [], ["X-ABShowAs:COMPANY"]),
    (
        {"street": "Street 2"},
        ["ADR;TYPE=home;CC=xx:Box;;Street 1;Ankh;Sto;;Disc"],
        ["ADR;TYPE=home;CC=xx:Box;;Street 2;Ankh;Sto;;Disc"],
    ),
    (
        {"city": "Bonn", "region": None, "country": "Germany", "country_code": "DE"},
        ["ADR;TYPE=home;CC=xx:Box;;Street 1;Ankh;Sto;;Disc"],
        ["ADR;TYPE=home;CC=DE:Box;;Street 1;Bonn;;;Germany"],
    ),
    ({"bday": "1985-04-12"}, [], ["BDAY:1985-04-12"]),
    ({"categories": ["a,b", "c"]}, [], [r"CATEGORIES:a\,b,c"]),
    (
        {"photo": "data:image/png;base64,iVBO"},
        [],
        ["PHOTO;ENCODING=b;TYPE=PNG:iVBO"],
    ),
    ({"places": []}, ["TEL;TYPE=WORK:44"], []),
]


class TestEdit(BaseCase):
    def test_only_the_lines_that_say_it_change(self):
        for said, before, after in EDITS:
            with self.subTest(said=said):
                edited = edit_card(CARD, said)
                old, new = CARD.split("\r\n"), edited.split("\r\n")
                self.assertEqual([one for one in old if one not in new], before)
                self.assertEqual([one for one in new if one not in old], after)
                kept = [one for one in new if one in old]
                self.assertEqual(kept, [one for one in old if one in new])

    def test_card_that_says_it_already_stays_as_it_is(self):
        for name in CARDS:
            text = card_text(name)
            try:
                said = read_card(text)
            except ValueError:
                continue
            with self.subTest(name):
                self.assertEqual(edit_card(text, said), text)

    def test_place_changes_its_lines_only(self):
        key = read_card(CARD)["places"][0]["key"]
        said = {"key": key, "phone": "55", "street": "Lane", "city": "Bern"}

        edited = edit_card(CARD, {"places": [said]})

        self.assertIn("TEL;TYPE=WORK:55\r\n", edited)
        self.assertIn("ADR;TYPE=work:;;Lane;Bern;;;\r\n", edited)
        self.assertIn("item1.TEL;type=pref:+1 23\r\n", edited)

    def test_long_line_is_folded_between_letters(self):
        edited = edit_card(CARD, {"note": "ü€😀" * 60})

        self.assertEqual(read_card(edited)["note"], "ü€😀" * 60)
        for line in edited.split("\r\n"):
            self.assertLessEqual(len(line.encode()), 75)

    def test_line_ends_are_those_of_the_card(self):
        edited = edit_card(CARD.replace("\r\n", "\n"), {"title": "x" * 80})

        self.assertNotIn("\r", edited)

    def test_uri_keeps_its_scheme(self):
        text = CARD.replace(
            "item1.TEL;type=pref:+1 23", "TEL;PREF=1;VALUE=uri:tel:+1-23"
        )

        self.assertIn(
            "PREF=1;VALUE=uri:tel:+1-9-9\r\n", edit_card(text, {"phone": "+1 9 9"})
        )

    def test_new_card_is_of_its_version(self):
        said = {**NAMED, "bday": "1985-04-12", "is_company": True, "company": "Ada",
                "fn": "Ada", "photo": "data:image/png;base64,iVBO"}  # fmt: skip

        new = [new_vcard(version, "u") for version in ("3.0", "4.0")]
        three, four = (edit_card(text, said) for text in new)

        self.assertIn("X-ABShowAs:COMPANY", three)
        self.assertIn("BDAY:1985-04-12", three)
        self.assertIn("KIND:org", four)
        self.assertIn("BDAY:19850412", four)
        self.assertIn("PHOTO:data:image/png\\;base64\\,iVBO", four)
        for text in (three, four):
            self.assertTrue(read_card(text)["is_company"])
            self.assertEqual(read_card(text)["uid"], "u")
