# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Units that turn a customer of the shop into a contact."""

import requests

from odoo.addons.connector.api import Importer, ImportMapper

from .models import shop


@shop
class CustomerMapper(ImportMapper):
    _model_name = "shop.customer"
    direct = [("full_name", "name"), ("mail", "email")]


@shop
class CustomerImporter(Importer):
    _model_name = "shop.customer"

    def run(self, external_id):
        url = f"{self.backend_record.url}/{external_id}.json"
        customer = requests.get(url, timeout=10).json()
        values = self.mapper.map_record(customer).values()
        values["backend_id"] = self.backend_record.id
        binding = self.binder.to_internal(external_id)
        binding.write(values)
        self.binder.bind(external_id, binding or binding.create(values))
