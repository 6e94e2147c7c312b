# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about servers that differ, or that stumble over a card."""

from contextlib import suppress

import requests

from odoo.tests import tagged

from odoo.addons.connector.api import FailedJobError
from odoo.addons.connector.tests.cards import CARDS, card_text
from odoo.addons.connector.tests.strange_server import StrangeServer
from odoo.addons.connector.tests.xandikos import Xandikos

from ..address_book import AddressBook, NotDelivered, NotUnderstood
from .common import EmployeeCase, make_card

NAMES = ("a b.vcf", "a%20b.vcf", "ü.vcf", "a:b.vcf", "a%3Fb.vcf", "a%23b.vcf", "@+.vcf")
GROUPS = 3  # of the cards


@tagged("post_install", "-at_install")
class TestXandikos(EmployeeCase):
    """Xandikos wants a type of each query, and keeps each byte of a card."""

    server_class = Xandikos

    def test_all_kinds_of_cards_become_employees(self):
        names = CARDS.keys() - {"name-only-n"}  # which it refuses: that has no FN
        for name in names:
            self.put(f"{name}.vcf", card_text(name))

        told = self.settings.action_fetch()["params"]["message"]

        self.assertIn(f"{len(names) - GROUPS} created, {GROUPS} skipped", told)

    def test_push_changes_one_line(self):
        self.put("anna.vcf", card_text("apple-person"))
        self.settings.action_fetch()
        before = self.get("anna.vcf").decode()

        self.find("anna.vcf").work_phone = "+1 99"
        self.commit_and_run_jobs()

        after = self.get("anna.vcf").decode()
        self.assertEqual(after, before.replace("+49 151 1111111", "+1 99"))

    def test_names_of_cards_are_those_of_the_server(self):
        for number, name in enumerate(NAMES):
            self.put(name, make_card(f"Person {number}"))
        self.settings.action_fetch()

        for ref in self.cards():
            self.find(ref).with_context(connector_no_export=True).job_title = "Boss"
        self.settings.action_push()

        texts = self.cards().values()
        self.assertEqual(sum("TITLE:Boss" in text for text in texts), len(texts))

    def test_card_that_breaks_the_query_stops_no_other(self):
        """The server answers 500 to each query over a card that is not UTF-8."""
        self.put("Ada.vcf", make_card("Ada"))
        broken = make_card("Jürgen").encode("latin-1")
        with suppress(requests.HTTPError):  # it answers 500, and keeps it
            self.put("old.vcf", broken.decode(errors="surrogateescape"))

        told = self.settings.action_fetch()["params"]["message"]

        self.assertIn("1 created, 1 failed", told)
        self.assertRegex(told, "old.vcf failed: .*not UTF-8")
        self.assertTrue(self.find("Ada.vcf"))


@tagged("post_install", "-at_install")
class TestStrangeServer(EmployeeCase):
    """What real servers did, done by one of ours."""

    def setUp(self):
        super().setUp()
        self.strange = StrangeServer()
        self.addCleanup(self.strange.stop)
        self.book = AddressBook(self.strange.url, "", "")
        self.settings.url = self.strange.url

    def test_all_kinds_of_cards_become_employees(self):
        self.strange.cards = {f"{name}.vcf": card_text(name) for name in CARDS}

        told = self.settings.action_fetch()["params"]["message"]

        self.assertIn(f"{len(CARDS) - GROUPS} created, {GROUPS} skipped", told)

    def test_names_may_come_without_path_and_without_escapes(self):
        names = ("a b.vcf", "c:d.vcf", "e?f.vcf", "g#h.vcf", "100%.vcf", "ü%20.vcf")
        for name in names:
            self.strange.cards[name] = make_card(name)

        self.assertEqual(set(self.cards()), set(names))
        for name in names:
            with self.subTest(name):
                self.assertIn(f"FN:{name}", self.book.read(name)["text"])

    def test_card_that_is_listed_and_not_delivered_is_told(self):
        self.strange.cards = {"Ada.vcf": make_card("Ada"), "bad.vcf": make_card("Bad")}
        self.strange.broken = {"bad.vcf"}

        told = self.settings.action_fetch()["params"]["message"]

        self.assertIn("1 created, 1 failed", told)
        self.assertRegex(told, "bad.vcf failed: .*answered 500")

    def test_card_too_long_for_xml_is_read(self):
        long = make_card("Long", f"NOTE:{'x' * 12_000_000}")
        self.strange.cards = {"Ada.vcf": make_card("Ada"), "long.vcf": long}

        told = self.settings.action_fetch()["params"]["message"]

        self.assertIn("2 created", told)

    def test_refusal_with_a_reason_is_no_matter_of_the_login(self):
        self.strange.refusal = "supported-address-data"

        with self.assertRaisesRegex(NotUnderstood, "supported-address-data"):
            self.book.read("Ada.vcf")

    def test_refusal_for_want_of_rights_is_one(self):
        self.strange.refusal = "need-privileges"

        with self.assertRaisesRegex(FailedJobError, "Correct its login"):
            self.book.read("Ada.vcf")

    def test_error_of_the_server_may_be_over_later(self):
        self.strange.cards = {"bad.vcf": make_card("Bad")}
        self.strange.broken = {"bad.vcf"}

        with self.assertRaisesRegex(NotDelivered, "answered 500"):
            self.book.read("bad.vcf")
