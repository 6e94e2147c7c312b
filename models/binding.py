# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bindings: links between Odoo records and their counterparts on a backend."""

from odoo import fields, models

from ..fields.declared import BackendOfBinding, RecordOfBinding


class ExternalBinding(models.AbstractModel):
    """Base of binding models: a link between an Odoo record and a backend's."""

    _name = "external.binding"
    _description = "External Binding"

    sync_date = fields.Datetime(string="Last Synchronization", copy=False)


class ConnectorBinding(models.AbstractModel):
    """A binding whose uniqueness the database guarantees.

    A concrete binding model inherits it, names the model of its backends and the model
    that it wraps; the fields for both are there then::

        _name = "shop.product.product"
        _inherit = "connector.binding"
        _inherits = {"product.product": "odoo_id"}
        _backend_model = "shop.backend"

    A binding may define ``backend_id`` and ``odoo_id`` itself instead.
    """

    _name = "connector.binding"
    _inherit = "external.binding"
    _description = "Connector Binding"

    _backend_model: str | None = None
    """Model of the backends. Where it is set, flows take their default units for the
    binding, if the connector registers none of its own."""

    backend_id = BackendOfBinding(string="Backend")
    odoo_id = RecordOfBinding(string="Record")
    external_id = fields.Char(string="External ID", copy=False)
    external_version = fields.Char(
        string="Version There",
        readonly=True,
        copy=False,
        help="Version of the record on the backend that was imported last.",
    )
    import_hash = fields.Char(
        string="Imported Values",
        readonly=True,
        copy=False,
        help="Hash of the values that were imported last; equal values are not "
        "written again.",
    )
    seen_run = fields.Integer(
        string="Seen in Run",
        readonly=True,
        copy=False,
        help="The last full refresh in which the record was on the backend.",
    )

    _external_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)",
        "This backend already has a binding with the same external ID.",
    )
    _odoo_uniq = models.Constraint(
        "UNIQUE (backend_id, odoo_id)",
        "This record already has a binding on the same backend.",
    )
