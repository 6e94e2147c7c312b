# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about an employee as a card, and a card as an employee."""

import doctest

from odoo.tests import TransactionCase

from odoo.addons.connector.api import InvalidDataError, NothingToDoJob
from odoo.addons.connector.tests.cards import CARDS, card_text

from .. import address_book
from .. import card_text as card_text_module
from ..card import FIELDS, read_card, read_seen, write_card
from .common import make_card

NAMES = {
    "apple-person": "Dr. Anna Maria Appleby",
    "google-company-only": "Only Company Ltd",
    "google-email-only": "lonely@example.com",
    "name-only-n": "Ole Onlyn",
    "nextcloud": "Nils Next",
}
GROUPS = ("apple-group", "v4-nc4-applegroup", "v4-nc4-group")
NEW = {"work_phone": "+1 99", "work_email": "new@example.com", "job_title": "Boss"}


class TestCard(TransactionCase):
    def make_employee(self, **values):
        return self.env["hr.employee"].create({"name": "Ada", **values})

    def make_reader(self, text):
        """Return an employee who says what a card says."""
        return self.make_employee(**{k: v or "" for k, v in read_card(text).items()})

    def changed_lines(self, text, employee):
        """Return the lines that a push takes out of a card, and what it puts in."""
        old = text.split("\r\n")
        new = write_card("ada", employee, text).split("\r\n")
        gone = [line for line in old if line not in new]
        come = [line for line in new if line not in old]
        self.assertEqual([x for x in old if x in new], [x for x in new if x in old])
        return gone, come

    def test_card_of_an_employee_reads_as_the_employee(self):
        values = {
            "name": "Ada, Lovelace; Countess",
            "work_email": "ada@example.com",
            "work_phone": "+32 1",
            "job_title": "Programmer",
        }
        employee = self.env["hr.employee"].create(dict(values))

        self.assertEqual(read_card(write_card("ada", employee)), values)

    def test_card_that_is_none_is_refused(self):
        for text in ("", "hello", "BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"):
            with self.subTest(text=text), self.assertRaises(InvalidDataError):
                read_card(text)

    def test_card_without_a_name_is_refused(self):
        with self.assertRaisesRegex(InvalidDataError, "it has no name"):
            read_card(make_card(""))

    def test_card_without_a_full_name_is_named_by_what_it_says(self):
        for name, expected in NAMES.items():
            with self.subTest(name):
                self.assertEqual(read_card(card_text(name))["name"], expected)

    def test_list_of_cards_is_nobody(self):
        for name in GROUPS:
            with self.subTest(name), self.assertRaises(NothingToDoJob):
                read_card(card_text(name))

    def test_preferred_line_is_read(self):
        ada = read_card(card_text("apple-person"))

        self.assertEqual(ada["work_email"], "anna@orchard.example")
        self.assertEqual(ada["work_phone"], "+49 151 1111111")

    def test_scheme_of_a_uri_is_no_part_of_the_value(self):
        self.assertEqual(
            read_card(card_text("v4-email-mailto"))["work_email"], "mt@example.org"
        )
        self.assertEqual(
            read_card(card_text("v4-tel-upper"))["work_phone"], "+49-30-77"
        )

    def test_unchanged_card_stays_byte_for_byte(self):
        for name in CARDS.keys() - set(GROUPS):
            with self.subTest(name):
                text = card_text(name)
                self.assertEqual(write_card("x", self.make_reader(text), text), text)

    def test_changed_values_change_their_lines_only(self):
        """All other numbers and addresses were deleted, with their types."""
        for name in CARDS.keys() - set(GROUPS):
            with self.subTest(name):
                text = card_text(name)
                employee = self.make_reader(text)
                employee.write(NEW)
                gone, come = self.changed_lines(text, employee)
                self.assertLessEqual(len(gone), len(FIELDS))
                self.assertEqual(len(come), len(FIELDS))
                read = read_card(write_card("x", employee, text))
                read["work_phone"] = read["work_phone"].replace("-", " ")
                self.assertEqual({field: read[field] for field in NEW}, NEW)

    def test_preferred_line_is_changed_with_its_group_and_types(self):
        text = make_card(
            "Ada",
            "TEL;TYPE=home:1",
            'item1.TEL;TYPE="work,pref";X-A="b:c":2',
            "item1.X-ABLabel:Desk",
        )
        ada = self.make_reader(text)
        ada.work_phone = "3"

        self.assertEqual(
            self.changed_lines(text, ada),
            (
                ['item1.TEL;TYPE="work,pref";X-A="b:c":2'],
                ['item1.TEL;TYPE="work,pref";X-A="b:c":3'],
            ),
        )

    def test_removed_value_removes_its_line_only(self):
        text = card_text("many-phones")
        seen = read_seen(text)
        mandy = self.make_reader(text)
        seen["work_phone"] = (mandy.work_phone, mandy.work_phone)
        mandy.work_phone = False

        written = write_card("x", mandy, text, seen)

        self.assertEqual(written, text.replace("TEL;TYPE=HOME:+49 30 0\r\n", ""))

    def test_what_nobody_knows_here_stays_there(self):
        text = card_text("many-phones")

        written = write_card("x", self.make_employee(name="Mandy Many"), text)

        self.assertEqual(written, text)

    def test_name_in_parts_follows_the_name(self):
        for old, name, new in (
            ("Lovelace;Ada;;;", "Ada King", "King;Ada;;;"),
            ("Lovelace;Ada;Augusta;Dr.;", "Dr. Eve Lovelace", "Lovelace;Eve;;Dr.;"),
            ("van Dam;Ada;;;", "Ada van der Meer", "van der Meer;Ada;;;"),
            ("Ada;;;;", "Ada Lovelace, Countess", "Countess;Ada Lovelace\\,;;;"),
            ("Lovelace", "Bob", "Bob;;;;"),
        ):
            with self.subTest(name):
                text = make_card("Old").replace("N:Old;;;;", f"N:{old}")
                employee = self.make_employee(name=name)
                self.assertIn(f"\r\nN:{new}\r\n", write_card("x", employee, text))

    def test_long_value_is_folded_between_letters(self):
        text = make_card("Ada").replace("\r\n", "\n")
        ada = self.make_employee(job_title="ü" * 100)

        written = write_card("x", ada, text)

        self.assertTrue(all(len(x.encode()) <= 75 for x in written.split("\n")))
        self.assertEqual(read_card(written)["job_title"], "ü" * 100)
        self.assertNotIn("\r", written)

    def test_letter_that_was_folded_in_the_middle_is_read(self):
        data = make_card("Ada", "TITLE:Chef fü").encode().replace(b"\xbc", b"\r\n \xbc")

        text = data.decode(errors="surrogateescape")

        self.assertEqual(read_card(text)["job_title"], "Chef fü")
        self.assertEqual(write_card("x", self.make_reader(text), text), text)

    def test_card_in_another_encoding_is_refused(self):
        text = make_card("Jürgen").encode("latin-1").decode(errors="surrogateescape")

        with self.assertRaisesRegex(InvalidDataError, "not UTF-8"):
            read_card(text)

    def test_examples_in_docstrings_are_true(self):
        for module in (card_text_module, address_book):
            self.assertEqual(doctest.testmod(module).failed, 0)
            self.assertTrue(doctest.testmod(module).attempted)
