# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of flows, which declare the model of their backends and nothing else."""

from odoo import fields, models

CONTACT = "connector.test.contact"
LABEL = "connector.test.label"


class TestContact(models.Model):
    _name = CONTACT
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Contact"
    _backend_model = "connector.test.backend"

    commercial_twin_id = fields.Many2one("res.partner")
    label_ids = fields.One2many(LABEL, "contact_id")


class TestLabel(models.Model):
    """A line of a contact."""

    _name = LABEL
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"res.partner.category": "odoo_id"}
    _description = "Test Label"
    _backend_model = "connector.test.backend"

    contact_id = fields.Many2one(CONTACT, required=True, ondelete="cascade")
