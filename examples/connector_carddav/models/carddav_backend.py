# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backend of CardDAV: an address book, and who may read it."""

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.connector.api import Secret, Stream

from ..components.adapter import ContactAdapter

CONTACT = "carddav.res.partner"


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
        help="Version of vCard to ask for; cards of the other one are read as well.",
    )
    url = fields.Char(
        string="URL",
        required=True,
        help="Address of the address book, for instance "
        "https://cloud.example.com/dav/alice/contacts/",
    )
    login = fields.Char(required=True)
    password = Secret(required=True, groups="connector_carddav.carddav_group_manager")
    contact_ids = fields.One2many(comodel_name=CONTACT, inverse_name="backend_id")
    contact_count = fields.Integer(string="Contacts", compute="_compute_contact_count")

    # === COMPUTE === #

    @api.depends("contact_ids")
    def _compute_contact_count(self):
        counts = dict(
            self.env[CONTACT]._read_group(
                [("backend_id", "in", self.ids)], ["backend_id"], ["__count"]
            )
        )
        for backend in self:
            backend.contact_count = counts.get(backend, 0)

    # === ACTIONS === #

    def action_import_contacts(self):
        """Import what changed in the address book, and show how far that is."""
        return self.start_stream("contacts").stream_id.get_formview_action()

    def action_open_jobs(self):
        """Show the jobs of the address book."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.action_queue_job"
        )
        return {**action, "domain": [("backend_id", "=", self.reference())]}

    def action_open_contacts(self):
        """Show the contacts of the address book."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_carddav.carddav_contact_action"
        )
        return {
            **action,
            "domain": [("backend_id", "=", self.id)],
            "context": {"active_test": False},
        }

    # === HELPERS === #

    def _check_connection(self):
        """Read the list of cards, and say how many there are."""
        adapter = self.get_environment(CONTACT).get_connector_unit(ContactAdapter)
        return self.env._(
            "The address book %(name)s has %(count)s cards.",
            name=self.name,
            count=len(adapter.read_changes().versions),
        )
