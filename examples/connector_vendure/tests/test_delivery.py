# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of deliveries: each is one fulfillment there (TRAPS V22)."""

from unittest.mock import patch

from odoo.addons.connector.api import BackendAdapter, run_jobs

from .common import VendureCase


class TestDelivery(VendureCase):
    def setUp(self):
        super().setUp()
        name = self._testMethodName
        (self.variant,) = self.shop.make_variants(name, (name, 1000, 10))
        customer = self.shop.make_customer(f"{name}@example.com")
        self.there_id = self.shop.place_order(customer, **{f"v{self.variant}": 3})
        self.import_stream("variants")
        product = self.find("variant", self.variant).odoo_id
        self.set_stock(product, 10)
        self.import_stream("orders")
        self.order = self.find("order", self.there_id).odoo_id
        self.commit()

    def deliver(self, quantity=3):
        """Deliver a part of the order here."""
        picking = self.order.picking_ids.filtered(lambda one: one.state != "done")
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True)._action_done()
        return picking

    def fulfillments(self):
        found = self.shop.order(self.there_id)["fulfillments"] or []
        return [
            (one["method"], one["state"], one["lines"][0]["quantity"]) for one in found
        ]

    def test_delivery_is_a_fulfillment_that_was_shipped(self):
        picking = self.deliver()

        self.commit()

        self.assertEqual(self.fulfillments(), [(picking.name, "Shipped", 3)])
        self.assertEqual(self.shop.order(self.there_id)["state"], "Shipped")
        found = self.shop.variant(self.variant)
        self.assertEqual((found["stockOnHand"], found["stockAllocated"]), (7, 0))

    def test_part_and_rest_are_two_fulfillments(self):
        first = self.deliver(2)
        self.commit()
        second = self.deliver(1)
        self.commit()

        expected = [(first.name, "Shipped", 2), (second.name, "Shipped", 1)]
        self.assertEqual(self.fulfillments(), expected)

    def test_delivery_whose_answer_was_lost_is_no_second_one(self):
        """It was added there, and what came after it never happened here."""
        picking = self.deliver()
        scope = self.backend.get_environment("vendure.stock.picking")
        adapter = scope.get_connector_unit(BackendAdapter)
        line = self.find("order", self.there_id).vendure_line_ids[0].external_id
        lines = [{"orderLineId": line, "quantity": 2}]
        with patch.object(type(adapter), "_ship", lambda _self, found: found):
            adapter.create({"lines": lines, "method": picking.name})
        self.assertEqual(self.fulfillments(), [(picking.name, "Pending", 2)])

        results = self.commit()

        self.assertEqual(results[-2:], ["matched", "updated"])
        self.assertEqual(self.fulfillments(), [(picking.name, "Shipped", 2)])

    def test_delivery_of_another_order_stays_here(self):
        other = self.order.copy()
        other.action_confirm()
        picking = other.picking_ids
        picking.move_ids.quantity = 3
        picking.move_ids.picked = True
        picking._action_done()

        self.commit()
        run_jobs(self.env)

        self.assertEqual(self.fulfillments(), [])
