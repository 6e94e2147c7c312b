# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of orders: which come in, with what, and how their changes are found."""

from odoo.addons.connector.api import InvalidDataError, RecordImporter, run_jobs

from .common import VendureCase


class TestOrders(VendureCase):
    def setUp(self):
        super().setUp()
        name = self._testMethodName
        (self.variant,) = self.shop.make_variants(name, (name, 1999, 10))
        self.customer = self.shop.make_customer(f"{name}@example.com")

    def place(self, quantity=3):
        return self.shop.place_order(self.customer, **{f"v{self.variant}": quantity})

    def test_order_comes_with_customer_lines_shipping_and_tax(self):
        there = self.shop.order(self.place())

        self.import_stream("orders")

        order = self.find("order", there["id"])
        self.assertEqual(order.client_order_ref, there["code"])
        self.assertEqual(order.partner_id.email, f"{self._testMethodName}@example.com")
        self.assertEqual(order.partner_shipping_id.type, "delivery")
        self.assertEqual(order.partner_shipping_id.street, "Ring 1")
        lines = [
            (line.product_id.default_code, line.product_uom_qty, line.price_unit)
            for line in order.order_line
        ]
        expected = [(self._testMethodName, 3, 19.99), ("standard-shipping", 1, 5)]
        self.assertEqual(lines, expected)
        self.assertEqual(order.order_line.tax_ids, self.tax)
        self.assertAlmostEqual(order.amount_total, there["totalWithTax"] / 100, 1)

    def test_order_is_confirmed_at_the_time_at_which_it_was_placed(self):
        there = self.shop.order(self.place())

        self.import_stream("orders")

        order = self.find("order", there["id"]).odoo_id
        self.assertEqual(order.state, "sale")
        placed_at = there["orderPlacedAt"][:19].replace("T", " ")
        self.assertEqual(str(order.date_order), placed_at)
        self.assertEqual(len(order.picking_ids), 1)

    def test_carts_and_drafts_stay_there(self):
        """TRAPS V9: they are in the list of orders."""
        self.shop.make_cart(self.variant)
        self.shop.make_draft(self.variant)
        placed = self.place()

        self.import_stream("orders")

        orders = self.env["vendure.sale.order"].search(
            [("order_line.product_id.default_code", "=", self._testMethodName)]
        )
        self.assertEqual(orders.mapped("external_id"), [placed])

    def test_change_of_an_open_order_is_found_though_its_stamp_stays(self):
        """TRAPS V1: ``updatedAt`` is that of the cart, whatever happens then."""
        id_ = self.place()
        self.import_stream("orders")
        before = self.shop.order(id_)["updatedAt"]
        self.shop.fulfill(id_)
        self.assertEqual(self.shop.order(id_)["updatedAt"], before)

        self.import_stream("orders")

        self.assertEqual(self.find("order", id_).state_there, "Shipped")

    def test_order_of_long_ago_is_read_again_while_it_is_open(self):
        """It was placed far before what the next import asks for."""
        id_ = self.place()
        self.import_stream("orders")
        self.backend.start_stream("orders").stream_id._set(
            {"cursor": "2099-01-01T00:00:00+00:00"}
        )
        run_jobs(self.env)
        self.shop.cancel(id_)

        self.import_stream("orders")

        self.assertEqual(self.rejected(), [])
        order = self.find("order", id_)
        self.assertEqual((order.state_there, order.state), ("Cancelled", "cancel"))

    def test_line_of_a_variant_that_was_deleted_there_comes_in(self):
        """TRAPS V10: the line of the order is all that is left of it."""
        id_ = self.place()
        self.shop.delete("ProductVariant", self.variant)

        self.import_stream("orders")

        products = self.find("order", id_).order_line.product_id
        self.assertIn(self._testMethodName, products.mapped("default_code"))

    def test_tax_that_nobody_filled_in_rejects_the_order_until_somebody_does(self):
        self.env["connector.value.map"].search([]).unlink()
        id_ = self.place()

        self.import_stream("orders")

        self.assertFalse(self.find("order", id_))
        row = self.env["connector.value.map"].search([("external_value", "=", "20")])
        row.record_ref = f"account.tax,{self.tax.id}"
        row.action_retry()
        run_jobs(self.env)
        self.assertTrue(self.find("order", id_))

    def test_order_in_another_currency_is_rejected_with_that_reason(self):
        self.env.company.currency_id = self.env.ref("base.EUR")
        id_ = self.place()
        scope = self.backend.get_environment("vendure.sale.order")

        with self.assertRaisesRegex(InvalidDataError, "is in USD, expected EUR"):
            scope.get_connector_unit(RecordImporter).run(id_)
