# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the options of a mapping."""

import copy
import pickle

from odoo.tests import BaseCase

from ..components.map_record import MapOptions


class TestMapOptions(BaseCase):
    def test_item_and_attribute_are_the_same(self):
        options = MapOptions(color="red")

        self.assertEqual((options["color"], options.color), ("red", "red"))

    def test_attribute_can_be_set(self):
        options = MapOptions()

        options.color = "red"

        self.assertEqual(options, {"color": "red"})

    def test_missing_option_is_none(self):
        options = MapOptions()

        self.assertIsNone(options.color)
        self.assertIsNone(options["color"])

    def test_asking_does_not_add_an_option(self):
        options = MapOptions()

        options.color  # noqa: B018 it is the question that counts
        options["color"]

        self.assertEqual(options, {})

    def test_membership_tells_none_from_missing(self):
        options = MapOptions(color=None)

        self.assertIn("color", options)
        self.assertNotIn("size", options)

    def test_copies_keep_the_options(self):
        options = MapOptions(color="red")

        copies = [
            copy.copy(options),
            copy.deepcopy(options),
            pickle.loads(pickle.dumps(options)),
        ]

        self.assertEqual(copies, [options, options, options])
        self.assertEqual({type(made) for made in copies}, {MapOptions})

    def test_protocols_of_python_are_no_options(self):
        """Who asks an object for ``__html__`` calls what it gets."""
        self.assertFalse(hasattr(MapOptions(), "__html__"))

    def test_options_become_keywords(self):
        def keywords(**kwargs):
            return kwargs

        self.assertEqual(keywords(**MapOptions(color="red")), {"color": "red"})
