# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Categories of cards, which become tags.

Cards name their categories and say nothing else about them, so the name is the
external id, and there is nothing to read.
"""

from odoo.addons.connector.api import ImportMapper, PagedAdapter, mapping, only_create

from ..backend import carddav

CATEGORY = "carddav.res.partner.category"


@carddav
class CategoryAdapter(PagedAdapter):
    """Knows of a category what there is to know: its name."""

    _model_name = CATEGORY
    _id = "name"

    def read(self, external_id):
        """Return one category."""
        return {"name": external_id}


@carddav
class CategoryMapper(ImportMapper):
    """Maps a category; a tag of that name which is here already is taken."""

    _model_name = CATEGORY
    direct = [("name", "name")]

    @only_create
    @mapping
    def odoo_id(self, record):
        """Bind the tag of the same name, where there is one."""
        tags = self.env["res.partner.category"]
        return {"odoo_id": tags.search([("name", "=", record["name"])], limit=1).id}
