# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers of a card: what it says, as Odoo stores it, and the other way round."""

import base64
import re
from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import html2plaintext, plaintext2html
from odoo.tools.image import image_data_uri, image_process

from odoo.addons.connector.api import (
    ExportMapper,
    ImportMapChild,
    ImportMapper,
    UnfitValueError,
    changed_by,
    convert,
    converter,
    find_country,
    find_state,
    mapping,
    only_create,
)

from .adapter import CONTACT, carddav

ADDRESS, TAG = "carddav.res.partner.address", "res.partner.category"
INCOMPLETE_DATE = re.compile(r"\d{4}(-?\d\d)?|--\d\d(-?\d\d)?|---\d\d")
WHOLE_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
NO_YEARS = ("0000", "1604")  # with these, some programs say that nobody knows it
URI = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
DATA_URI = re.compile(r"data:[^,]*;base64,(?P<base64>.*)", re.IGNORECASE | re.DOTALL)
PREVIEW = (128, 128)  # pixels of the smallest picture that Odoo makes of each

# What is the same on both sides, as (key of the card, field).
PLACE = [(name, name) for name in ("street", "street2", "zip", "phone", "email")]
CARD = [*PLACE, ("uid", "uid"), ("title", "function"), ("url", "website")]


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

    direct = PLACE

    @only_create
    @mapping
    def lang(self, record):
        """Let a new contact speak the language of the address book."""
        return {"lang": self.env.lang} if self.env.lang else None

    @mapping
    def city_and_country(self, record):
        """Find country and state; a name nobody here knows stays with the city."""
        code, name = record["country_code"], record["country"]
        country = find_country(self.env, code, name)
        state = find_state(self.env, country, record["region"])
        unknown = [
            "" if state else record["region"],
            "" if country else name,
        ]
        return {
            "city": ", ".join(filter(None, [record["city"], *unknown])) or False,
            "state_id": state.id,
            "country_id": country.id,
        }


@carddav
class ContactMapper(PlaceMapper):
    """Maps a card to a contact."""

    _model_name = CONTACT
    direct = [
        *CARD,
        ("fn", "name"),
        (convert("note", plaintext2html), "comment"),
        (birthday("bday", on_bad="part"), "birthday"),
        (picture("photo", on_bad="part"), "image_1920"),
    ]
    children = [("places", "address_ids", ADDRESS)]

    @mapping
    def categories(self, record):
        """Tag the contact; tags that are not here yet are created."""
        tags = (self.find_or_create(TAG, name=name) for name in record["categories"])
        return {"category_id": [Command.set([tag.id for tag in tags])]}

    @mapping
    def company(self, record):
        """Tell companies from people, who may belong to one."""
        is_company = record["is_company"]
        company = "" if is_company else record["company"]
        return {"is_company": is_company, "company_name": company or False}


@carddav
class AddressMapper(PlaceMapper):
    """Maps a further address, number or e-mail to a contact of its own."""

    _model_name = ADDRESS

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

    _model_name = ADDRESS

    def get_item_values(self, map_record, to_attr, options):
        """Return the values with the name of the card and the place in it."""
        card_id = map_record.parent.source["external_id"]
        map_record.update(external_id=f"{card_id}#{map_record.source['key']}")
        return super().get_item_values(map_record, to_attr, options)


# === OUT === #


@carddav
class PlaceExportMapper(ExportMapper):
    """Maps an address, a phone number and an e-mail to what a card is to say."""

    _model_name = ADDRESS
    direct = [(field, key) for key, field in PLACE]

    @changed_by("city", "state_id", "country_id")
    @mapping
    def city_and_country(self, record):
        """Name state and country in the language of the address book."""
        return {
            "city": record.city,
            "region": record.state_id.name,
            "country": record.country_id.name,
            "country_code": record.country_id.code,
        }


@carddav
class ContactExportMapper(PlaceExportMapper):
    """Maps a contact to what its card is to say."""

    _model_name = CONTACT
    direct = [(field, key) for key, field in CARD]

    @changed_by("name", "is_company", "company_name")
    @mapping
    def name(self, record):
        """Name a company, or a person who may belong to one; an address has no name."""
        name = record.name or record.odoo_id.display_name
        company = name if record.is_company else record.company_name
        return {"fn": name, "company": company, "is_company": record.is_company}

    @changed_by("comment")
    @mapping
    def note(self, record):
        """Write the notes without their layout."""
        return {"note": html2plaintext(record.comment or "")}

    @changed_by("birthday")
    @mapping
    def bday(self, record):
        """Write the whole date."""
        return {"bday": str(record.birthday or "")}

    @changed_by("image_1920")
    @mapping
    def photo(self, record):
        """Write the picture as a data: URI."""
        image = record.with_context(bin_size=False).image_1920
        return {"photo": image_data_uri(image) if image else ""}

    @changed_by("category_id")
    @mapping
    def categories(self, record):
        """Name the tags."""
        return {"categories": record.category_id.sorted("id").mapped("name")}
