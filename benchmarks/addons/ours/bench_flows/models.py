# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend, bindings of partners, and lines of them."""

from odoo import fields, models

from odoo.addons.connector.api import Backend

shop = Backend("bench_shop", version="1")
rest_shop = Backend("bench_rest_shop", version="1")


class BenchShop(models.Model):
    """A backend with contacts."""

    _name = "bench.shop"
    _inherit = "connector.backend"
    _description = "Shop"

    _backend_type = "bench_shop"

    version = fields.Selection([("1", "1")], default="1")


class BenchContact(models.Model):
    """A partner with its id over there."""

    _name = "bench.contact"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Contact of a Shop"
    _backend_model = "bench.shop"

    label_ids = fields.One2many("bench.label", "contact_id")


class BenchMember(models.Model):
    """A partner that is here before it is bound."""

    _name = "bench.member"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Member of a Shop"
    _backend_model = "bench.shop"
    _match = ["ref", "email"]
    _on_match = "link"


class BenchWare(models.Model):
    """A record that Odoo writes quickly: nothing is computed from it."""

    _name = "bench.ware"
    _description = "Ware"

    name = fields.Char()
    price = fields.Float()


class BenchOffer(models.Model):
    """A ware with its id over there, whose price is exported."""

    _name = "bench.offer"
    _inherit = "connector.binding"
    _inherits = {"bench.ware": "odoo_id"}
    _description = "Offer of a Shop"
    _backend_model = "bench.shop"


class BenchRestShop(models.Model):
    """A backend that is asked over HTTP."""

    _name = "bench.rest.shop"
    _inherit = "connector.backend.http"
    _description = "Shop over HTTP"
    _backend_type = "bench_rest_shop"


class BenchParcel(models.Model):
    """A ware that is exported."""

    _name = "bench.parcel"
    _inherit = "connector.binding"
    _inherits = {"bench.ware": "odoo_id"}
    _description = "Parcel of a Shop"
    _backend_model = "bench.rest.shop"


class BenchLetter(models.Model):
    """A ware that goes both ways."""

    _name = "bench.letter"
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"bench.ware": "odoo_id"}
    _description = "Letter of a Shop"
    _backend_model = "bench.rest.shop"
    _owner = {"*": "manual"}


class BenchLabel(models.Model):
    """A line of a contact."""

    _name = "bench.label"
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Label of a Contact"
    _backend_model = "bench.shop"

    contact_id = fields.Many2one("bench.contact", required=True, ondelete="cascade")
