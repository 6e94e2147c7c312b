# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of updates on a condition: a change on the backend is never overwritten."""

from odoo.addons.connector.api import (
    ChangedThereError,
    ImportMapper,
    InvalidDataError,
    RestAdapter,
    RetryableJobError,
)
from odoo.addons.connector.components.backend_adapter import BackendAdapter
from odoo.addons.connector.tests.answering_server import Reply
from odoo.addons.connector_test.models.flow import CONTACT

from .export_case import ExportCase
from .test_record_exporter import http_error
from .test_rest_export import CUSTOMER, PATH, RestExportCase


class ConditionCase(RestExportCase):
    """A test with a server that compares etags."""

    is_imported = True

    def setUp(self):
        super().setUp()
        self.patch(type(self.env[CUSTOMER]), "_owner", {"*": "manual"})
        self.etags = {}
        self.late = []  # what others change there before the next updates
        backend = self.http_backend.get_backend()
        found = backend.get_class(BackendAdapter, self.session, CUSTOMER)

        @backend(replacing=found)
        class EtagAdapter(RestAdapter):
            _model_name = CUSTOMER
            _path = "customers/"
            _version_header = "ETag"

        if self.is_imported:

            @backend
            class CustomerImportMapper(ImportMapper):
                _model_name = CUSTOMER
                direct = [("name", "name"), ("mail", "email")]

        self.export()
        self.server.replies[f"{PATH}1/"] = self.answer_one
        self.server.asked.clear()

    def answer(self, asked):
        reply = super().answer(asked)
        return self.with_etag(reply.data, 201) if asked.method == "POST" else reply

    def answer_one(self, asked):
        """Read a customer, or update one on the condition that is given."""
        if asked.method == "PATCH":
            if self.late:
                self.change_there(**self.late.pop(0))
            if asked.headers.get("If-Match") != self.etag:
                return Reply({"error": "it was changed"}, 412)
            self.change_there(**asked.data)
        return self.with_etag(self.known["1"])

    def with_etag(self, record, status=200):
        return Reply(record, status, {"ETag": self.etag})

    def change_there(self, **values):
        self.known["1"].update(values)
        self.etags["1"] = self.etags.get("1", 1) + 1

    @property
    def etag(self):
        return f'"v{self.etags.get("1", 1)}"'

    def methods(self):
        return [asked.method for asked in self.server.asked]


class TestConditionalUpdate(ConditionCase):
    def test_etag_of_an_answer_is_the_version(self):
        self.assertEqual(self.binding.external_version, '"v1"')

    def test_update_asks_for_the_version_that_is_known(self):
        self.binding.name = "Ada L."

        self.assertEqual(self.export(), "updated")

        self.assertEqual(self.methods(), ["PATCH"], "nothing has to be read before")
        self.assertEqual(self.last().headers["If-Match"], '"v1"')
        self.assertEqual(self.last().data, {"name": "Ada L."})
        self.assertEqual(self.binding.external_version, '"v2"')

    def test_change_there_is_merged_and_ours_is_sent_again(self):
        self.change_there(mail="theirs@x.org")
        self.binding.name = "Ada L."

        self.assertEqual(self.export(), "updated")

        self.assertEqual(self.methods(), ["PATCH", "GET", "PATCH"])
        self.assertEqual(self.binding.email, "theirs@x.org")
        self.assertEqual(self.known["1"]["name"], "Ada L.")
        self.assertEqual(self.known["1"]["mail"], "theirs@x.org")
        self.assertEqual(self.binding.sync_state, "synced")

    def test_field_that_both_sides_changed_is_a_question(self):
        self.change_there(name="Ada there")
        self.binding.name = "Ada here"

        self.export()

        self.assertEqual(self.known["1"]["name"], "Ada there")
        self.assertEqual(self.binding.sync_state, "conflict")

    def test_record_that_changes_all_the_time_is_tried_again_later(self):
        """It is no refusal: nobody has to correct the record."""
        self.late = [{"note": str(number)} for number in range(5)]
        self.binding.name = "Ada L."

        with self.fails(RetryableJobError):
            self.export()

        self.assertNotEqual(self.binding.sync_state, "error")
        self.late = []
        self.assertEqual(self.export(), "updated")


class TestOneWayOnCondition(ConditionCase):
    """A model that is only exported has nothing to merge: ours counts."""

    is_imported = False

    def test_ours_is_sent_to_the_version_that_is_there(self):
        self.change_there(mail="theirs@x.org")
        self.binding.name = "Ada L."

        self.assertEqual(self.export(), "updated")

        self.assertEqual(self.known["1"]["mail"], "ada@x.org")
        self.assertEqual(self.methods(), ["PATCH", "GET", "PATCH"])


class TestChangedThereError(ExportCase):
    """An adapter may say in its own words that the record was changed there."""

    def test_error_of_an_adapter_is_no_refusal_either(self):
        binding = self.contact()
        self.export(binding)
        binding.name = "Ada L."
        self.shop.error = ChangedThereError("It is another one.")

        self.assertEqual(self.export(binding), "updated")

    def test_refusal_of_an_adapter_stays_one_whatever_its_status(self):
        """Some servers say with 412 what is wrong with a record."""
        binding = self.contact()
        self.export(binding)
        binding.name = "Ada L."
        self.shop.error = InvalidDataError("It says: no-uid-conflict.")
        self.shop.error.__cause__ = http_error(412)

        self.assertIsInstance(self.export_in_vain(binding), InvalidDataError)

        self.assertEqual(self.verbs(), ["create", "write"], "it is not sent again")

    def test_deletion_of_what_changed_there_is_tried_again(self):
        self.shop.records["R1"] = {"version": 2}
        self.shop.error = ChangedThereError("It is another one.")

        with self.assertRaisesRegex(ChangedThereError, "changed there"):
            self.backend_record.export_delete_record(CONTACT, "R1")
