# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the text that configures channels."""

from odoo.tests import BaseCase, tagged

from odoo.addons.connector.queue.channel_text import parse_limits, parse_simple_config


@tagged("post_install", "-at_install")
class TestParse(BaseCase):
    def test_entries_are_read(self):
        cases = {
            "": [],
            "root": [{"name": "root", "capacity": 1}],
            "root:4": [{"name": "root", "capacity": 4}],
            " root : 0 ,, ": [{"name": "root", "capacity": 0}],
            "root:4\nshop.orders:1:sequential": [
                {"name": "root", "capacity": 4},
                {"name": "shop.orders", "capacity": 1, "sequential": True},
            ],
            "shop:2:throttle=1.5:k= v ": [
                {"name": "shop", "capacity": 2, "throttle": "1.5", "k": "v"}
            ],
        }
        for text, entries in cases.items():
            with self.subTest(text):
                self.assertEqual(parse_simple_config(text), entries)

    def test_what_cannot_be_read_is_refused(self):
        cases = {
            ":4": "':4': a name is missing, expected name[:capacity",
            "root..shop": "a name is missing",
            "root:many": "capacity is 'many', expected a whole number, 0 for no limit",
            "root:-1": "capacity is '-1'",
            "root:": "capacity is ''",
            "root:2:k:k": "'k' occurs twice, expected each key once",
            "root:2:capacity=3": "'capacity' occurs twice",
            "root:2::k": "a key is missing",
            "shop:2,root.shop:3": "channel 'root.shop' occurs twice",
        }
        for text, message in cases.items():
            with self.subTest(text), self.assertRaises(ValueError) as caught:
                parse_simple_config(text)
            self.assertIn(message, str(caught.exception))


@tagged("post_install", "-at_install")
class TestLimits(BaseCase):
    def test_limits_are_told_by_complete_name(self):
        limits = parse_limits("root:4,shop:1:sequential:throttle=2")

        free = {"is_sequential": False, "throttle_s": 0}
        self.assertEqual(limits["root"], {"capacity": 4, **free})
        self.assertEqual(
            limits["root.shop"],
            {"capacity": 1, "is_sequential": True, "throttle_s": 2},
        )

    def test_what_cannot_be_meant_is_refused(self):
        cases = {
            "shop:2:sequential": "a sequential channel has capacity 2, expected 1",
            "shop:1:sequential=yes": "sequential=yes, expected no value",
            "shop:1:throttle=soon": "throttle is 'soon', expected throttle=seconds",
            "shop:1:throttle": "throttle is True",
            "shop:1:throttle=-1": "throttle is '-1'",
            "shop:1:throttle=nan": "throttle is 'nan'",
            "shop:1:sequental": "'sequental' is not known; did you mean 'sequential'?",
            "shop:1:color=red": "'color' is not known, expected name[:capacity",
        }
        for text, message in cases.items():
            with self.subTest(text), self.assertRaises(ValueError) as caught:
                parse_limits(text)
            self.assertIn(message, str(caught.exception))
