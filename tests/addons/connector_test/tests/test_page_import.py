# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the import of pages (promises 6, 7 and 8 of the flows)."""

from odoo.addons.connector.api import RecordImporter, SystemicError
from odoo.addons.connector_test.models.flow import CONTACT, LABEL

from .flow_case import FlowCase


class TestPageImport(FlowCase):
    def test_new_records_are_created_with_their_bindings(self):
        result = self.import_page(self.contacts(3, town="Bern"))

        self.assertEqual(result.counts, {"created": 3})
        contact = self.binding("C2")
        self.assertEqual((contact.odoo_id.name, contact.city), ("Contact 2", "Bern"))
        self.assertTrue(contact.sync_date)

    def test_records_with_the_same_values_are_not_written(self):
        self.import_page(self.contacts(3))
        before = self.binding("C1").odoo_id.write_date
        self.env.cr.execute("SELECT now()")

        result = self.import_page(self.contacts(3))

        self.assertEqual(result.counts, {"unchanged": 3})
        self.assertEqual(self.binding("C1").odoo_id.write_date, before)

    def test_records_with_the_same_version_are_not_mapped(self):
        self.import_page(self.contacts(3, version=7))
        self.mapped.clear()

        result = self.import_page(self.contacts(3, version=7))

        self.assertEqual(result.counts, {"unchanged": 3})
        self.assertEqual(self.mapped, [])

    def test_same_version_is_imported_again_where_the_mapper_changed(self):
        self.import_page(self.contacts(1, version=7, mail="a@example.com"))
        contact = self.binding("C1")
        contact.import_hash = "other000" + contact.import_hash[8:]
        contact.odoo_id.email = False

        result = self.import_page(self.contacts(1, version=7, mail="a@example.com"))

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(contact.odoo_id.email, "a@example.com")

    def test_new_version_with_the_same_values_is_noted(self):
        self.import_page(self.contacts(1, version=7))

        result = self.import_page(self.contacts(1, version=8))

        self.assertEqual(result.counts, {"unchanged": 1})
        self.assertEqual(self.binding("C1").external_version, "8")

    def test_only_what_differs_is_written(self):
        self.import_page(self.contacts(1, mail="a@example.com"))
        partner = self.binding("C1").odoo_id
        written = []
        self.patch(
            type(partner),
            "write",
            self._noting(type(partner).write, written),
        )

        self.import_page(self.contacts(1, mail="b@example.com"))

        self.assertEqual(written, [{"email": "b@example.com"}])

    @staticmethod
    def _noting(write, written):
        def noted(self, vals):
            written.append(dict(vals))
            return write(self, vals)

        return noted

    def test_missing_key_leaves_the_field_alone_and_null_clears_it(self):
        self.import_page([{"id": "C1", "name": "A", "mail": "a@x.org", "town": "Bern"}])

        self.import_page([{"id": "C1", "name": "A", "mail": None}])

        contact = self.binding("C1")
        self.assertEqual((contact.email, contact.city), (False, "Bern"))

    def test_bad_records_are_rejected_and_the_others_are_in(self):
        records = self.contacts(1000)
        records[10]["bad"] = "this"
        records[500]["empty"] = True  # only the database refuses it
        records[999]["bad"] = "that"

        result = self.import_page(records)

        self.assertEqual(result.counts, {"created": 997, "rejected": 3})
        self.assertEqual(set(result.rejected), {"C11", "C501", "C1000"})
        self.assertEqual(result.rejected["C11"], "this is bad.")
        self.assertEqual(len(self.env[CONTACT].search([])), 997)

    def test_rejected_record_leaves_no_callback_for_after_the_commit(self):
        called = []
        case = self

        class OwnImporter(RecordImporter):
            _model_name = CONTACT

            def _after_import(self, binding):
                external_id = self.external_id
                case.env.cr.postcommit.add(lambda: called.append(external_id))
                if self.remote_record.get("late"):
                    raise ValueError("too late")

        self.backend(OwnImporter)
        records = self.contacts(2)
        records[1]["late"] = True

        result = self.import_page(records)
        self.env.cr.postcommit.run()

        self.assertEqual(result.counts, {"created": 1, "rejected": 1})
        self.assertEqual(called, ["C1"])

    def test_page_with_too_many_equal_errors_is_refused_whole(self):
        records = self.contacts(1000)
        for record in records[:300]:
            record["bad"] = "all"

        with self.assertRaises(SystemicError) as caught:
            self.import_page(records)

        message = str(caught.exception)
        for fact in ("300 of 1000", "InvalidDataError", "C1", "all is bad"):
            self.assertIn(fact, message)

    def test_systemic_error_shows_a_record_of_its_own_class(self):
        records = self.contacts(100)
        records[0]["empty"] = True  # rejected first, and by another class of error
        for record in records[50:80]:
            record["bad"] = "all"

        with self.assertRaises(SystemicError) as caught:
            self.import_page(records)

        self.assertIn("'C51': all is bad.", str(caught.exception))

    def test_later_of_two_records_with_one_id_counts(self):
        records = [{"id": "C1", "name": "Old"}, {"id": "C1", "name": "New"}]

        result = self.import_page(records)

        self.assertEqual(result.counts, {"created": 1})
        self.assertEqual(self.binding("C1").name, "New")

    def test_record_without_external_id_is_rejected(self):
        result = self.import_page([{"name": "Nobody"}, *self.contacts(1)])

        self.assertEqual(result.counts, {"rejected": 1, "created": 1})
        self.assertIn("'id'", result.rejected["#1"])

    def test_lines_with_the_same_values_are_unchanged(self):
        self.register_label_mapper()
        labels = [{"id": "L1", "text": "Gold"}, {"id": "L2", "text": "Blue"}]
        self.import_page([{"id": "C1", "name": "A", "labels": labels}])

        result = self.import_page([{"id": "C1", "name": "A", "labels": labels[::-1]}])

        self.assertEqual(result.counts, {"unchanged": 1})

    def test_changed_line_under_an_unchanged_header_is_seen(self):
        self.register_label_mapper()
        self.import_page(
            [{"id": "C1", "name": "A", "labels": [{"id": "L1", "text": "G"}]}]
        )

        result = self.import_page(
            [{"id": "C1", "name": "A", "labels": [{"id": "L1", "text": "B"}]}]
        )

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(self.binding("L1", LABEL).name, "B")

    def test_alias_imports_nothing(self):
        self.import_page(self.contacts(2))
        self.binding("C2").is_alias = True

        result = self.import_page([{"id": "C2", "name": "Other"}])

        self.assertEqual(result.counts, {"skipped": 1})
        self.assertEqual(self.binding("C2").name, "Contact 2")

    def test_overridden_steps_run_for_each_record(self):
        class OwnImporter(RecordImporter):
            _model_name = CONTACT

            def _must_skip(self):
                return "It is closed." if self.remote_record.get("closed") else None

        self.backend(OwnImporter)
        records = self.contacts(2)
        records[0]["closed"] = True

        result = self.import_page(records)

        self.assertEqual(result.counts, {"skipped": 1, "created": 1})
        self.assertEqual(result.skipped, {"C1": "It is closed."})


class TestRecordImporter(FlowCase):
    def run_one(self, external_id, **options):
        importer = self.scope().get_connector_unit(RecordImporter)
        return importer.run(external_id, **options)

    def test_one_record_is_read_and_imported(self):
        self.records = self.contacts(2)

        self.assertEqual(self.run_one("C2"), "created")
        self.assertEqual(self.run_one("C2"), "unchanged")
        self.assertFalse(self.binding("C1"))

    def test_what_is_wrong_with_one_record_is_raised(self):
        self.records = self.contacts(1, bad="this")

        with self.assertRaisesRegex(Exception, "this is bad"):
            self.run_one("C1")

    def test_force_imports_what_did_not_change(self):
        self.records = self.contacts(1, version=7)
        self.run_one("C1")

        self.assertEqual(self.run_one("C1", force=True), "updated")
