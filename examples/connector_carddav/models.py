# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Address books, and the bindings of contacts to their cards."""

# pylint: disable=consider-merging-classes-inherited  # two bindings, one file

from datetime import timedelta
from uuid import uuid4

from odoo import fields, models

from odoo.addons.connector.api import Basic, ExportOn, Stream, Watch

from .adapter import CONTACT
from .mappers import ADDRESS, ContactExportMapper, PlaceExportMapper

QUARTER_HOUR, DAY = timedelta(minutes=15), timedelta(days=1)


class CarddavBackend(models.Model):
    """An address book on a CardDAV server."""

    _name = "carddav.backend"
    _inherit = "connector.backend.http"
    _description = "CardDAV Address Book"
    _backend_type = "carddav"
    _auth = Basic()
    _check_with = CONTACT
    _streams = [Stream("contacts", CONTACT, every=QUARTER_HOUR, full_every=DAY)]

    version = fields.Selection(
        default="3.0",
        help="Version of vCard to ask for, and of new cards. Others are read as well.",
    )
    url = fields.Char(
        help="Address of the book, such as https://dav.example.com/alice/contacts/",
    )


class CarddavContact(models.Model):
    """Binds a contact to a card; ``external_id`` is the card's name there."""

    _name = CONTACT
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "CardDAV Contact"
    _backend_model = "carddav.backend"
    _stable_key = "uid"  # of a card that got another name
    _export_on = ExportOn(
        write=ContactExportMapper.source_fields(),
        watch=[Watch("res.partner", "parent_id", PlaceExportMapper.source_fields())],
        unlink=True,
    )
    _owner = {"*": "manual"}  # a person decides where both sides changed a field

    uid = fields.Char(
        string="UID",
        default=lambda self: str(uuid4()),
        copy=False,
        help="Identifies the card on every server.",
    )
    birthday = fields.Date()
    address_ids = fields.One2many(  # those of an archived contact are, too
        ADDRESS, "contact_id", "Further Addresses", context={"active_test": False}
    )


class CarddavAddress(models.Model):
    """Binds a child contact to a further address, number or e-mail of a card."""

    _name = ADDRESS
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "CardDAV Address"
    _backend_model = "carddav.backend"
    _line_of = ("contact_id", "parent_id")
    _key_varies = True  # it is made of what the address says
    _when_gone = "archive"  # it may stand on orders

    contact_id = fields.Many2one(
        CONTACT, "Card", required=True, index=True, ondelete="cascade"
    )

    def _line_key(self, line):
        return line["key"]
