# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the examples that the manual has of each hook and declaration of a flow."""

from odoo.addons.connector.api import (
    BatchImporter,
    FolderAdapter,
    ImportDeleter,
    InvalidDataError,
    ListAdapter,
    RecordImporter,
)
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase
from .folder_case import FolderCase


class CarefulImporter(RecordImporter):
    _model_name = CONTACT

    def _before_import(self):
        self.remote_record.setdefault("name", self.external_id)

    def _must_skip(self):
        if self.remote_record.get("state") == "cart":
            return "It is a cart."

    def _is_uptodate(self, binding):
        return binding.ref == self.remote_record.get("hash")

    def _validate_data(self, data):
        if "@" not in (data.get("email") or "@"):
            raise InvalidDataError(f"{data['email']!r} is no address of mail.")

    def _after_import(self, binding):
        binding.ref = self.remote_record.get("hash")


class DependentImporter(RecordImporter):
    _model_name = CONTACT

    def _import_dependencies(self):
        self._import_dependency(self.remote_record.get("boss"), CONTACT)


class MatchingImporter(RecordImporter):
    _model_name = CONTACT

    def _get_binding(self):
        binding = super()._get_binding()
        if not binding:  # its number was another one before
            old = self.remote_record.get("old_number")
            binding = self.binder.to_internal(old) if old else binding
        return binding


class DatingImporter(RecordImporter):
    _model_name = CONTACT

    def _map_data(self):
        map_record = super()._map_data()
        map_record.update(city="Somewhere")
        return map_record

    def _create_data(self, map_record, **options):
        return {"comment": "It is new.", **super()._create_data(map_record, **options)}

    def _update_data(self, map_record, **options):
        return {**super()._update_data(map_record, **options), "ref": "updated"}

    def _create(self, data):
        return super()._create({**data, "function": "customer"})

    def _update(self, binding, data):
        super()._update(binding, {**data, "function": "old customer"})


class RevivingImporter(RecordImporter):
    _model_name = CONTACT

    def _revive(self, binding):
        super()._revive(binding)
        binding.comment = "It is there again."


class OrderedBatch(BatchImporter):
    _model_name = CONTACT
    mode = "record"
    job_options = {"priority": 20}


class GentleDeleter(ImportDeleter):
    _model_name = CONTACT
    policy = "unlink"

    def _delete(self, binding):
        if binding.ref == "keep":
            binding.unlink()
            return "unbind"
        return super()._delete(binding)


class TestHooksOfTheManual(FlowCase):
    def run_with(self, importer_class, records):
        self.backend(type(importer_class)("Importer", (importer_class,), {}))
        self.records = records
        return self.import_page()

    def test_careful_importer(self):
        result = self.run_with(
            CarefulImporter,
            [
                {"id": "1", "hash": "a"},
                {"id": "2", "state": "cart"},
                {"id": "3", "name": "Ada", "mail": "ada", "hash": "b"},
            ],
        )

        self.assertEqual(self.binding("1").name, "1")
        self.assertEqual(result.skipped, {"2": "It is a cart."})
        self.assertIn("'ada'", result.rejected["3"])
        self.assertEqual(self.import_page().counts["unchanged"], 1)

    def test_dependency_comes_first(self):
        self.backend(type(DependentImporter)("Importer", (DependentImporter,), {}))
        self.records = [
            {"id": "1", "name": "Ada", "boss": "2"},
            {"id": "2", "name": "Bob"},
        ]

        self.import_page(self.records[:1])

        self.assertEqual(self.binding("2").name, "Bob")

    def test_binding_under_another_number_is_found(self):
        self.run_with(MatchingImporter, [{"id": "1", "name": "Ada"}])
        self.records = [{"id": "9", "name": "Ada L.", "old_number": "1"}]

        result = self.import_page()

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(self.binding("1").name, "Ada L.")

    def test_values_are_completed(self):
        self.run_with(DatingImporter, [{"id": "1", "name": "Ada"}])
        new = self.binding("1")
        seen = (new.city, new.function, bool(new.comment), new.ref)
        self.import_page([{"id": "1", "name": "Ada L."}])

        self.assertEqual(seen, ("Somewhere", "customer", True, False))
        self.assertEqual((new.ref, new.function), ("updated", "old customer"))

    def test_record_that_is_there_again_is_revived(self):
        self.run_with(RevivingImporter, [{"id": "1", "name": "Ada"}])
        self.scope().get_connector_unit(ImportDeleter).run("1")
        self.env.invalidate_all()

        self.import_page(force=True)

        revived = self.env[CONTACT].search([("external_id", "=", "1")])
        self.assertTrue(revived.odoo_id.active)
        self.assertIn("there again", revived.comment)

    def test_job_for_each_record(self):
        self.backend(type(OrderedBatch)("Batch", (OrderedBatch,), {}))
        self.records = self.contacts(2)

        self.scope().get_connector_unit(BatchImporter).run()

        jobs = self.env["connector.queue.job"].search([("priority", "=", 20)])
        self.assertEqual(len(jobs), 2)

    def test_deleter_decides(self):
        self.backend(type(GentleDeleter)("Deleter", (GentleDeleter,), {}))
        self.records = self.contacts(2)
        self.import_page()
        kept, gone = self.binding("C1").odoo_id, self.binding("C2").odoo_id
        kept.ref = "keep"
        deleter = self.scope().get_connector_unit(ImportDeleter)

        self.assertEqual(deleter.run("C1"), "unbind")
        self.assertEqual(deleter.run("C2"), "unlink")
        self.assertTrue(kept.exists())
        self.assertFalse(gone.exists())

    def test_one_object_is_several_records(self):
        class CompanyAdapter(ListAdapter):
            _model_name = CONTACT

            def list_records(self):
                return [
                    {"staff": [{"id": "1", "name": "Ada"}, {"id": "2", "name": "Bob"}]}
                ]

            def _records(self, page):
                return [person for company in page for person in company["staff"]]

        self.backend(CompanyAdapter, replacing=self.adapter)

        self.assertEqual(self.import_batch().counts, {"created": 2})

    def adapter_class(self):
        self.adapter = super().adapter_class()
        return self.adapter


class TestFilesOfTheManual(FolderCase):
    def adapter_class(self, **members):
        class CustomerFiles(FolderAdapter):
            _model_name = CONTACT
            _files = "customers-*.csv"
            _delimiter = ";"
            _encoding = "cp1252"
            _done_folder = "done"

        return super().adapter_class(
            **{
                name: value
                for name, value in vars(CustomerFiles).items()
                if name[1] != "_"
            }
        )

    def test_customers_come_from_files(self):
        self.write_text("customers-1.csv", "id;name\n1;Éva\n", encoding="cp1252")
        self.write_text("orders-1.csv", "number\n1\n")

        result = self.import_batch()

        self.assertEqual(result.counts, {"created": 1})
        self.assertEqual(self.binding("1").name, "Éva")
