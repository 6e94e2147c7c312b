# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Components that import contacts one by one, as the peers' guide describes them."""

from odoo.addons.bench_remote import remote
from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import mapping


class ContactMapper(Component):
    """Maps a contact to values of a partner."""

    _name = "bench.contact.mapper"
    _inherit = "base.import.mapper"
    _collection = "bench.shop"
    _apply_on = "bench.contact"

    direct = [
        ("street", "street"),
        ("street_more", "street2"),
        ("postcode", "zip"),
        ("town", "city"),
        ("mail", "email"),
        ("telephone", "phone"),
        ("homepage", "website"),
        ("number", "ref"),
        ("note", "comment"),
        ("vat_number", "vat"),
    ]

    @mapping
    def name(self, record):
        """Return the whole name."""
        return {"name": f"{record['first_name']} {record['last_name']}"}

    @mapping
    def lang(self, record):
        """Return the language."""
        return {"lang": record["language"]}

    @mapping
    def company(self, record):
        """Return what a company has, and nothing for people."""
        if record["is_company"]:
            return {"is_company": True}

    @mapping
    def backend_id(self, record):
        """Return the backend of the binding."""
        return {"backend_id": self.backend_record.id}


class ContactBinder(Component):
    """Knows which contact is which partner."""

    _name = "bench.contact.binder"
    _inherit = "base.binder"
    _collection = "bench.shop"
    _apply_on = "bench.contact"


class ContactAdapter(Component):
    """Reads contacts."""

    _name = "bench.contact.adapter"
    _inherit = "base.backend.adapter"
    _collection = "bench.shop"
    _apply_on = "bench.contact"
    _usage = "backend.adapter"

    def read(self, external_id):
        """Return one contact."""
        return remote.read_contact(external_id)


class ContactImporter(Component):
    """Imports one contact."""

    _name = "bench.contact.importer"
    _inherit = "base.importer"
    _collection = "bench.shop"
    _apply_on = "bench.contact"
    _usage = "record.importer"

    def run(self, external_id):
        """Read, map, create or update, and bind one contact."""
        record = self.backend_adapter.read(external_id)
        binding = self.binder.to_internal(external_id)
        mapped = self.mapper.map_record(record)
        if binding:
            binding = binding.with_context(connector_no_export=True)
            binding.write(mapped.values())
        else:
            model = self.model.with_context(connector_no_export=True)
            binding = model.create(mapped.values(for_create=True))
        self.binder.bind(external_id, binding)
