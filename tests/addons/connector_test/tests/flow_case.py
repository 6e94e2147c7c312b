# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of flows: contacts that come from a list in memory."""

from odoo.addons.connector.api import (
    BatchImporter,
    ImportMapper,
    InvalidDataError,
    ListAdapter,
    RecordImporter,
    mapping,
)
from odoo.addons.connector.tests.common import UnitCase
from odoo.addons.connector_test.models.flow import CONTACT, LABEL


class FlowCase(UnitCase):
    """A test with contacts on the backend; ``self.records`` is what it has of them."""

    def setUp(self):
        super().setUp()
        self.records = []
        self.mapped = []  # external ids, whenever one was mapped
        self.backend(self.adapter_class())
        self.backend(self.mapper_class())

    def adapter_class(self, **members):
        case = self

        class ContactAdapter(ListAdapter):
            _model_name = CONTACT
            _version = "version"
            _page_size = 100

            def list_records(self):
                return case.records

        return type(ListAdapter)("ContactAdapter", (ContactAdapter,), members)

    def mapper_class(self):
        case = self

        class ContactMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("mail", "email"), ("town", "city")]
            children = [("labels", "label_ids", LABEL)]

            @mapping
            def refuse_bad(self, record):
                case.mapped.append(record["id"])
                if record.get("bad"):
                    raise InvalidDataError(f"{record['bad']} is bad.")
                if record.get("empty"):
                    return {"name": False}
                return {}

        return ContactMapper

    def register_label_mapper(self):
        @self.backend
        class LabelMapper(ImportMapper):
            _model_name = LABEL
            direct = [("id", "external_id"), ("text", "name")]

            @mapping
            def backend_id(self, record):
                return {"backend_id": self.backend_record.id}

    def contacts(self, count, **values):
        """Return the records of so many contacts."""
        return [
            {"id": f"C{number}", "name": f"Contact {number}", **values}
            for number in range(1, count + 1)
        ]

    def import_page(self, records=None, **options):
        """Import records as one page, and return what became of them."""
        importer = self.scope().get_connector_unit(RecordImporter)
        return importer.run_page(
            self.records if records is None else records, **options
        )

    def import_batch(self, mode="inline"):
        """Import all records with the default importer in a mode."""
        importer = self.scope().get_connector_unit(BatchImporter)
        importer.mode = mode
        return importer.run()

    def scope(self):
        return self.backend_record.get_environment(CONTACT, self.session)

    def binding(self, external_id, model_name=CONTACT):
        return (
            self.env[model_name]
            .with_context(active_test=False)
            .search(
                [
                    ("external_id", "=", external_id),
                    ("backend_id", "=", self.backend_record.id),
                ]
            )
        )
