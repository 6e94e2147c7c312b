# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All that a connector writes to import contacts with their labels."""

from odoo.addons.bench_remote import remote
from odoo.addons.connector.api import (
    ExportMapper,
    ImportMapper,
    PagedAdapter,
    RestAdapter,
    mapping,
)

from .models import rest_shop, shop


@shop
class MemberMapper(ImportMapper):
    """Maps a contact to values of a partner."""

    _model_name = "bench.member"

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


@shop
class ContactMapper(MemberMapper):
    """Maps also the labels of a contact."""

    _model_name = "bench.contact"

    children = [("labels", "label_ids", "bench.label")]


@shop
class LabelMapper(ImportMapper):
    """Maps a label to values of a tag of partners."""

    _model_name = "bench.label"

    direct = [("id", "external_id"), ("text", "name"), ("color", "color")]

    @mapping
    def backend_id(self, record):
        """Return the backend of the line."""
        return {"backend_id": self.backend_record.id}


@shop
class ContactAdapter(PagedAdapter):
    """Reads contacts in pages, from one number to another."""

    _model_name = ["bench.contact", "bench.member"]
    _version = "version"
    _page_size = 1000

    def read_page(self, state=None):
        """Return the contacts of one page, and the state of the next one."""
        start, end = state
        after = min(start + self._page_size, end)
        records = remote.make_contacts(range(start, after))
        return records, [after, end] if after < end else None

    def read(self, external_id):
        """Return one contact."""
        return remote.read_contact(external_id)


@rest_shop
class WareMapper(ExportMapper):
    """Maps a ware to an item of the server."""

    _model_name = ["bench.parcel", "bench.letter"]

    direct = [("name", "name"), ("price", "price")]


@rest_shop
class LetterMapper(ImportMapper):
    """Maps an item to values of a ware."""

    _model_name = "bench.letter"

    direct = [("name", "name"), ("price", "price")]


@rest_shop
class ParcelAdapter(RestAdapter):
    """Writes items."""

    _model_name = "bench.parcel"
    _path = "items"


@rest_shop
class LetterAdapter(RestAdapter):
    """Writes items on condition that nobody else did."""

    _model_name = "bench.letter"
    _path = "items"
    _version_header = "ETag"
