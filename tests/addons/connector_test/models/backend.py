# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend without a remote system."""

from datetime import timedelta

from odoo import fields, models

from odoo.addons.connector.backend import Backend
from odoo.addons.connector.flows.declare import Stream
from odoo.addons.connector.flows.values.value_map import ValueMap
from odoo.addons.connector.secret import Secret

service = Backend("connector_test")
service_1 = Backend(parent=service, version="1")
service_2 = Backend(parent=service, version="2")


class TestBackend(models.Model):
    _name = "connector.test.backend"
    _inherit = "connector.backend"
    _description = "Test Backend"

    _backend_type = "connector_test"
    _streams = [
        Stream("contacts", "connector.test.contact", every=timedelta(minutes=15)),
        Stream(
            "labels",
            "connector.test.label",
            full_every=timedelta(days=1),
            after=["contacts"],
        ),
    ]
    _maps = [
        ValueMap("buyer", "res.partner"),
        ValueMap("status"),
        ValueMap("kind", "res.partner.category"),
    ]

    version = fields.Selection([("1", "1"), ("2", "2")], default="1")
    company_id = fields.Many2one("res.company")
    api_key = Secret()
    default_lang_id = fields.Many2one("res.lang")


class TestFolderBackend(models.Model):
    _name = "connector.test.folder.backend"
    _inherit = "connector.backend.folder"
    _description = "Test Folder"

    _backend_type = "connector_test"

    version = fields.Selection([("1", "1"), ("2", "2")], default="1")
