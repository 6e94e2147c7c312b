# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of previews of a mapping that writes (promise 13 of the flows)."""

from odoo.addons.connector.api import (
    BackendAdapter,
    mapping,
    none,
)
from odoo.addons.connector_test.models.flow import LABEL

from .preview_case import PreviewCase


class TestMappingThatWrites(PreviewCase):
    def assert_named(self, *facts):
        """See that a preview says which mapping writes what, and nothing was done."""
        self.records = self.contacts(1)
        before = self.env["res.partner"].search_count([])

        preview = self.preview()

        self.env.invalidate_all()
        self.assertEqual(preview.outcome, "unknown")
        for fact in facts:
            self.assertIn(fact, preview.reason)
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        return preview

    def test_create_is_named(self):
        @mapping
        def make_parent(self, record):
            return {"parent_id": self.env["res.partner"].create({"name": "New"}).id}

        self.replace_mapper(make_parent)

        self.assert_named("OtherMapper.make_parent", "INSERT INTO res_partner")

    def test_write_is_named_with_its_field(self):
        """Odoo writes it later: PostgreSQL does not see it while the mapping runs."""
        self.env.company.partner_id.comment = "before"

        @mapping
        def touch_company(self, record):
            self.env.company.partner_id.comment = "after"

        self.replace_mapper(touch_company)

        preview = self.assert_named("OtherMapper.touch_company", "'comment'")

        self.assertEqual(self.lines(preview)["name"], ("", "Contact 1"))
        self.assertIn("before", self.env.company.partner_id.comment)

    def test_write_whose_error_is_caught_is_named(self):
        @mapping
        def try_in_vain(self, record):
            try:
                with self.env.cr.savepoint():
                    self.env["res.partner"].create({"name": "New"})
            except Exception:  # noqa: BLE001 what careless mappings do
                return {"comment": "none"}

        self.replace_mapper(try_in_vain)

        self.assert_named("OtherMapper.try_in_vain", "INSERT INTO res_partner")

    def test_sequence_is_not_moved(self):
        sequence = self.env["ir.sequence"].create({"name": "Numbers"})

        @mapping
        def number(self, record):
            return {"ref": sequence.with_env(self.env).next_by_id()}

        self.replace_mapper(number)

        self.assert_named("OtherMapper.number", "nextval")

    def test_job_is_not_delayed(self):
        case = self

        @mapping
        def delay(self, record):
            case.backend_record.with_env(self.env).delayed().import_stock()

        self.replace_mapper(delay)

        self.assert_named("OtherMapper.delay", "INSERT INTO connector_queue_job")

    def test_commit_is_refused(self):
        for name in ("commit", "rollback"):
            with self.subTest(name=name):

                @mapping
                def end(self, record, name=name):
                    getattr(self.env.cr, name)()

                self.replace_mapper(end)
                self.assert_named("OtherMapper.end")

    def test_adapter_refuses_to_write(self):
        for verb in ("create", "write", "delete"):
            with self.subTest(verb=verb):

                @mapping
                def call(self, record, verb=verb):
                    adapter = self.unit_for(BackendAdapter)
                    getattr(adapter, verb)("C1")

                self.replace_mapper(call)
                self.assert_named("OtherMapper.call", f"ContactAdapter.{verb}")

    def test_modifier_that_writes_is_named(self):
        def writing(field):
            def modifier(self, record, to_attr):
                self.env["res.partner"].create({"name": record[field]})

            return modifier

        self.replace_mapper(direct=[(writing("name"), "name")])

        self.assert_named("OtherMapper.direct", "INSERT INTO res_partner")

    def test_reading_adapter_and_mapper_of_lines_work(self):
        self.register_label_mapper()
        self.replace_mapper(direct=[(none("name"), "name")])
        self.records = self.contacts(1, labels=[{"id": "L1", "text": "A"}])

        self.assertEqual(self.preview().outcome, "create")
        self.assertFalse(self.env[LABEL].search([]))
