# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog of managers to add a link."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exception import LinkError
from ..magic.links.book import MANY2MANY, ONE2ONE
from ..magic.links.make import set_link
from ..magic.links.side import restore_ref
from ..magic.links.store import ODOO


class ConnectorLinkAdd(models.TransientModel):
    """Adds a link, with the same checks as links added by code."""

    _name = "connector.link.add"
    _description = "Add a Link"

    relation = fields.Char(
        required=True, help="Name of the relation; the first link creates it."
    )
    kind = fields.Selection(
        [(ONE2ONE, "One to One"), (MANY2MANY, "Many to Many")],
        required=True,
        default=ONE2ONE,
    )
    record = fields.Reference(
        selection="_select_models", help="The record in Odoo; may be left empty."
    )
    line_ids = fields.One2many(
        "connector.link.add.line", "wizard_id", string="References"
    )

    @api.model
    def _select_models(self) -> list[tuple[str, str]]:
        """Return all models that store records."""
        return self.env["connector.checkpoint"]._select_models()

    # === ACTIONS === #

    def add(self) -> dict:
        """Add the link, or complete a link that has some of these references.

        Raises:
            UserError: the link is impossible; the message gives the reason.
        """
        self.ensure_one()
        refs = {line.system: line.to_ref() for line in self.line_ids}
        if len(refs) < len(self.line_ids) or ODOO in refs:
            raise UserError(
                self.env._(
                    "Cannot add the link: a system has one reference only, and the "
                    "reference of odoo is the record. Remove the extra lines."
                )
            )
        if self.record:
            refs[ODOO] = self.record
        is_crossing = self.kind == MANY2MANY
        try:
            set_link(self.env, self.relation, refs, False, is_crossing)
        except LinkError as error:
            raise UserError(str(error)) from error
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class ConnectorLinkAddLine(models.TransientModel):
    """A reference of the new link."""

    _name = "connector.link.add.line"
    _description = "Reference of a New Link"

    wizard_id = fields.Many2one(
        "connector.link.add",
        required=True,
        ondelete="cascade",
        help="The link that is added.",
    )
    system = fields.Char(
        required=True, default="external", help="Name of the other system."
    )
    ref = fields.Char(string="Reference", required=True)
    ref_type = fields.Selection(
        [("str", "Text"), ("int", "Number")],
        string="Type",
        required=True,
        default="str",
        help="Whether code reads the reference as text or as a number. 1 as a number "
        "and 1 as text are the same reference.",
    )

    # === HELPERS === #

    def to_ref(self) -> str | int:
        """Return the reference, as text or number.

        Raises:
            UserError: the reference should be a number and is not.
        """
        try:
            return restore_ref(self.ref, self.ref_type)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "Cannot add the link: reference %(ref)s is not a number. Correct "
                    "it, or choose the type Text.",
                    ref=self.ref,
                )
            ) from error
