# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connector that brings no XML: its access, views and menus are the default ones."""

from datetime import timedelta

from odoo import fields, models

from odoo.addons.connector.flows.declare import Stream
from odoo.addons.connector.secret import Secret

SHOP = "connector.test.shop"
ITEM = "connector.test.shop.item"


class TestShop(models.Model):
    _name = SHOP
    _inherit = "connector.backend"
    _description = "Test Shop"
    _backend_type = "connector_test"
    _streams = [Stream("items", ITEM, every=timedelta(minutes=15))]

    version = fields.Selection([("1", "1")])
    url = fields.Char(string="Address")
    token = Secret()
    category_ids = fields.Many2many("res.partner.category", string="New Customers")
    note = fields.Text()

    def _check_connection(self):
        return "The shop has 3 items."


class TestShopItem(models.Model):
    _name = ITEM
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Item"
    _backend_model = SHOP

    points = fields.Integer(string="Loyalty Points")

    def _get_external_url(self):
        return f"{self.backend_id.url}/items/{self.external_id}"
