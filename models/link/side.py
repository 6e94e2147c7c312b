# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sides of links: the reference on each system."""

from odoo import api, fields, models, tools
from odoo.tools import sql

from ...fields.loose import LooseMany2one
from ...magic.links import store as link_store


class ConnectorLinkSide(models.Model):
    """A reference of a link; the first is written together with the link.

    Rows are written by ``magic/links/store`` only.
    """

    _name = "connector.link.side"
    _inherit = "connector.guarded"
    _description = "Reference of a Link"
    _log_access = False
    _order = "link_id, system"
    _rec_name = "ref"

    link_id = fields.Many2one(
        "connector.link",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="The link that has this reference.",
    )
    relation_id = LooseMany2one(
        "connector.relation",
        required=True,
        readonly=True,
        help="The relation of the link.",
    )
    system = fields.Char(
        required=True, readonly=True, help="The system, odoo for this one."
    )
    # Odoo stores an empty text as NULL, which constraints do not compare
    model = fields.Char(
        required=True, readonly=True, help="Empty on systems other than Odoo."
    )
    ref = fields.Char(string="Reference", required=True, readonly=True)
    ref_type = fields.Char(
        string="Type",
        required=True,
        readonly=True,
        help="Whether code reads the reference as text (str) or as a number (int).",
    )
    is_sole = fields.Boolean(
        string="Unique",
        required=True,
        readonly=True,
        help="No other link of the relation may have this reference.",
    )

    _system_uniq = models.Constraint(
        "UNIQUE (link_id, system)", "A link has at most one reference per system."
    )
    _side_uniq = models.UniqueIndex(
        "(relation_id, system, ref, model, "
        "(CASE WHEN is_sole THEN 0 ELSE link_id END))",
        "Another link of the relation already has this reference.",
    )
    _record_idx = models.Index("(model, ref) WHERE system = 'odoo'")
    _system_given = models.Constraint("CHECK (system <> '')", "The system is missing.")
    _ref_given = models.Constraint("CHECK (ref <> '')", "A reference cannot be empty.")
    _model_of_odoo = models.Constraint(
        "CHECK ((system = 'odoo') = (model <> ''))",
        "A reference on Odoo needs a model, other references have none.",
    )

    @api.model
    @tools.ormcache()
    def _linked_models(self) -> frozenset[str]:
        """Return the models with linked records, perhaps some that had them before."""
        columns = sql.table_columns(self.env.cr, self._table)
        if not {"system", "model"} <= columns.keys():
            # Before the addon is installed, and while it is removed: Odoo drops column
            # by column then, and deletes its own records in between.
            return frozenset()
        return link_store.find_linked_models(self.env.cr)
