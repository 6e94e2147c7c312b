# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Does a card say what its employee says?"""

from odoo.tests import TransactionCase

from odoo.addons.connector.api import InvalidDataError

from ..card import read_card, write_card
from .common import make_card


class TestCard(TransactionCase):
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
