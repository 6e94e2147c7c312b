# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wares in sizes, as products are made of templates and variants, and their offers."""

from odoo import api, fields, models

from odoo.addons.connector.api import ExportOn, Watch

WARE = "connector.test.ware"
SIZE = "connector.test.ware.size"
STOCK = "connector.test.ware.stock"
TAG = "connector.test.ware.tag"
OFFER = "connector.test.offer"


class TestWare(models.Model):
    """What all sizes of a ware share."""

    _name = WARE
    _description = "Test Ware"

    name = fields.Char(required=True)
    price = fields.Float()
    note = fields.Text()
    active = fields.Boolean(default=True)
    is_sold = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company")
    tag_ids = fields.Many2many(TAG)
    size_ids = fields.One2many(SIZE, "ware_id")


class TestWareTag(models.Model):
    _name = TAG
    _description = "Test Tag of Wares"

    name = fields.Char()
    ware_ids = fields.Many2many(WARE)


class TestWareSize(models.Model):
    """A ware in one size."""

    _name = SIZE
    _inherits = {WARE: "ware_id"}
    _description = "Test Size of a Ware"

    ware_id = fields.Many2one(WARE, required=True, ondelete="cascade")
    size = fields.Char()
    code = fields.Char()
    stock_ids = fields.One2many(STOCK, "size_id")
    label = fields.Char(compute="_compute_label")
    quantity = fields.Integer(compute="_compute_quantity", store=True)
    moon = fields.Char(compute="_compute_moon")

    @api.depends("name", "size")
    def _compute_label(self):
        for one in self:
            one.label = f"{one.name} {one.size}"

    @api.depends("stock_ids.quantity")
    def _compute_quantity(self):
        for one in self:
            one.quantity = sum(one.stock_ids.mapped("quantity"))

    def _compute_moon(self):
        self.moon = "full"


class TestWareStock(models.Model):
    """How many there are of a size in a place."""

    _name = STOCK
    _description = "Test Stock of a Ware"

    size_id = fields.Many2one(SIZE, ondelete="cascade")
    place = fields.Char()
    quantity = fields.Integer()


class TestOffer(models.Model):
    """A size of a ware that is offered on a backend."""

    _name = OFFER
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {SIZE: "odoo_id"}
    _description = "Test Offer"
    _backend_model = "connector.test.backend"
    _export_on = ExportOn(
        create=True,
        write=["price", "label", "headline"],
        watch=[Watch(STOCK, "size_id", fields=["quantity"])],
        unlink=True,
        archive=True,
        domain=[("is_sold", "=", True)],
    )

    headline = fields.Char()
