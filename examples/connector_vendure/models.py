# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shop, and what of Odoo is bound to it."""
# pylint: disable=consider-merging-classes-inherited; each is a model of its own

from datetime import timedelta

from odoo import fields, models

from odoo.addons.connector.api import ExportOn, SessionToken, Stream, ValueMap, Watch

from .adapter import CUSTOMER, DELIVERY, LINE, ORDER, PATH, VARIANT

SHOP = "vendure.backend"
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


class VendureBackend(models.Model):
    """A shop, or rather its default channel."""

    _name = SHOP
    _inherit = "connector.backend.http"
    _description = "Vendure Shop"
    _backend_type = "vendure"
    _auth = SessionToken(PATH, mutation="login", header="vendure-auth-token")
    _check, _check_query = PATH, "{ me { id } }"
    _streams = [
        Stream("variants", VARIANT, every=QUARTER, full_every=DAY),
        Stream("customers", CUSTOMER, every=QUARTER, full_every=DAY),
        Stream("orders", ORDER, every=timedelta(minutes=5)),
        Stream("stock", VARIANT, every=timedelta(hours=6), direction="export"),
    ]
    _maps = [ValueMap("tax", "account.tax")]

    version = fields.Selection([("3", "Vendure 3")], default="3")


class VendureVariant(models.Model):
    """A variant: a product of its own here, as each has a price of its own there."""

    _name = VARIANT
    _inherit = "connector.binding"
    _inherits = {"product.product": "odoo_id"}
    _description = "Variant"
    _backend_model = SHOP
    _match, _on_match = ["default_code"], "fill"
    _export_on = ExportOn(watch=[Watch("stock.quant", "product_id")])


class VendureCustomer(models.Model):
    """A customer, with or without an account."""

    _name = CUSTOMER
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Customer"
    _backend_model = SHOP
    _match, _on_match = ["email"], "fill"


class VendureOrder(models.Model):
    """An order that was placed."""

    _name = ORDER
    _inherit = "connector.binding"
    _inherits = {"sale.order": "odoo_id"}
    _description = "Order"
    _backend_model = SHOP

    state_there = fields.Char(readonly=True)
    vendure_line_ids = fields.One2many(LINE, "vendure_id")


class VendureOrderLine(models.Model):
    """A line of an order, or its shipping."""

    _name = LINE
    _inherit = "connector.binding"
    _inherits = {"sale.order.line": "odoo_id"}
    _description = "Order Line"
    _backend_model = SHOP
    _line_of = ("vendure_id", "order_id")
    _frozen = [("state", "not in", ["draft", "sent"])]

    vendure_id = fields.Many2one(ORDER, required=True, ondelete="cascade", index=True)


class VendureDelivery(models.Model):
    """A delivery: it becomes a fulfillment once it is done."""

    _name = DELIVERY
    _inherit = "connector.binding"
    _inherits = {"stock.picking": "odoo_id"}
    _description = "Fulfillment"
    _backend_model = SHOP
    _export_on = ExportOn(
        create=True,
        domain=[
            ("state", "=", "done"),
            ("picking_type_code", "=", "outgoing"),
            ("sale_id.vendure_bind_ids", "!=", False),
        ],
    )
    _owner = {"*": "odoo"}


class SaleOrder(models.Model):
    """Orders, some of which are of a shop."""

    _inherit = "sale.order"

    vendure_bind_ids = fields.One2many(ORDER, "odoo_id", string="Vendure Orders")
