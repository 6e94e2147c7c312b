# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race test of an import and a person who edits the same record (promise 12)."""

import psycopg2

from odoo.tools import mute_logger

from odoo.addons.connector.api import Backend, ImportMapper, ListAdapter, RecordImporter
from odoo.addons.connector.backend import BACKENDS
from odoo.addons.connector.tests.common import RaceCase
from odoo.addons.connector_test.models.flow import CONTACT


class TestEditDuringImport(RaceCase):
    """The import has its snapshot already when a person saves the form.

    The import would overwrite what it cannot see. PostgreSQL refuses that, the job runs
    again, and finds two changes.
    """

    def setUp(self):
        super().setUp()
        self.patch(BACKENDS, "backends", set())
        self.register(Backend("connector_test", version="1"))
        env = self.open_env()
        self.patch(type(env[CONTACT]), "_owner", {"email": "manual"})
        self.shop = env["connector.test.backend"].create(
            {"name": "Race shop", "version": "1"}
        )
        self.addCleanup(self.delete_all)
        self.bring(env, "a@example.com")
        env.cr.commit()

    def register(self, backend):
        @backend
        class EditedAdapter(ListAdapter):
            _model_name = CONTACT

        @backend
        class EditedMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("mail", "email")]

    def delete_all(self):
        env = self.open_env()
        checkpoints = env["connector.checkpoint"].search(
            [("backend_id", "=", f"{self.shop._name},{self.shop.id}")]
        )
        checkpoints.unlink()
        contacts = env[CONTACT].search([("backend_id", "=", self.shop.id)])
        contacts.odoo_id.unlink()
        env["connector.test.backend"].browse(self.shop.id).unlink()
        env.cr.commit()

    def bring(self, env, mail):
        scope = self.shop.with_env(env).get_environment(CONTACT)
        importer = scope.get_connector_unit(RecordImporter)
        importer.run_page([{"id": "C1", "name": "Ada", "mail": mail}])
        env.flush_all()

    def contact(self, env):
        return env[CONTACT].search([("backend_id", "=", self.shop.id)])

    @mute_logger("odoo.sql_db")
    def test_edit_of_a_person_is_not_overwritten(self):
        importing, editing = self.open_env(), self.open_env()
        self.assertEqual(self.contact(importing).email, "a@example.com")
        self.contact(editing).odoo_id.email = "ours@example.com"
        editing.cr.commit()

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            self.bring(importing, "theirs@example.com")
        importing.cr.rollback()
        importing.clear()
        self.bring(importing, "theirs@example.com")
        importing.cr.commit()

        contact = self.contact(self.open_env())
        self.assertEqual(contact.email, "ours@example.com")
        self.assertEqual(contact.sync_state, "conflict")
