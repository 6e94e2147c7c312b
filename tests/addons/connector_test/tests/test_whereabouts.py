# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the search by external id: "where is order 100123?"."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.connector.api import RecordImporter
from odoo.addons.connector_test.models.flow import CONTACT

from .stream_case import StreamCase


class TestWhereabouts(StreamCase):
    def find(self, text):
        return self.env["connector.overview"].find_external_id(text)

    def kinds(self, text):
        return [one["kind"] for one in self.find(text)]

    def test_record_that_is_here_is_found(self):
        self.records = self.changed(3)
        self.run_stream()

        (hit,) = self.find(" C2 ")

        self.assertEqual((hit["kind"], hit["name"]), ("Here", "Contact 2"))
        self.assertEqual((hit["model"], hit["id"]), (CONTACT, self.binding("C2").id))
        self.assertIn("Shop", hit["note"])

    def test_part_of_an_id_is_not_enough(self):
        self.records = self.changed(12)
        self.run_stream()

        self.assertEqual(len(self.find("C1")), 1)

    def test_rejected_record_is_found_with_its_reason_and_its_checkpoint(self):
        self.records = self.changed(3)
        self.records[1]["bad"] = "this"
        self.run_stream()

        self.assertEqual(self.kinds("C2"), ["Rejected", "Checkpoint"])
        self.assertEqual(self.find("C2")[0]["note"], "this is bad.")

    def test_record_that_was_rejected_before_is_here_now(self):
        self.records = self.changed(3)
        self.records[1]["bad"] = "this"
        self.run_stream()
        del self.records[1]["bad"]
        self.run_stream("full")

        self.assertEqual(self.kinds("C2"), ["Here", "Earlier: Rejected"])

    def test_skipped_record_is_found_with_the_reason(self):
        @self.backend
        class CartImporter(RecordImporter):
            _model_name = CONTACT

            def _must_skip(self):
                return "It is a cart."

        self.records = self.changed(1)
        self.run_stream()

        (hit,) = self.find("C1")
        self.assertEqual((hit["kind"], hit["note"]), ("Skipped", "It is a cart."))

    def test_job_that_is_about_to_import_it_is_found(self):
        self.backend_record.delay_import_record(CONTACT, "100123")

        (hit,) = self.find("100123")

        self.assertEqual((hit["kind"], hit["note"]), ("Job", "Pending"))
        self.assertEqual(self.find("00123"), [])

    def test_unknown_id_is_found_nowhere(self):
        for text in ("", "  ", "nobody", "9" * 30, "%", "_"):
            with self.subTest(text):
                self.assertEqual(self.find(text), [])

    def test_users_without_the_group_find_nothing(self):
        user = new_test_user(self.env, "nobody", "base.group_user")

        with self.assertRaises(AccessError):
            self.env["connector.overview"].with_user(user).find_external_id("C1")

    def test_reviewer_finds_what_they_may_read(self):
        self.records = self.changed(3)
        self.records[1]["bad"] = "this"
        self.run_stream()
        company = self.env["res.company"].create({"name": "Other"})
        self.env["connector.rejected"].search([]).sudo().company_id = company
        groups = "base.group_user,connector.group_connector_reviewer"
        user = new_test_user(self.env, "reader", groups)

        found = self.env["connector.overview"].with_user(user).find_external_id("C2")

        self.assertEqual([one["kind"] for one in found], ["Checkpoint"])
