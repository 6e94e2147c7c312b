# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of partners, with and without constraints in the database."""

from odoo import fields, models


class TestPartner(models.Model):
    _name = "connector.test.partner"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Partner Binding"

    backend_id = fields.Many2one(
        "connector.test.backend", required=True, ondelete="restrict"
    )
    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    line_ids = fields.One2many("connector.test.line", "partner_binding_id")
    category_binding_id = fields.Many2one("connector.test.category")


class TestLine(models.Model):
    """A line of a partner binding, with an external id of its own."""

    _name = "connector.test.line"
    _inherit = "external.binding"
    _description = "Test Line Binding"

    partner_binding_id = fields.Many2one("connector.test.partner", ondelete="cascade")
    backend_id = fields.Many2one(
        "connector.test.backend",
        default=lambda self: self.env["connector.test.backend"].search([], limit=1),
    )
    external_id = fields.Char()
    active = fields.Boolean(default=True)
    name = fields.Char()
    quantity = fields.Integer()
    line_id = fields.Many2one("connector.test.line", ondelete="cascade")
    line_ids = fields.One2many("connector.test.line", "line_id")


class TestUniqueLine(models.Model):
    """A line whose external id is unique in the database."""

    _name = "connector.test.unique.line"
    _inherit = "external.binding"
    _description = "Test Unique Line Binding"

    backend_id = fields.Many2one("connector.test.backend", ondelete="cascade")
    external_id = fields.Char()

    _external_uniq = models.Constraint("UNIQUE (backend_id, external_id)")


class TestCategory(models.Model):
    """A binding in the classic style: openerp_id, and no constraint."""

    _name = "connector.test.category"
    _inherit = "external.binding"
    _inherits = {"res.partner.category": "openerp_id"}
    _description = "Test Category Binding"

    backend_id = fields.Many2one("connector.test.backend", required=True)
    openerp_id = fields.Many2one(
        "res.partner.category", required=True, ondelete="cascade"
    )
    external_id = fields.Char()
