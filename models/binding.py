# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings: links between Odoo records and their counterparts on a backend."""

from odoo import fields, models


class ExternalBinding(models.AbstractModel):
    """Base of binding models: a link between an Odoo record and a backend's."""

    _name = "external.binding"
    _description = "External Binding"

    sync_date = fields.Datetime(string="Last Synchronization", copy=False)


class ConnectorBinding(models.AbstractModel):
    """A binding whose uniqueness the database guarantees.

    A concrete binding model inherits it and defines ``backend_id`` (to its own
    backend model) and ``odoo_id`` (to the model it ``_inherits``).
    """

    _name = "connector.binding"
    _inherit = "external.binding"
    _description = "Connector Binding"

    external_id = fields.Char(string="External ID", copy=False)

    _external_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)",
        "This backend already has a binding with the same external ID.",
    )
    _odoo_uniq = models.Constraint(
        "UNIQUE (backend_id, odoo_id)",
        "This record already has a binding on the same backend.",
    )
