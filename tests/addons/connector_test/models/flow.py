# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings of flows, which declare the model of their backends and nothing else."""

from odoo import fields, models

CONTACT = "connector.test.contact"
LABEL = "connector.test.label"
MEMBER = "connector.test.member"
ACCOUNT = "connector.test.account"


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


class TestMember(models.Model):
    """A contact that may be here already."""

    _name = MEMBER
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Member"
    _backend_model = "connector.test.backend"
    _match = ["ref", "email"]
    _on_match = "fill"
    _stable_key = "uid"

    uid = fields.Char()
    grade = fields.Char()


class TestAccount(models.Model):
    """A bank account, which goes with its contact."""

    _name = ACCOUNT
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"res.partner.bank": "odoo_id"}
    _description = "Test Account"
    _backend_model = "connector.test.backend"
