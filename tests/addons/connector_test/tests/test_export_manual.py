# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the examples of the manual: what a connector writes of its exports."""

from odoo.addons.connector.api import (
    CRUDAdapter,
    ExportDeleter,
    ExportMapper,
    InvalidDataError,
    RecordExporter,
    mapping,
    none,
    run_jobs,
)
from odoo.addons.connector_test.models.flow import CONTACT, MEMBER

from .export_case import ExportCase


class TestExportManual(ExportCase):
    def setUp(self):
        super().setUp()
        self.backend_record.name = "Tea"

    def adapter_class(self, **members):
        """Register nothing: each example has its own."""
        return super().adapter_class(_model_name=MEMBER)

    def mapper_class(self):
        class OtherMapper(ExportMapper):
            _model_name = MEMBER

        return OtherMapper

    def register_adapter(self):
        api = self.shop

        class ContactAdapter(CRUDAdapter):
            _model_name = CONTACT
            _takes_key = True
            _find = {"mail": "mail"}

            def create(self, data):
                return api.create(data, key=self.idempotency_key)

            def write(self, external_id, data):
                return api.write(external_id, data)

            def delete(self, external_id):
                api.delete(external_id)

            def find(self, key):
                return api.find(key)

        return self.backend(ContactAdapter)

    def register_mapper(self):
        class ContactMapper(ExportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), (none("email"), "mail")]

            @mapping
            def town(self, record):
                return {"town": record.city or None}

        return self.backend(ContactMapper)

    def test_connector_writes_an_adapter_and_a_mapper(self):
        self.register_adapter()
        self.register_mapper()
        binding = self.contact(city="London")
        shop = self.backend_record

        shop.delay_export_record(CONTACT, binding.id)
        run_jobs(self.env)

        record = {"name": "Ada", "mail": None, "town": "London", "version": 1}
        self.assertEqual(self.shop.records, {"R1": record})
        self.assertEqual(binding.external_id, "R1")

    def careful_exporter(self, sent):
        """Return the exporter of the manual, which notes what it has sent."""

        class CarefulExporter(RecordExporter):
            _model_name = CONTACT

            def _has_to_skip(self):
                if self.binding.function == "draft":
                    return "It is a draft."

            def _should_import(self):
                return self.external_id and self.binding.ref == "changed there"

            def _export_dependencies(self):
                self._export_dependency(self.binding.parent_id, CONTACT)
                self._export_dependency(
                    self.binding.commercial_twin_id, CONTACT, is_needed=False
                )

            def _validate_create_data(self, data):
                if not data["mail"]:
                    raise InvalidDataError("The shop wants a mail of each contact.")

            def _validate_update_data(self, data):
                self._validate_create_data(data)

            def _after_export(self):
                sent.append(self.external_id)

        return CarefulExporter

    def test_hooks_of_the_manual_do_what_it_says(self):
        sent = []
        self.register_adapter()
        self.register_mapper()
        self.backend(self.careful_exporter(sent))
        parent = self.env["res.partner"].create({"name": "Tea", "email": "t@x.example"})
        draft = self.contact(function="draft")
        binding = self.contact(email="ada@x.example", parent_id=parent.id)

        self.assertEqual(self.export(draft), "skipped: It is a draft.")
        self.assertEqual(self.export(binding), "created")
        binding.email = False
        self.assertIn("wants a mail", str(self.export_in_vain(binding)))

        self.assertEqual(sent, ["R1", "R2"])
        self.assertEqual(self.shop.records["R1"]["name"], "Tea")

    def own_exporter(self):
        """Return the exporter of the manual that has a way of its own."""

        class OwnExporter(RecordExporter):
            _model_name = CONTACT

            def _lock(self):
                super()._lock()
                self.advisory_lock_or_retry(f"stock of {self.binding.ref}")

            def _map_data(self):
                map_record = super()._map_data()
                map_record.update(channel="web")
                return map_record

            def _create_data(self, map_record, **options):
                values = super()._create_data(map_record, **options)
                return {**values, "is_new": True}

            def _update_data(self, map_record, **options):
                values = super()._update_data(map_record, **options)
                return {**values, "is_new": False}

            def _create(self, data):
                return self.backend_adapter.create({"contact": data})

            def _update(self, data):
                return self.backend_adapter.write(self.external_id, {"contact": data})

        return OwnExporter

    def test_way_to_the_backend_can_be_taken_over(self):
        self.register_adapter()
        self.register_mapper()
        self.backend(self.own_exporter())
        binding = self.contact(email="ada@x.example")
        self.shop.find = lambda key: []
        self.export(binding)
        sent = self.shop.records["R1"]["contact"]
        self.assertEqual((sent["channel"], sent["is_new"]), ("web", True))

        binding.name = "Ada L."
        self.export(binding)
        self.assertFalse(self.shop.records["R1"]["contact"]["is_new"])

    def test_deleter_of_the_manual_keeps_what_it_says(self):
        class CarefulDeleter(ExportDeleter):
            _model_name = CONTACT

            def _has_to_skip(self, external_id):
                if external_id.startswith("VIP"):
                    return "Such contacts stay."
                return super()._has_to_skip(external_id)

        self.register_adapter()
        self.backend(CarefulDeleter)
        delete = self.backend_record.export_delete_record

        self.assertEqual(delete(CONTACT, "VIP1"), "skipped: Such contacts stay.")
