# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers of a card: what it says, as Odoo stores it.

What both versions of vCard have in common is in ``ContactMapper``; where they differ, a
mapper that is registered on that version has the last word.
"""

import base64
import re
from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html
from odoo.tools.image import image_process

from odoo.addons.connector.api import (
    ImportMapChild,
    ImportMapper,
    UnfitValueError,
    convert,
    converter,
    mapping,
    only_create,
)

from ..backend import carddav, carddav_3, carddav_4
from .category import CATEGORY

INCOMPLETE_DATE = re.compile(r"\d{4}(-?\d\d)?|--\d\d(-?\d\d)?|---\d\d")
WHOLE_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
NO_YEARS = ("0000", "1604")  # with these, some programs say that nobody knows it
URI = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
DATA_URI = re.compile(r"data:[^,]*;base64,(?P<base64>.*)", re.IGNORECASE | re.DOTALL)
PREVIEW = (128, 128)  # pixels of the smallest picture that Odoo makes of each


@converter
def birthday(mapper, value, to_attr):
    """Return the date, or False where the year is not known.

    It is written as 1985-04-12 or 19850412; a time may follow.
    """
    day = value.partition("T")[0]
    if day.startswith(NO_YEARS) or INCOMPLETE_DATE.fullmatch(day):
        return False
    parts = WHOLE_DATE.fullmatch(day)
    try:
        return date(*map(int, parts.groups() if parts else ()))
    except (ValueError, TypeError) as error:
        raise UnfitValueError("a date such as 1985-04-12") from error


@converter
def picture(mapper, value, to_attr):
    """Return the picture; one behind a link is left where it is."""
    found = DATA_URI.fullmatch(value)
    if not found and URI.match(value) and not value.lower().startswith("data:"):
        return False
    try:
        data = base64.b64decode(found["base64"] if found else value)
        if not data or data.lstrip().startswith(b"<"):
            raise ValueError("it is text, or cut off.")
        image_process(data, size=PREVIEW, verify_resolution=True)
    except (UserError, ValueError, OSError, SyntaxError) as error:
        raise UnfitValueError(f"a picture that Odoo can read: {error}") from error
    return base64.b64encode(data)


class PlaceMapper(ImportMapper):
    """Maps an address, a phone number and an e-mail."""

    direct = [
        ("street", "street"),
        ("street2", "street2"),
        ("zip", "zip"),
        ("phone", "phone"),
        ("email", "email"),
    ]

    @only_create
    @mapping
    def lang(self, record):
        """Let a new contact speak the language of the address book."""
        return {"lang": self.env.lang} if self.env.lang else None

    @mapping
    def city_and_country(self, record):
        """Find country and state; a name nobody here knows stays with the city."""
        country = self._find_country(record)
        state = self._find_state(record, country)
        unknown = [
            "" if state else record["region"],
            "" if country else record["country"],
        ]
        return {
            "city": ", ".join(filter(None, [record["city"], *unknown])) or False,
            "state_id": state.id,
            "country_id": country.id,
        }

    def _find_country(self, record):
        code, name = record["country_code"].upper(), record["country"]
        # a longer one would be cut off, and find another country
        by_code = [("code", "=", code)] if len(code) == len("DE") else []
        by_name = [("name", "=ilike", name)] if name else []
        return self._find("res.country", by_code) or self._find("res.country", by_name)

    def _find_state(self, record, country):
        domain = [
            ("country_id", "=", country.id),
            "|",
            ("name", "=ilike", record["region"]),
            ("code", "=", record["region"]),
        ]
        return self._find("res.country.state", domain if record["region"] else [])

    def _find(self, model: str, domain: list):
        """Return the record of a domain; the same ones are looked for all the time."""
        found = self.env.cr.cache.setdefault("carddav_found", {})
        key = self.env.lang, model, str(domain)
        if key not in found:
            found[key] = domain and self.env[model].search(domain, limit=1).id
        return self.env[model].browse(found[key] or ())


class ContactMapper(PlaceMapper):
    """Maps what cards of all versions say about a contact."""

    _model_name = "carddav.res.partner"

    direct = [
        *PlaceMapper.direct,
        ("uid", "uid"),
        ("fn", "name"),
        ("title", "function"),
        ("url", "website"),
        (convert("note", plaintext2html), "comment"),
        (birthday("bday", on_bad="part"), "birthday"),
        (picture("photo", on_bad="part"), "image_1920"),
    ]
    children = [("places", "address_ids", "carddav.res.partner.address")]

    @mapping
    def categories(self, record):
        """Tag the contact; the importer has imported the categories before."""
        binder = self.binder_for(CATEGORY)
        tags = binder.to_internal_many(record["categories"], unwrap=True)
        return {"category_id": [Command.set([tag.id for tag in tags.values()])]}

    @mapping
    def company(self, record):
        """Tell companies from people, who may belong to one."""
        is_company = self._is_company(record)
        company = "" if is_company else record["company"]
        return {"is_company": is_company, "company_name": company or False}

    def _is_company(self, record: dict) -> bool:
        """Tell whether the card is of a company."""
        raise NotImplementedError


@carddav_3
class ContactMapper3(ContactMapper):
    """Maps contacts of vCard 3.0 (RFC 2426)."""

    def _is_company(self, record):
        # an extension of Apple's that others adopted: vCard 3.0 has no word for it
        shown_as = record["x-abshowas"].lower()
        return shown_as == "company" or record["named_by"] == "org"


@carddav_4
class ContactMapper4(ContactMapper):
    """Maps contacts of vCard 4.0 (RFC 6350)."""

    def _is_company(self, record):
        return record["kind"].lower() == "org"


@carddav
class AddressMapper(PlaceMapper):
    """Maps a further address, number or e-mail to a contact of its own."""

    _model_name = "carddav.res.partner.address"

    @mapping
    def name(self, record):
        """Say what the address is for, in the language of the backend."""
        names = {
            "home": self.env._("Home"),
            "work": self.env._("Work"),
            "cell": self.env._("Mobile"),
            "other": self.env._("Other"),
        }
        return {"name": names[record["kind"]], "type": "other"}


@carddav
class AddressMapChild(ImportMapChild):
    """Gives each address an external id: a card has none for its parts."""

    _model_name = "carddav.res.partner.address"

    def get_item_values(self, map_record, to_attr, options):
        """Return the values with the name of the card and the place in it."""
        card_id = map_record.parent.source["external_id"]
        map_record.update(external_id=f"{card_id}#{map_record.source['key']}")
        return super().get_item_values(map_record, to_attr, options)
