# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of stock: it goes out, and never undoes a sale (TRAPS V20)."""

from .common import VendureCase


class TestStock(VendureCase):
    def setUp(self):
        super().setUp()
        name = self._testMethodName
        (self.variant,) = self.shop.make_variants(name, (name, 1000, 10))
        self.import_stream("variants")
        self.product = self.find("variant", self.variant).odoo_id

    def there(self):
        found = self.shop.variant(self.variant)
        return found["stockOnHand"], found["stockAllocated"]

    def sell(self, quantity):
        customer = self.shop.make_customer(f"{self._testMethodName}@example.com")
        return self.shop.place_order(customer, **{f"v{self.variant}": quantity})

    def test_count_here_goes_out(self):
        self.set_stock(self.product, 25)

        self.commit()

        self.assertEqual(self.there(), (25, 0))

    def test_sale_there_is_not_undone(self):
        """Three were sold there, of which nothing is known here yet."""
        self.set_stock(self.product, 10)
        self.commit()
        self.sell(3)
        self.assertEqual(self.there(), (10, 3))
        self.age_stream("orders")

        self.set_stock(self.product, 20)
        self.commit()

        # of 20 here 3 are promised to the order, which came in first
        self.assertEqual(self.there(), (20, 3))

    def test_orders_come_in_before_stock_goes_out(self):
        sold = self.sell(3)
        self.set_stock(self.product, 25)

        self.commit()

        self.assertEqual(self.find("order", sold).state, "sale")
        self.assertEqual(self.there(), (25, 3))

    def test_equal_stock_is_not_sent(self):
        before = self.shop.variant(self.variant)
        self.set_stock(self.product, 10)

        self.commit()

        self.assertEqual(self.shop.variant(self.variant), before)

    def test_comparison_mends_what_nobody_noticed(self):
        self.set_stock(self.product, 10)
        self.commit()
        self.shop.update_variant(self.variant, stockOnHand=99)

        self.compare()

        self.assertEqual(self.there(), (10, 0))

    def compare(self):
        """Compare all stock, once the orders are in."""
        self.import_stream("orders")
        self.import_stream("stock")

    def test_product_that_was_never_counted_here_stays_as_it_is_there(self):
        self.compare()

        self.assertEqual(self.there(), (10, 0))
