# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records of a backend: they belong to it, and to its company."""

from odoo import api, fields, models

from ..fields.reference import LastingReference


class NamesBackend(models.AbstractModel):
    """Base of what names a backend of any model."""

    _name = "connector.names.backend"
    _description = "Record That Names a Backend"

    @api.model
    def _select_backends(self) -> list[tuple[str, str]]:
        """Return the models of backends, with their labels."""
        return self.env["connector.backend"]._select_models()


class RecordOfBackend(models.AbstractModel):
    """Base of what the addon keeps of a backend, such as its streams."""

    _name = "connector.of.backend"
    _inherit = "connector.names.backend"
    _description = "Record of a Backend"

    backend_id = LastingReference(
        selection="_select_backends", string="Backend", required=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index=True
    )

    @api.depends("backend_id")
    def _compute_company_id(self):
        for record in self:
            record.company_id = record.backend_id and record.backend_id.company_id
