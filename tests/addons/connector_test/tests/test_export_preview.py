# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the preview of an export: nothing is stored here, nothing is sent there."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.connector.api import (
    ExportMapper,
    InvalidDataError,
    InvalidUsageError,
    mapping,
)
from odoo.addons.connector.components.synchronizer import Exporter
from odoo.addons.connector_test.models.flow import CONTACT

from .export_case import ExportCase


class ExportPreviewCase(ExportCase):
    def preview(self, binding):
        self.env.flush_all()
        return self.backend_record.preview_export(CONTACT, binding.id)

    def lines(self, preview, changed_only=False):
        """Return what a preview shows, by key."""
        return {
            one.field: (one.here, one.new)
            for one in preview.lines
            if one.is_changed or not changed_only
        }

    def exported(self, **values):
        """Return a contact that is there."""
        binding = self.contact(**values)
        self.export(binding)
        self.shop.requests.clear()
        return binding


class TestExportPreview(ExportPreviewCase):
    def test_new_record_is_shown_whole(self):
        preview = self.preview(self.contact(email="ada@x.example"))

        self.assertEqual(preview.outcome, "create")
        expected = {
            "name": ("", "Ada"),
            "mail": ("", "ada@x.example"),
            "is_active": ("", "Yes"),
            "origin": ("", "odoo"),
        }
        self.assertEqual(self.lines(preview), expected)
        self.assertEqual(self.verbs(), [])

    def test_change_is_shown_beside_what_is_there(self):
        binding = self.exported()
        binding.name = "Ada L."

        preview = self.preview(binding)

        self.assertEqual(preview.outcome, "update")
        self.assertEqual(self.lines(preview, True), {"name": ("Ada", "Ada L.")})
        self.assertEqual(self.verbs(), ["read"])
        self.assertEqual(self.shop.records["R1"]["name"], "Ada")

    def test_equal_record_is_unchanged(self):
        self.assertEqual(self.preview(self.exported()).outcome, "unchanged")

    def test_record_that_is_gone_there_is_told(self):
        binding = self.exported()
        self.shop.records.clear()

        preview = self.preview(binding)

        self.assertEqual(
            (preview.outcome, preview.reason), ("missing", "There is no R1.")
        )

    def test_refused_values_are_the_outcome(self):
        def refuse(_self, _data):
            raise InvalidDataError("A name needs two words.")

        self.register_exporter(_validate_create_data=refuse)

        preview = self.preview(self.contact())

        self.assertEqual(preview.outcome, "reject")
        self.assertIn("two words", preview.reason)

    def test_skipped_record_says_why(self):
        self.register_exporter(_has_to_skip=lambda _self: "A supplier.")

        preview = self.preview(self.contact())

        self.assertEqual((preview.outcome, preview.reason), ("skip", "A supplier."))

    def test_steps_that_are_left_out_are_named(self):
        self.register_exporter(_after_export=lambda _self: 1 / 0)

        preview = self.preview(self.contact())

        self.assertEqual(preview.notes, ["ContactExporter does more: _after_export."])

    def test_secret_is_hidden(self):
        class TokenMapper(ExportMapper):
            _model_name = CONTACT

            @mapping
            def token(self, record):
                return {"login": {"api_key": "S3CRET", "user": "ada"}}

        before = self.backend.get_class(ExportMapper, self.session, CONTACT)
        self.backend(TokenMapper, replacing=before)

        preview = self.preview(self.contact())

        expected = {"login.api_key": ("", "***"), "login.user": ("", "ada")}
        self.assertEqual(self.lines(preview), expected)

    def test_stranger_is_not_shown_a_record(self):
        binding = self.contact()
        company = self.env["res.company"].create({"name": "Other"})
        binding.odoo_id.company_id = company
        self.env.flush_all()
        user = new_test_user(self.env, "preview_stranger", "base.group_user")

        with self.assertRaises(AccessError):
            self.backend_record.with_user(user).preview_export(CONTACT, binding.id)

    def test_exporter_without_steps_is_refused(self):
        class OldExporter(Exporter):
            _model_name = CONTACT

        self.backend(OldExporter)

        with self.assertRaisesRegex(InvalidUsageError, "inherit RecordExporter"):
            self.preview(self.contact())


class TestNothingIsWritten(ExportPreviewCase):
    """Promise: PostgreSQL keeps the transaction read-only, the adapter refuses."""

    def test_mapping_that_sends_is_named(self):
        def send(exporter, map_record, **options):
            exporter.backend_adapter.create({"name": "Eve"})
            return map_record.values(**options)

        self.register_exporter(_create_data=send)

        preview = self.preview(self.contact())

        self.assertEqual(preview.outcome, "unknown")
        self.assertIn(
            "ContactExporter._create_data calls ContactAdapter.create", preview.reason
        )
        self.assertEqual(self.verbs(), [])

    def test_mapping_that_writes_is_named(self):
        def write(exporter, map_record, **options):
            exporter.binding.odoo_id.comment = "mapped"
            return map_record.values(**options)

        self.register_exporter(_create_data=write)
        binding = self.contact()

        preview = self.preview(binding)

        self.assertEqual(preview.outcome, "unknown")
        self.assertIn("writes 'comment' of res.partner", preview.reason)
        self.env.invalidate_all()
        self.assertFalse(binding.comment)

    def test_dialog_shows_it(self):
        binding = self.exported()
        binding.name = "Ada L."
        self.env.flush_all()

        action = binding.action_preview_export()

        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(action["name"], "Preview an Export")
        self.assertEqual((dialog.direction, dialog.outcome), ("export", "update"))
        first = dialog.line_ids.sorted()[0]
        self.assertEqual((first.here, first.new), ("Ada", "Ada L."))
