# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Report of an import: what it did, and which cards it refused."""

from odoo import api, fields, models


class CarddavImport(models.Model):
    """An import of an address book that came to its end."""

    _name = "carddav.import"
    _description = "CardDAV Import"
    _order = "id DESC"

    backend_id = fields.Many2one(
        comodel_name="carddav.backend",
        string="Address Book",
        required=True,
        index=True,
        ondelete="cascade",
    )
    read_count = fields.Integer(string="Read", help="Cards in the address book.")
    created_count = fields.Integer(string="Created")
    updated_count = fields.Integer(string="Updated")
    skipped_count = fields.Integer(string="Skipped", help="Nothing was to be done.")
    archived_count = fields.Integer(
        string="Archived", help="Contacts whose cards were deleted."
    )
    undelivered_count = fields.Integer(
        string="Not Delivered", help="Cards that the server lists and does not give."
    )
    job_uuid = fields.Char(index="btree_not_null", help="Job that did it, if any.")
    refusal_ids = fields.One2many(
        comodel_name="carddav.import.refusal",
        inverse_name="import_id",
        string="Refused Cards",
        domain=[("kind", "=", "refused")],
    )
    remark_ids = fields.One2many(
        comodel_name="carddav.import.refusal",
        inverse_name="import_id",
        string="Remarks",
        domain=[("kind", "!=", "refused")],
    )
    refused_count = fields.Integer(
        string="Refused", compute="_compute_refused_count", store=True
    )

    # === COMPUTE === #

    @api.depends("refusal_ids")
    def _compute_refused_count(self):
        for done in self:
            done.refused_count = len(done.refusal_ids)

    @api.depends("backend_id.name", "create_date")
    def _compute_display_name(self):
        for done in self:
            at = fields.Datetime.context_timestamp(self, done.create_date)
            done.display_name = f"{done.backend_id.name}, {at:%Y-%m-%d %H:%M}"


class CarddavImportRefusal(models.Model):
    """A card that could not be imported, or not as a whole."""

    _name = "carddav.import.refusal"
    _description = "Refused CardDAV Card"
    _order = "external_id"

    import_id = fields.Many2one(
        comodel_name="carddav.import", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("refused", "Refused"),
            ("undelivered", "Not Delivered"),
            ("left_out", "Part Left Out"),
        ],
        required=True,
        default="refused",
    )
    external_id = fields.Char(string="Card", required=True)
    reason = fields.Text(required=True)
