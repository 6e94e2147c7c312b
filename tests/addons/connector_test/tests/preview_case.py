# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of previews."""

from odoo.addons.connector.api import (
    ImportMapper,
)
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase


class PreviewCase(FlowCase):
    """A test of previews; cursors that they open are savepoints of the test."""

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.registry_enter_test_mode()

    def preview(self, external_id="C1"):
        self.env.flush_all()
        return self.backend_record.preview_import(CONTACT, external_id)

    def lines(self, preview):
        """Return what a preview shows, by field."""
        return {one.field: (one.here, one.new) for one in preview.lines}

    def import_all(self):
        """Import the records, and let the cache forget them."""
        self.import_page()
        self.env.flush_all()
        self.env.invalidate_all()

    def replace_mapper(self, *mappings, **members):
        """Take another mapper, with these mapping methods besides."""
        base = self.mapper_class()
        methods = {one.__name__: one for one in mappings}
        mapper = type(base)("OtherMapper", (base,), {**methods, **members})
        before = self.backend.get_class(ImportMapper, self.session, CONTACT)
        self.backend(mapper, replacing=before)
