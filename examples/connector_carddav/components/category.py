# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import of the categories of cards as tags.

Cards name their categories and say nothing else about them, so the name is the
external id, and there is nothing to read.
"""

from odoo.addons.connector.api import mapping, only_create

from ..backend import carddav
from .importer import RecordImporter
from .mapper import BindingMapper


@carddav
class CategoryImporter(RecordImporter):
    """Imports one category."""

    _model_name = "carddav.res.partner.category"

    def _read(self, payload):
        return {"name": self.external_id}

    def _is_uptodate(self, binding):
        return bool(binding)


@carddav
class CategoryMapper(BindingMapper):
    """Maps a category; a tag of that name which is here already is taken."""

    _model_name = "carddav.res.partner.category"

    direct = [("name", "name")]

    @only_create
    @mapping
    def odoo_id(self, record):
        """Bind the tag of the same name, where there is one."""
        tags = self.env["res.partner.category"]
        return {"odoo_id": tags.search([("name", "=", record["name"])], limit=1).id}
