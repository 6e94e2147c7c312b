# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The units that are looked up and run, and a consumer of record events."""

from odoo.addons.connector.connector import Binder
from odoo.addons.connector.unit.backend_adapter import CRUDAdapter
from odoo.addons.connector.unit.mapper import ImportMapper, mapping

from .models import bench


@bench
class PartnerMapper(ImportMapper):
    """Maps a dictionary to values of a partner."""

    _model_name = "res.partner"

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


@bench
class PartnerAdapter(CRUDAdapter):
    """What is looked up for the model at hand."""

    _model_name = "res.partner"


@bench
class BindingAdapter(CRUDAdapter):
    """What is looked up for another model."""

    _model_name = "bench.partner"


@bench
class PartnerBinder(Binder):
    """The binder of partners."""

    _model_name = "bench.partner"


def note_write(session, model_name, record_id, vals):
    """Listen, and do nothing."""


def note_create(session, model_name, record_id, vals):
    """Listen, and do nothing."""
