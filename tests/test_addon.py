# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the addon of a class or function."""

from ..addon import addon_of, is_module_installed
from .common import ConnectorCase


class TestAddonOf(ConnectorCase):
    def test_function_belongs_to_the_addon_that_defines_it(self):
        self.assertEqual(addon_of(addon_of), "connector")

    def test_class_belongs_to_the_addon_that_defines_it(self):
        self.assertEqual(addon_of(TestAddonOf), "connector")

    def test_both_namespaces_are_left_out(self):
        cases = {
            "odoo.addons.shop.unit.mapper": "shop",
            "openerp.addons.shop.unit.mapper": "shop",
            "openerp.addons.shop": "shop",
            "shop.unit.mapper": "shop",
            "shop": "shop",
        }
        for path, addon in cases.items():
            with self.subTest(path=path):
                self.patch(sample, "__module__", path)
                self.assertEqual(addon_of(sample), addon)


class TestInstalled(ConnectorCase):
    def test_environment_and_registry_are_accepted(self):
        for where in (self.env, self.registry):
            with self.subTest(where=type(where).__name__):
                self.assertIs(is_module_installed(where, "connector"), True)
                self.assertIs(is_module_installed(where, "no_such_addon"), False)


def sample():
    """Belong to an addon."""
