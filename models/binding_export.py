# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a binding keeps of the exports of its record."""

from odoo import fields, models


class ConnectorBinding(models.AbstractModel):
    """What was sent last."""

    _inherit = "connector.binding"

    export_hash = fields.Char(
        string="Exported Values",
        readonly=True,
        copy=False,
        help="Hash of the values that were exported last; equal values are not sent "
        "again. Without one, the next export sends them.",
    )
