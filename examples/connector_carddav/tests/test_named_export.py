# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about exports to three servers, as they were seen to answer."""

from odoo.tests import tagged

from odoo.addons.connector.tests.named_servers import Cyrus, DAViCal, SOGo

from .test_named_servers import NamedCase


class EachNamedServer:
    """What holds on each server, whatever it answers to a change."""

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.put("ada", "TITLE:Clerk", "NOTE:Likes horses")
        self.import_contacts()
        (self.ada,) = self.env["carddav.res.partner"].search([])

    def test_change_here_goes_there_and_does_not_come_back(self):
        for title in ("Chief", "Clerk", "Lady"):
            self.ada.odoo_id.function = title
            self.assertEqual(self.run_exports()[-1], "updated")
            self.assertIn(f"TITLE:{title}", self.named.cards["ada.vcf"])

        done, full = self.import_contacts(), self.import_contacts(full=True)

        self.assertEqual((done.updated_count, full.updated_count), (0, 0))
        self.assertEqual(self.ada.function, "Lady")
        self.assertEqual(self.reasons(), [])

    def test_changes_of_both_sides_are_merged(self):
        self.ada.odoo_id.function = "Chief"
        self.run_exports()
        self.put("ada", "TITLE:Chief", "NOTE:Likes dogs")
        self.ada.odoo_id.function = "Lady"

        self.assertEqual(self.run_exports()[-1], "updated")

        self.assertIn("dogs", self.ada.comment)
        card = self.named.cards["ada.vcf"]
        self.assertTrue("TITLE:Lady" in card and "NOTE:Likes dogs" in card)

    def test_new_contact_is_one_card(self):
        bob = self.bind(self.env["res.partner"].create({"name": "Bob Two"}))

        self.assertEqual(self.run_exports()[-1], "created")
        done, full = self.import_contacts(), self.import_contacts(full=True)

        self.assertEqual(len(self.named.cards), 2)
        self.assertEqual(done.created_count + done.updated_count, 0)
        self.assertEqual(full.created_count + full.updated_count, 0)
        self.assertEqual(bob.name, "Bob Two")

    def test_contact_that_is_deleted_here_is_deleted_there(self):
        self.ada.odoo_id.unlink()

        self.assertEqual(self.run_exports()[-1], "deleted")

        self.assertEqual(self.named.cards, {})


@tagged("post_install", "-at_install")
class TestDAViCalExport(EachNamedServer, NamedCase):
    allow_inherited_tests_method = True
    named_class = DAViCal


@tagged("post_install", "-at_install")
class TestSOGoExport(EachNamedServer, NamedCase):
    allow_inherited_tests_method = True
    named_class = SOGo


@tagged("post_install", "-at_install")
class TestCyrusExport(EachNamedServer, NamedCase):
    allow_inherited_tests_method = True
    named_class = Cyrus
