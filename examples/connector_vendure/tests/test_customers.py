# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of customers."""

from .common import VendureCase


class TestCustomers(VendureCase):
    def test_customer_becomes_a_contact(self):
        customer = self.shop.make_customer("ada@example.com")

        self.import_stream("customers")

        contact = self.find("customer", customer)
        self.assertEqual(contact.name, "Ada Lovelace")
        self.assertEqual(contact.email, "ada@example.com")
        self.assertEqual((contact.zip, contact.city), ("1010", "Wien"))
        self.assertEqual(contact.country_id.code, "AT")

    def test_contact_that_is_here_is_known_by_its_mail(self):
        known = self.env["res.partner"].create(
            {"name": "Bob", "email": "Bob@example.com"}
        )
        customer = self.shop.make_customer("bob@example.com", "Robert", "B")

        self.import_stream("customers")

        self.assertEqual(self.find("customer", customer).odoo_id, known)
        self.assertEqual((known.name, known.city), ("Bob", "Wien"))
