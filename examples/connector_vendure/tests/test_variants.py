# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of variants: what comes in, what changes, and what was deleted there."""

from .common import VendureCase


class TestVariants(VendureCase):
    def test_variants_become_products_with_their_prices(self):
        small, large = self.shop.make_variants(
            "Lamp", ("LAMP-S", 1999, 5), ("LAMP-L", 2999, 5)
        )

        self.import_stream("variants")

        products = [self.find("variant", one) for one in (small, large)]
        self.assertEqual(
            [(one.default_code, one.name, one.list_price) for one in products],
            [("LAMP-S", "Lamp LAMP-S", 19.99), ("LAMP-L", "Lamp LAMP-L", 29.99)],
        )
        self.assertTrue(products[0].is_storable)

    def test_change_of_a_price_is_found(self):
        (variant,) = self.shop.make_variants("Chair", ("CHAIR", 5000, 5))
        self.import_stream("variants")
        self.shop.update_variant(variant, price=4500)

        run = self.import_stream("variants")

        self.assertEqual(run.updated_count, 1)
        self.assertEqual(self.find("variant", variant).list_price, 45)

    def test_product_that_is_here_is_known_by_its_reference(self):
        product = self.env["product.product"].create(
            {"name": "Own name", "default_code": "MATCH"}
        )
        (variant,) = self.shop.make_variants("Theirs", ("MATCH", 700, 1))

        self.import_stream("variants")

        binding = self.find("variant", variant)
        self.assertEqual(binding.odoo_id, product)
        self.assertEqual(product.name, "Own name")

    def test_variant_that_was_deleted_there_is_archived(self):
        """TRAPS V10: no stamp moves; a full refresh finds it."""
        deleted, *others = self.shop.make_variants(
            "Sofa", *((f"SOFA-{n}", 90000, 1) for n in range(12))
        )
        self.import_stream("variants")
        self.age_bindings()
        self.shop.delete("ProductVariant", deleted)

        self.import_stream("variants", full=True)

        binding = self.find("variant", deleted)
        self.assertEqual(binding.sync_state, "gone")
        self.assertFalse(binding.odoo_id.active)
        self.assertTrue(self.find("variant", others[0]).odoo_id.active)

    def age_bindings(self):
        """Let all bindings be older than the next import."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE vendure_product_product SET create_date = now() - interval '1 day',"
            " sync_date = now() - interval '1 day'"
        )
        self.env.invalidate_all()
