# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the state of bindings: what imports and deletions note there."""

from odoo.tests import tagged

from odoo.addons.connector.api import Binder, Deleter

from ..models.flow import CONTACT, LABEL
from .flow_case import FlowCase


@tagged("post_install", "-at_install")
class TestBindingState(FlowCase):
    def import_one(self, **values):
        """Import a contact, and return its binding."""
        self.records = [{"id": "C1", "name": "Ada", **values}]
        self.import_page()
        return self.binding("C1")

    def assertState(self, binding, *expected):
        seen = (binding.sync_state, binding.sync_reason)
        self.assertEqual(seen, expected)

    def test_new_binding_is_pending(self):
        binding = self.env[CONTACT].create(
            {"name": "Ada", "backend_id": self.backend_record.id}
        )

        self.assertState(binding, "pending", False)

    def test_binding_is_synchronized_once_it_was_imported(self):
        self.assertState(self.import_one(), "synced", False)

    def test_line_is_synchronized_once_its_document_was_imported(self):
        self.register_label_mapper()

        self.import_one(labels=[{"id": "L1", "text": "Red"}])

        self.assertState(self.binding("L1", LABEL), "synced", False)

    def test_rejected_record_has_its_reason_on_the_binding(self):
        self.import_one()

        binding = self.import_one(bad="The VAT number")

        self.assertState(binding, "error", "The VAT number is bad.")

    def test_reason_goes_with_the_next_import(self):
        self.import_one()
        self.import_one(bad="The VAT number")

        binding = self.import_one(name="Ada Lovelace")

        self.assertState(binding, "synced", False)

    def test_reason_goes_also_where_the_record_is_as_it_was(self):
        """A record that was corrected by going back has no new values."""
        self.import_one(version="1")
        self.import_one(version="2", bad="The VAT number")

        binding = self.import_one(version="1")

        self.assertState(binding, "synced", False)

    def test_record_that_is_gone_there_is_known_to_be(self):
        binding = self.import_one()

        self.scope().get_connector_unit(Deleter).run("C1")

        self.assertState(binding, "gone", False)

    def test_binder_notes_that_a_binding_is_synchronized(self):
        binding = self.env[CONTACT].create(
            {"name": "Ada", "backend_id": self.backend_record.id}
        )

        self.scope().get_connector_unit(Binder).bind("C9", binding)

        self.assertState(binding, "synced", False)

    def test_alias_has_a_state_of_its_own_until_it_is_none_any_more(self):
        binding = self.import_one()

        binding.is_alias = True
        self.assertState(binding, "alias", False)
        binding.is_alias = False
        self.assertState(binding, "pending", False)

    def test_bindings_of_an_earlier_version_get_their_state(self):
        bound = self.import_one()
        alias = bound.copy({"is_alias": True, "external_id": "C2", "name": "Ada 2"})
        unbound = bound.copy({"name": "Ada 3"})
        bindings = bound | alias | unbound
        bindings.flush_model()
        self.env.cr.execute("UPDATE connector_test_contact SET sync_state = NULL")

        self.env[CONTACT]._init_column("sync_state")

        self.env.invalidate_all()
        seen = bindings.mapped("sync_state")
        self.assertEqual(seen, ["synced", "alias", "pending"])

    def test_state_costs_no_query_of_its_own(self):
        self.records = self.contacts(40)
        self.import_page()
        self.records = self.contacts(40, mail="ada@example.com")
        self.env.flush_all()
        self.env.invalidate_all()
        statements = []
        execute = type(self.env.cr).execute

        def note(cr, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cr, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", note)
        self.import_page()
        self.env.flush_all()

        writing = [one for one in statements if "UPDATE" in one]
        self.assertTrue(writing)
        self.assertFalse([one for one in writing if "sync_state" in one])
