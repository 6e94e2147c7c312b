# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Address books, and the bindings of contacts to their cards."""

# pylint: disable=consider-merging-classes-inherited  # two bindings, one file

from datetime import timedelta
from uuid import uuid4

from odoo import fields, models

from odoo.addons.connector.api import ExportOn, Secret, Stream, Watch

from .adapter import CONTACT, ContactAdapter
from .mappers import ADDRESS

PLACE_FIELDS = (
    *("street", "street2", "zip", "city", "state_id", "country_id"),
    *("phone", "email"),
)
CARD_FIELDS = (
    *("name", "is_company", "company_name", "function", "website", "comment"),
    *("birthday", "image_1920", "category_id", *PLACE_FIELDS),
)


class CarddavBackend(models.Model):
    """An address book on a CardDAV server."""

    _name = "carddav.backend"
    _inherit = "connector.backend"
    _description = "CardDAV Address Book"
    _backend_type = "carddav"
    _streams = [
        Stream(
            "contacts",
            CONTACT,
            every=timedelta(minutes=15),
            full_every=timedelta(days=1),
        )
    ]

    version = fields.Selection(
        selection=[("3.0", "vCard 3.0"), ("4.0", "vCard 4.0")],
        default="3.0",
        help="Version of vCard to ask for, and of new cards; those of the other one "
        "are read and changed as well.",
    )
    url = fields.Char(
        string="URL",
        required=True,
        help="Address of the address book, for instance "
        "https://cloud.example.com/dav/alice/contacts/",
    )
    login = fields.Char(required=True)
    password = Secret(required=True)

    def _check_connection(self):
        """Read the list of cards, and say how many there are."""
        adapter = self.get_environment(CONTACT).get_connector_unit(ContactAdapter)
        return self.env._(
            "The address book %(name)s has %(count)s cards.",
            name=self.name,
            count=len(adapter.read_changes().versions),
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
        write=(*CARD_FIELDS, "address_ids"),
        watch=[Watch("res.partner", "parent_id", fields=PLACE_FIELDS)],
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
    address_ids = fields.One2many(
        comodel_name=ADDRESS,
        inverse_name="contact_id",
        string="Further Addresses",
        context={"active_test": False},  # those of an archived contact are, too
    )


class CarddavAddress(models.Model):
    """Binds a child contact to a further address, number or e-mail of a card."""

    _name = ADDRESS
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "CardDAV Address"
    _backend_model = "carddav.backend"
    _line_of = ("contact_id", "parent_id")

    contact_id = fields.Many2one(
        comodel_name=CONTACT,
        string="Card",
        required=True,
        index=True,
        ondelete="cascade",
    )

    # === CRUD === #

    def unlink(self):
        """Archive the child contacts: they may stand on orders that have to stay."""
        self.odoo_id.action_archive()
        return super().unlink()
