# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The components that are looked up and run, and a listener of record events."""

from odoo.addons.component.core import Component
from odoo.addons.connector.components.mapper import mapping


class PartnerMapper(Component):
    """Maps a dictionary to values of a partner."""

    _name = "bench.partner.mapper"
    _inherit = "base.import.mapper"
    _collection = "bench.backend"
    _apply_on = "res.partner"

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
        return {"lang": "de_DE" if record["country"] == "DE" else "en_US"}

    @mapping
    def company(self, record):
        """Return what a company has, and nothing for people."""
        if record["is_company"]:
            return {"is_company": True}


class PartnerAdapter(Component):
    """What is looked up for the model at hand."""

    _name = "bench.res.partner.adapter"
    _inherit = "base.backend.adapter"
    _collection = "bench.backend"
    _apply_on = "res.partner"


class BindingAdapter(Component):
    """What is looked up for another model."""

    _name = "bench.partner.adapter"
    _inherit = "base.backend.adapter"
    _collection = "bench.backend"
    _apply_on = "bench.partner"


class PartnerBinder(Component):
    """The binder of partners."""

    _name = "bench.partner.binder"
    _inherit = "base.binder"
    _collection = "bench.backend"
    _apply_on = "bench.partner"


class PartnerListener(Component):
    """Listens to partners, and does nothing."""

    _name = "bench.partner.listener"
    _inherit = "base.event.listener"
    _apply_on = "res.partner"

    def on_record_create(self, record, fields=None):
        """Hear of a new record."""

    def on_record_write(self, record, fields=None):
        """Hear of a changed record."""
