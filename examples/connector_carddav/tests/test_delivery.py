# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about servers that do not give all that they list."""

from contextlib import suppress

import requests

from odoo.addons.connector.api import FailedJobError, InvalidDataError
from odoo.addons.connector.tests.cards import CARDS, card_text
from odoo.addons.connector.tests.strange_server import StrangeServer
from odoo.addons.connector.tests.xandikos import Xandikos

from ..adapter import ContactAdapter
from .common import CarddavCase, make_text

CONTACT = "carddav.res.partner"
NAMES = ("a b", "a:b", "a?b", "a#b", "ü", "@+", "100%")


class TestDelivery(CarddavCase):
    def setUp(self):
        super().setUp()
        self.strange = StrangeServer()
        self.addCleanup(self.strange.stop)
        self.backend.url = self.strange.url
        self.strange.cards = {
            f"{name}.vcf": make_text(name) for name in ("ada", "bob", "cid")
        }

    def import_and_count(self):
        """Import and return the counts: created, unchanged, refused, not delivered."""
        done = self.import_contacts()
        return (
            done.created_count,
            done.unchanged_count,
            done.rejected_count,
            done.not_delivered_count,
        )

    def test_card_that_is_left_out_of_a_page_is_read_alone(self):
        self.strange.left_out = {"bob.vcf"}

        self.assertEqual(self.import_and_count(), (3, 0, 0, 0))

    def test_card_that_breaks_its_page_stops_no_other(self):
        self.strange.broken = {"bob.vcf"}

        self.assertEqual(self.import_and_count(), (2, 0, 0, 1))
        self.assertRegex(self.reasons()[0], "bob.vcf .*answered 500")

    def test_card_that_was_not_delivered_is_asked_for_again(self):
        self.strange.broken = {"bob.vcf"}
        self.import_contacts()
        self.strange.broken = set()

        self.assertEqual(self.import_and_count(), (1, 2, 0, 0))

    def test_card_too_long_for_xml_stops_no_other(self):
        """It took hours as well: each of its letters was copied for each other one."""
        note = "NOTE:" + "x\\," * 4_000_000
        self.strange.cards["long.vcf"] = make_text("long", note)

        self.assertEqual(self.import_and_count(), (4, 0, 0, 0))

    def test_names_may_come_without_path_and_without_escapes(self):
        self.strange.cards = {f"{name}.vcf": make_text(name) for name in NAMES}

        self.assertEqual(self.import_and_count(), (len(NAMES), 0, 0, 0))
        self.assertEqual(self.import_and_count(), (0, len(NAMES), 0, 0))

    def test_write_that_is_sent_elsewhere_was_not_done(self):
        """H7: a redirected PUT becomes a GET, which is answered with 200."""
        adapter = self.backend.get_environment(CONTACT).get_connector_unit(
            ContactAdapter
        )
        self.strange.moved_to = self.strange.url + "ada.vcf"

        with self.assertRaisesRegex(InvalidDataError, "answered 302 .*redirects to"):
            adapter.create({"uid": "new", "fn": "Ada", "company": "", "is_company": 0})

    def test_refusal_with_a_reason_is_no_matter_of_the_login(self):
        self.strange.refusal = "supported-report"

        with self.assertRaisesRegex(FailedJobError, "supported-report.* the address"):
            self.import_page()

    def test_refusal_for_want_of_rights_is_one(self):
        self.strange.refusal = "need-privileges"

        with self.assertRaisesRegex(FailedJobError, "Correct the login"):
            self.import_page()


class TestXandikos(CarddavCase):
    server_class = Xandikos

    def test_all_kinds_of_cards_are_imported(self):
        names = CARDS.keys() - {"name-only-n"}  # which it refuses: that has no FN
        for name in names:
            self.book.put_text(f"{name}.vcf", card_text(name))

        done = self.import_contacts()

        self.assertEqual(self.reasons(), [])
        self.assertEqual((done.created_count, done.skipped_count), (len(names) - 3, 3))

    def test_names_of_cards_are_those_of_the_server(self):
        for name in NAMES:
            self.book.put(name, f"FN:{name}")

        done = self.import_contacts()
        again = self.import_contacts(full=True)

        self.assertEqual(self.reasons(), [])
        self.assertEqual(done.created_count, len(NAMES))
        self.assertEqual(again.unchanged_count, len(NAMES))

    def test_card_that_breaks_each_page_stops_no_other(self):
        """The server answers 500 to each query over a card that is not UTF-8."""
        self.book.put("ada", "FN:Ada")
        text = make_text("Jürgen").encode("latin-1")
        with suppress(requests.HTTPError):  # it answers 500, and keeps it
            self.book.put_text("old.vcf", text.decode(errors="surrogateescape"))

        done = self.import_contacts()

        self.assertEqual((done.created_count, done.not_delivered_count), (1, 1))
        self.assertIn("not UTF-8", self.reasons()[0])
        self.assertTrue(self.find("ada"))
