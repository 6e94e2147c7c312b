# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that were rejected until somebody fills in a value."""

from odoo import fields, models


class ConnectorValueMapWaiting(models.Model):
    """A record of a backend that waits for a row of a value map to be filled in."""

    _name = "connector.value.map.waiting"
    _inherit = ["connector.guarded"]
    _description = "Record Waiting for a Value"
    _rec_names_search = ("external_id",)
    _rec_name = "external_id"

    value_map_id = fields.Many2one(
        "connector.value.map",
        string="Value",
        required=True,
        ondelete="cascade",
        help="The value that has to be filled in.",
    )
    model = fields.Char(
        string="Binding Model",
        required=True,
        help="Model of the binding of the record.",
    )
    external_id = fields.Char(
        string="External ID",
        required=True,
        help="Identifier of the record on the backend.",
    )

    _record_uniq = models.UniqueIndex(
        "(value_map_id, model, external_id)", "The record waits for the value already."
    )
