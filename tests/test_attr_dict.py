# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of dictionaries whose keys are read as attributes."""

import copy
import pickle

from odoo.tests import BaseCase, tagged

from ..magic.magic import AttrDict


@tagged("post_install", "-at_install")
class TestAttrDict(BaseCase):
    def setUp(self):
        super().setUp()
        self.order = AttrDict(
            {"name": "S1", "partner": {"name": "Ada"}, "lines": [{"qty": 2}]}
        )

    def test_keys_are_attributes(self):
        self.assertEqual(self.order.name, "S1")

    def test_keys_of_inner_dicts_are_attributes(self):
        self.assertEqual(self.order.partner.name, "Ada")
        self.assertEqual(self.order.lines[0].qty, 2)

    def test_it_is_the_dict_it_was_made_of(self):
        self.assertEqual(self.order, dict(self.order))
        self.assertEqual(list(self.order.items())[0], ("name", "S1"))

    def test_attributes_are_set_and_deleted_as_keys(self):
        self.order.state = "sale"
        del self.order.lines

        self.assertEqual(self.order["state"], "sale")
        self.assertNotIn("lines", self.order)

    def test_missing_key_is_told_with_those_that_are_there(self):
        message = "Cannot read 'nam': there is no such key. Keys are: 'name', 'p'."
        with self.assertRaisesRegex(AttributeError, message):
            _ = AttrDict(name="x", p=1).nam

    def test_copies_are_equal(self):
        self.assertEqual(copy.deepcopy(self.order), self.order)
        self.assertEqual(pickle.loads(pickle.dumps(self.order)), self.order)
