# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders with lines, which can be confirmed, and their bindings."""

from odoo import api, fields, models
from odoo.exceptions import UserError

ORDER = "connector.test.order"
ORDER_LINE = "connector.test.order.line"


class TestSale(models.Model):
    """An order; once it is confirmed, its lines may not be deleted."""

    _name = "connector.test.sale"
    _description = "Test Sale"

    name = fields.Char(required=True, translate=True)
    note = fields.Char(translate=True)
    partner_id = fields.Many2one("res.partner")
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, required=True
    )
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "Sent"), ("sale", "Confirmed")], default="draft"
    )
    line_ids = fields.One2many("connector.test.sale.line", "sale_id")
    total = fields.Integer(compute="_compute_total", store=True)

    @api.depends("line_ids.quantity")
    def _compute_total(self):
        for sale in self:
            sale.total = sum(sale.line_ids.mapped("quantity"))

    def action_confirm(self):
        self.state = "sale"


class TestSaleLine(models.Model):
    _name = "connector.test.sale.line"
    _description = "Test Sale Line"

    sale_id = fields.Many2one("connector.test.sale", required=True, ondelete="cascade")
    state = fields.Selection(related="sale_id.state")
    name = fields.Char(translate=True)
    sku = fields.Char()
    size = fields.Char()
    quantity = fields.Integer()
    product_id = fields.Many2one("res.partner.category")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if "sale" in self.sale_id.mapped("state"):
            raise UserError(self.env._("A confirmed order keeps its lines."))


class TestOrderBinding(models.Model):
    _name = ORDER
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"connector.test.sale": "odoo_id"}
    _description = "Test Order"
    _backend_model = "connector.test.backend"

    shop_line_ids = fields.One2many(ORDER_LINE, "shop_order_id")


class TestOrderLineBinding(models.Model):
    """A line of an order, which knows by declaration of which."""

    _name = ORDER_LINE
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"connector.test.sale.line": "odoo_id"}
    _description = "Test Order Line"
    _backend_model = "connector.test.backend"
    _line_of = ("shop_order_id", "sale_id")
    _frozen = [("state", "not in", ["draft", "sent"])]

    shop_order_id = fields.Many2one(
        ORDER, required=True, ondelete="cascade", index=True
    )
