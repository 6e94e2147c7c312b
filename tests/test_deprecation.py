# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of deprecation warnings."""

from odoo.tests import BaseCase

from ..deprecate import DeprecatedClass, log_deprecate

LOGGER = "odoo.addons.connector.components.deprecation"


class Adapter:
    """The class under its new name."""

    verb = "read"

    def __init__(self, place):
        self.place = place


OldAdapter = DeprecatedClass("OldAdapter", Adapter)


class TestDeprecation(BaseCase):
    def test_message_is_logged_with_the_place_of_the_caller(self):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            log_deprecate("do not")

        self.assertIn("do not", logs.output[0])
        self.assertIn(__file__.rpartition("/")[2], logs.output[0])

    def test_old_name_makes_the_new_thing_and_says_so(self):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            made = OldAdapter("here")

        self.assertIsInstance(made, Adapter)
        self.assertEqual(made.place, "here")
        self.assertIn("OldAdapter is an old name, use", logs.output[0])

    def test_attribute_of_the_old_name_is_that_of_the_new_class(self):
        with self.assertLogs(LOGGER, "WARNING"):
            self.assertEqual(OldAdapter.verb, "read")

    def test_subclass_of_the_old_name_is_one_of_the_new_class(self):
        with self.assertLogs(LOGGER, "WARNING"):

            class Mine(OldAdapter):
                pass

        self.assertTrue(issubclass(Mine, Adapter))
