# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backend of CardDAV: an address book, and who may read it."""

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.connector.api import (
    ConnectorException,
    Secret,
    job,
    related_action,
)

from ..components.adapter import ContactAdapter
from ..components.batch_importer import ContactBatchImporter


def open_import(session, queue_job):
    """Return the action that shows what a job did; its address book before."""
    done = session.env["carddav.import"].search([("job_uuid", "=", queue_job.uuid)])
    return (done[:1] or queue_job.args[0]).get_formview_action()


class CarddavBackend(models.Model):
    """An address book on a CardDAV server."""

    _name = "carddav.backend"
    _inherit = "connector.backend"
    _description = "CardDAV Address Book"
    _backend_type = "carddav"

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
    default_lang_id = fields.Many2one(
        comodel_name="res.lang",
        string="Language",
        help="Language of what the import writes, such as the names of countries.",
    )
    contact_ids = fields.One2many(
        comodel_name="carddav.res.partner", inverse_name="backend_id"
    )
    contact_count = fields.Integer(string="Contacts", compute="_compute_contact_count")
    import_ids = fields.One2many(
        comodel_name="carddav.import", inverse_name="backend_id", string="Imports"
    )
    last_import_at = fields.Datetime(
        string="Last Import", compute="_compute_last_import_at"
    )

    # === COMPUTE === #

    @api.depends("contact_ids")
    def _compute_contact_count(self):
        counts = dict(
            self.env["carddav.res.partner"]._read_group(
                [("backend_id", "in", self.ids)], ["backend_id"], ["__count"]
            )
        )
        for backend in self:
            backend.contact_count = counts.get(backend, 0)

    @api.depends("import_ids")
    def _compute_last_import_at(self):
        for backend in self:
            newest = backend.import_ids[:1]
            backend.last_import_at = newest.create_date

    # === ACTIONS === #

    def action_import_contacts(self):
        """Import the address book and show what was done."""
        with self._tell_errors():
            done = self.import_contacts()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import"),
            "res_model": done._name,
            "res_id": done.id,
            "view_mode": "form",
        }

    def action_import_later(self):
        """Import the address book by a job; one that waits already is enough."""
        self.delayed(
            description=self.env._("Import %s", self.name),
            identity_key=f"carddav.import.{self.id}",
        ).import_contacts()
        return self.action_open_jobs()

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
        scope = self.get_environment("carddav.res.partner")
        count = len(scope.get_connector_unit(ContactAdapter).search())
        return self.env._(
            "The address book %(name)s has %(count)s cards.",
            name=self.name,
            count=count,
        )

    @job(default_channel="root.carddav")
    @related_action(action=open_import)
    def import_contacts(self):
        """Import the address book, now or as a job.

        Returns:
            The ``carddav.import`` that tells what was done.

        Raises:
            ConnectorException: nothing could be imported at all.
        """
        scope = self.get_environment("carddav.res.partner")
        return scope.get_connector_unit(ContactBatchImporter).run()

    @contextmanager
    def _tell_errors(self):
        """Show what the framework reports to the person who pressed a button."""
        try:
            yield
        except ConnectorException as error:
            raise UserError(str(error)) from error
