# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Server tests of the default records of a connector, as its addon comes and goes."""

import re

from odoo.tests import tagged

from .server_case import ADDON, ServerCase

SHOP = "connector_bare"
MANIFEST = {
    "name": "Bare",
    "author": "Somebody",
    "license": "LGPL-3",
    "depends": ["connector"],
}
MODELS = """\
from odoo import fields, models


class Shop(models.Model):
    _name = "bare.shop"
    _inherit = "connector.backend"
    _description = "Bare Shop"

    version = fields.Selection([("1", "1")], default="1")


class Customer(models.Model):
    _name = "bare.customer"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Bare Customer"
    _backend_model = "bare.shop"
"""
ACCESS = """\
id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink
access_shop,own,model_bare_shop,base.group_system,1,0,0,0
"""
MENUS = """\
<odoo>
    <record id="shop_action" model="ir.actions.act_window">
        <field name="name">Mine</field>
        <field name="res_model">bare.shop</field>
    </record>
    <menuitem id="shop_menu" name="Mine" action="shop_action"/>
</odoo>
"""
DEFAULTS = [
    "access_manager_bare_customer",
    "access_manager_bare_shop",
    "access_user_bare_customer",
    "access_user_bare_shop",
    "action_bare_customer",
    "action_bare_shop",
    "menu_backends_bare_shop",
    "menu_bare_customer",
    "menu_bare_shop",
    "rule_bare_customer",
    "rule_bare_shop",
]
FIND = """
SELECT substr(name, length('connector_default_') + 1) FROM ir_model_data
 WHERE module = 'connector_bare' AND name LIKE 'connector_default_%%'
 ORDER BY name
"""
IDS = """
SELECT model, res_id FROM ir_model_data
 WHERE module = 'connector_bare' AND name LIKE 'connector_default_%%' ORDER BY 1, 2
"""
LEFT = """
SELECT (SELECT count(*) FROM ir_model_access WHERE name LIKE 'bare.%%'),
       (SELECT count(*) FROM ir_rule WHERE name LIKE 'Bare%%'),
       (SELECT count(*) FROM ir_ui_menu WHERE name->>'en_US' LIKE 'Bare%%'),
       (SELECT count(*) FROM ir_act_window WHERE res_model LIKE 'bare.%%')
"""
TROUBLE = re.compile(r"^.* (?:WARNING|ERROR|CRITICAL) .*$", re.M)


@tagged("server")
class TestDefaults(ServerCase):
    def setUp(self):
        super().setUp()
        self.addon = self.folder / "addons" / SHOP
        self.addon.mkdir(parents=True)
        self.write_addon()
        file = self.folder / "odoo.conf"
        path = f"addons_path = {self.addon.parent},"
        file.write_text(file.read_text().replace("addons_path = ", path))
        self.make_database("shop")

    def write_addon(self, **files):
        """Write the addon, with data files besides its models."""
        manifest = {**MANIFEST, "data": list(files.values())}
        (self.addon / "__manifest__.py").write_text(repr(manifest))
        (self.addon / "__init__.py").write_text("from . import models\n")
        (self.addon / "models.py").write_text(MODELS)

    def write_own(self):
        """Let the addon bring access lines and menus of its own."""
        (self.addon / "ir.model.access.csv").write_text(ACCESS)
        (self.addon / "menus.xml").write_text(MENUS)
        self.write_addon(access="ir.model.access.csv", menus="menus.xml")

    def found(self):
        """Return the default records of the addon."""
        return [name for (name,) in self.ask("shop", FIND)]

    def test_default_records_come_stay_and_go_with_the_addon(self):
        log = self.run_command("module", "install", "-d", "shop", SHOP)
        self.assertEqual(TROUBLE.findall(log), [])
        self.assertEqual(self.found(), DEFAULTS)
        before = self.ask("shop", IDS)

        log = self.run_command("module", "upgrade", "-d", "shop", SHOP)
        self.assertEqual(TROUBLE.findall(log), [])
        self.assertEqual(self.ask("shop", IDS), before, "the same records")

        log = self.run_command("module", "install", "-d", "shop", ADDON)
        self.assertEqual(self.ask("shop", IDS), before, "another addon comes")

        log = self.run_command("module", "uninstall", "-d", "shop", SHOP)
        self.assertEqual(TROUBLE.findall(log), [])
        self.assertEqual(self.ask("shop", LEFT), [(0, 0, 0, 0)])

    def test_own_records_of_the_addon_win_and_the_default_ones_come_back(self):
        own = [name for name in DEFAULTS if not re.match("(access.*|menu.*)shop", name)]
        own.remove("menu_bare_customer")  # it stands below the menu of the shops
        self.write_own()

        self.run_command("module", "install", "-d", "shop", SHOP)
        self.assertEqual(self.found(), own)
        self.run_command("module", "upgrade", "-d", "shop", SHOP)
        self.assertEqual(self.found(), own)

        self.write_addon()
        self.run_command("module", "upgrade", "-d", "shop", SHOP)
        self.assertEqual(self.found(), DEFAULTS)
