# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of exports that send what changed here since both sides were equal."""

from odoo.addons.connector.api import ExportOn, ImportMapper, convert, run_jobs
from odoo.addons.connector_test.models.flow import CONTACT

from .export_case import ExportCase


class TestOwnChanges(ExportCase):
    def setUp(self):
        super().setUp()
        model_class = type(self.env[CONTACT])
        exported = ExportOn(write=["name", "email"])
        self.patch(model_class, "_export_on", exported)
        self.patch(model_class, "_owner", {"*": "manual"})
        self.register_exporter(compare_first=True, sends_changes=True)

        @self.backend
        class ContactImportMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), (convert("mail", str.lower), "email")]

        self.ada = self.contact(email="Ada@Example.com")
        self.export(self.ada)
        self.shop.requests.clear()

    def sent(self):
        """Return what was sent since, without what was read."""
        return [data for verb, _id, data in self.shop.requests if verb == "write"]

    def change_there(self, **values):
        """Change the record there."""
        record = self.shop.records["R1"]
        record.update(values, version=record["version"] + 1)

    def test_only_what_changed_here_is_sent(self):
        self.ada.name = "Ada King"

        self.assertEqual(self.export(self.ada), "updated")
        self.assertEqual(self.export(self.ada), "unchanged")

        self.assertEqual(self.sent(), [{"name": "Ada King"}])

    def test_value_that_an_import_would_alter_does_not_come_back(self):
        """The shop has ada@example.com for what is Ada@Example.com here."""
        self.change_there(name="Ada L.")

        self.assertEqual(self.export(self.ada), "unchanged")

        self.assertEqual((self.ada.name, self.ada.email), ("Ada L.", "Ada@Example.com"))
        self.assertEqual(self.sent(), [])

    def test_change_there_is_imported_first(self):
        self.change_there(name="Ada L.")
        self.ada.email = "new@example.com"

        self.assertEqual(self.export(self.ada), "updated")

        self.assertEqual(self.ada.name, "Ada L.")
        self.assertEqual(self.sent(), [{"mail": "new@example.com"}])

    def test_change_there_that_the_answer_shows_is_imported(self):
        """Somebody changes the record there after it was compared (promise 6)."""
        write = self.shop.write

        def write_late(external_id, data):
            self.change_there(mail="theirs@example.com")
            return write(external_id, data)

        self.patch(self.shop, "write", write_late)
        self.ada.name = "Ada King"

        self.assertEqual(self.export(self.ada), "updated")
        run_jobs(self.env)

        self.assertEqual(self.ada.email, "theirs@example.com")
        self.assertEqual(self.sent(), [{"name": "Ada King"}])

    def test_field_that_waits_for_a_person_is_not_sent(self):
        self.change_there(name="Ada L.")
        self.ada.write({"name": "Ada King", "email": "new@example.com"})

        self.assertEqual(self.export(self.ada), "updated")
        self.assertEqual(self.export(self.ada), "unchanged")

        self.assertEqual(self.sent(), [{"mail": "new@example.com"}])
        self.assertEqual(self.ada.sync_state, "conflict")
        self.assertEqual(len(self.checkpoints()), 1)

    def test_record_of_which_nothing_is_known_is_imported_first(self):
        """It was bound before its connector exported, or restored from a backup."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE connector_test_partner SET sync_base = NULL")
        self.env.invalidate_all()
        self.shop.records["R1"]["mail"] = "theirs@example.com"

        self.export(self.ada)

        self.assertEqual(self.sent(), [])
        self.assertEqual(self.shop.records["R1"]["mail"], "theirs@example.com")

    def test_import_after_an_export_has_nothing_to_do(self):
        self.ada.name = "Ada King"
        self.export(self.ada)
        self.ada.external_version = False  # the shop did not say which it was

        self.assertEqual(self.backend_record.import_record(CONTACT, "R1"), "unchanged")

    def test_record_that_is_gone_is_a_checkpoint(self):
        self.shop.records.clear()
        self.ada.name = "Ada King"

        self.assertRegex(self.export(self.ada), "skipped: it is gone")

        self.assertEqual(self.ada.sync_state, "gone")
