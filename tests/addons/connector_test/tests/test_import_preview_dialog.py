# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the dialog of a preview."""

from odoo.exceptions import UserError

from odoo.addons.connector.api import (
    BackendAdapter,
)
from odoo.addons.connector_test.models.flow import CONTACT

from .preview_case import PreviewCase


class TestPreviewDialog(PreviewCase):
    def test_stream_opens_the_dialog_for_its_records(self):
        self.env["connector.stream"]._declare_all()
        stream = self.env["connector.stream"].search(
            [
                ("name", "=", "contacts"),
                ("backend_id", "=", self.backend_record.reference()),
            ]
        )

        action = stream.action_preview()

        dialog = self.env[action["res_model"]].with_context(**action["context"])
        preview = dialog.create({"external_id": "C1"})
        self.assertEqual(
            (preview.backend_id, preview.model), (self.backend_record, CONTACT)
        )

    def test_binding_shows_its_preview(self):
        self.records = self.contacts(1, town="Paris")
        self.import_all()
        self.records = self.contacts(1, town="Rome")

        action = self.binding("C1").action_preview_import()

        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(preview.outcome, "update")
        first = preview.line_ids[0]  # what changes comes first
        self.assertEqual(
            (first.field, first.here, first.new), ("city", "Paris", "Rome")
        )
        preview.action_preview()
        self.assertEqual(len(preview.line_ids), 2)

    def test_error_of_the_backend_is_shown(self):
        def fail(_adapter):
            raise ConnectionError("No answer from the shop.")

        adapter = self.backend.get_class(BackendAdapter, self.session, CONTACT)
        self.patch(adapter, "list_records", fail)
        self.env.flush_all()
        dialog = self.env["connector.import.preview"].create(
            {
                "backend_id": self.backend_record.reference(),
                "model": CONTACT,
                "external_id": "C1",
            }
        )

        with self.assertRaisesRegex(UserError, "No answer from the shop"):
            dialog.action_preview()
