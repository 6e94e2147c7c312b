# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which links are there, and when were their sides the same for the last time?"""

from odoo import fields, models


class ConnectorLink(models.Model):
    """That two or more references mean the same thing on their systems.

    Rows are written by ``magic/link_store`` only.
    """

    _name = "connector.link"
    _description = "Link"
    _log_access = False
    _order = "id desc"

    relation_id = fields.Many2one(
        "connector.relation", required=True, readonly=True, ondelete="restrict"
    )
    sync_date = fields.Datetime(string="Last Synchronization", readonly=True)
    fingerprint = fields.Char(
        readonly=True,
        help="In a many to many relation what its sides are, so that no two are equal.",
    )
    side_ids = fields.One2many("connector.link.side", "link_id", readonly=True)

    _fingerprint_uniq = models.UniqueIndex(
        "(relation_id, fingerprint) WHERE fingerprint IS NOT NULL",
        "There is such a link already.",
    )
    _relation_idx = models.Index("(relation_id, sync_date)")
