# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shops, and the bindings of contacts to their customers."""

from odoo import fields, models

from odoo.addons.connector.api import Backend, Binder, Importer, job

shop = Backend("shop", version="1")  # the classes below are registered on it


class ShopBackend(models.Model):  # a record of it is one shop
    _name = "shop.backend"
    _inherit = "connector.backend"
    _description = "Shop"
    _backend_type = "shop"

    version = fields.Selection([("1", "1")], default="1")
    url = fields.Char(required=True)

    @job
    def import_customer(self, external_id):
        """Import one customer of the shop."""
        scope = self.get_environment("shop.customer")
        return scope.get_connector_unit(Importer).run(external_id)


class ShopCustomer(models.Model):  # a binding: this contact is that customer
    _name = "shop.customer"
    _inherit = "connector.binding"  # external_id, sync_date; unique per shop
    _inherits = {"res.partner": "odoo_id"}
    _description = "Customer of a Shop"

    backend_id = fields.Many2one("shop.backend", required=True, ondelete="cascade")
    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")


@shop
class CustomerBinder(Binder):
    _model_name = "shop.customer"
