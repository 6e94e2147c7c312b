# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about cards that are changed on both sides."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.connector.api import InvalidDataError, Magic

from ..address_book import AddressBook, CardChanged
from ..push import create_card, update_card
from ..sync import EMPLOYEE_REL
from .common import EmployeeCase, make_card


@tagged("post_install", "-at_install")
class TestConflict(EmployeeCase):
    def setUp(self):
        super().setUp()
        self.put("Ada.vcf", make_card("Ada", "TEL:1", "TITLE:Clerk"))
        self.settings.action_fetch()
        self.ada = self.find("Ada.vcf")

    def meanwhile(self, *texts):
        """Let another client write a card after each time we have read it."""
        read, waiting = AddressBook.read, list(texts)

        def read_first(book, ref):
            card = read(book, ref)
            if waiting:
                self.put(ref, waiting.pop(0))
            return card

        return patch.object(AddressBook, "read", read_first)

    def push(self):
        update_card(self.book, "Ada.vcf", self.ada)

    def test_other_value_that_was_changed_there_stays(self):
        self.ada.work_phone = "2"
        self.put("Ada.vcf", make_card("Ada", "TEL:1", "TITLE:Boss"))

        self.push()

        self.assertIn("TEL:2", self.cards()["Ada.vcf"])
        self.assertIn("TITLE:Boss", self.cards()["Ada.vcf"])

    def test_value_that_was_changed_there_only_stays(self):
        self.put("Ada.vcf", make_card("Ada", "TEL:3", "TITLE:Clerk"))

        self.push()

        self.assertIn("TEL:3", self.cards()["Ada.vcf"])

    def test_value_that_was_changed_on_both_sides_is_told(self):
        self.ada.work_phone = "2"
        self.put("Ada.vcf", make_card("Ada", "TEL:3"))

        with self.assertRaisesRegex(InvalidDataError, "TEL .* '2' here and to '3'"):
            self.push()

        self.assertIn("TEL:3", self.cards()["Ada.vcf"])

    def test_value_that_was_changed_there_waits_for_its_conflict(self):
        """Whoever changes it here later has not seen what it says there."""
        self.put("Ada.vcf", make_card("Ada", "TEL:3", "TITLE:Clerk"))
        self.ada.job_title = "Boss"
        self.push()
        self.ada.work_phone = "2"

        with self.assertRaisesRegex(InvalidDataError, "'2' here and to '3'"):
            self.push()

        self.assertIn("TEL:3", self.cards()["Ada.vcf"])
        self.assertIn("TITLE:Boss", self.cards()["Ada.vcf"])

    def test_same_change_on_both_sides_is_none(self):
        self.ada.work_phone = "2"
        self.put("Ada.vcf", make_card("Ada", "TEL:2", "TITLE:Clerk"))

        self.push()

        self.assertIn("TEL:2", self.cards()["Ada.vcf"])

    def test_card_that_changes_while_it_is_pushed_is_read_again(self):
        self.ada.work_phone = "2"

        with self.meanwhile(make_card("Ada", "TEL:1", "TITLE:Boss")):
            self.push()

        self.assertIn("TEL:2", self.cards()["Ada.vcf"])
        self.assertIn("TITLE:Boss", self.cards()["Ada.vcf"])

    def test_value_that_changes_while_it_is_pushed_is_told(self):
        """Also of a card that nobody remembers."""
        for seen in (self.ada.card_seen, False):
            with self.subTest(seen=seen):
                self.ada.write({"work_phone": "2", "card_seen": seen})
                self.put("Ada.vcf", make_card("Ada", "TEL:1"))
                with (
                    self.meanwhile(make_card("Ada", "TEL:3")),
                    self.assertRaisesRegex(InvalidDataError, "'2' here and to '3'"),
                ):
                    self.push()
                self.assertIn("TEL:3", self.cards()["Ada.vcf"])

    def test_card_that_changes_all_the_time_is_not_overwritten(self):
        self.ada.work_phone = "2"
        texts = [make_card("Ada", "TEL:1", f"TITLE:{number}") for number in (1, 2)]

        with self.meanwhile(*texts), self.assertRaises(CardChanged):
            self.push()

        self.assertIn("TITLE:2", self.cards()["Ada.vcf"])

    def test_new_card_overwrites_none(self):
        eve = self.env["hr.employee"].create({"name": "Eve"})
        self.put("eve.vcf", make_card("Bob"))

        with self.assertRaisesRegex(InvalidDataError, "'Eve' here and to 'Bob'"):
            create_card(self.book, "eve.vcf", eve)

        self.assertIn("FN:Bob", self.cards()["eve.vcf"])

    def test_card_that_a_try_before_has_made_is_taken(self):
        eve = self.env["hr.employee"].create({"name": "Eve"})
        create_card(self.book, f"odoo-{eve.id}.vcf", eve)

        Magic(self.env).sync_odoo2x(eve, EMPLOYEE_REL, create=True)

        self.assertEqual(self.find(f"odoo-{eve.id}.vcf"), eve)
