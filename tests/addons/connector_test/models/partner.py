# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of partners, with and without constraints in the database."""

from odoo import api, fields, models


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
    contact_ids = fields.One2many("connector.test.person", "partner_binding_id")
    category_binding_id = fields.Many2one("connector.test.category")
    number_id = fields.Many2one("connector.test.number")
    quantity = fields.Integer(compute="_compute_quantity", store=True)
    is_big = fields.Boolean(compute="_compute_quantity", store=True)

    @api.depends("line_ids.quantity")
    def _compute_quantity(self):
        for partner in self:
            partner.quantity = sum(partner.line_ids.mapped("quantity"))
            partner.is_big = partner.quantity > 99


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


class TestPerson(models.Model):
    """A line that wraps a record: a contact of a bound company."""

    _name = "connector.test.person"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Contact Binding"

    backend_id = fields.Many2one("connector.test.backend", ondelete="cascade")
    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    partner_binding_id = fields.Many2one("connector.test.partner", ondelete="cascade")


class TestNumber(models.Model):
    """A binding whose external id is a number, as some classic connectors have it."""

    _name = "connector.test.number"
    _inherit = "external.binding"
    _inherits = {"res.partner.category": "openerp_id"}
    _description = "Test Number Binding"

    backend_id = fields.Many2one("connector.test.backend", required=True)
    openerp_id = fields.Many2one(
        "res.partner.category", required=True, ondelete="cascade"
    )
    external_id = fields.Integer()
    above_id = fields.Many2one("connector.test.number")
    part_ids = fields.One2many("connector.test.number", "above_id")

    _external_uniq = models.UniqueIndex(
        "(backend_id, external_id) WHERE external_id <> 0"
    )


class TestBank(models.Model):
    """A classic binding that is unique, and cannot have an alias."""

    _name = "connector.test.bank"
    _inherit = "external.binding"
    _inherits = {"res.partner.bank": "openerp_id"}
    _description = "Test Bank Account Binding"

    backend_id = fields.Many2one("connector.test.backend", required=True)
    openerp_id = fields.Many2one("res.partner.bank", required=True, ondelete="cascade")
    external_id = fields.Char()

    _openerp_uniq = models.Constraint("UNIQUE (backend_id, openerp_id)")
