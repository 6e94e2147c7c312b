# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers of a card: what it says, as Odoo stores it.

What both versions of vCard have in common is here; where they differ, a mapper of
that version has the last word: ``mapper_3.py`` and ``mapper_4.py``.
"""

import base64
import re
from datetime import date

from vobject.base import ContentLine

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html
from odoo.tools.image import image_process

from odoo.addons.connector.api import (
    ImportMapChild,
    ImportMapper,
    convert,
    mapping,
    only_create,
)

from ..backend import carddav
from ..vcard import split_value

INCOMPLETE_DATE = re.compile(r"\d{4}(-?\d\d)?|--\d\d(-?\d\d)?|---\d\d")
NO_YEARS = ("0000", "1604")  # with these, some programs say that nobody knows it
DATA_URI = re.compile(r"data:[^,]*;base64,(?P<base64>.*)", re.IGNORECASE)
IMAGE_SIZE = (1920, 1920)  # pixels, of the largest picture that Odoo keeps


class BindingMapper(ImportMapper):
    """Gives a new binding its backend, which never changes."""

    @only_create
    @mapping
    def backend_id(self, record):
        """Bind to the address book we import from."""
        return {"backend_id": self.backend_record.id}


class PlaceMapper(BindingMapper):
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
        countries = self.env["res.country"]
        code, name = record["country_code"], record["country"]
        found = countries.search([("code", "=", code.upper())], limit=1)
        return found or countries.search([("name", "=ilike", name)], limit=1)

    def _find_state(self, record, country):
        return self.env["res.country.state"].search(
            [
                ("country_id", "=", country.id),
                "|",
                ("name", "=ilike", record["region"]),
                ("code", "=", record["region"]),
            ],
            limit=1,
        )


class ContactMapper(PlaceMapper):
    """Maps what cards of all versions say about a contact."""

    _model_name = "carddav.res.partner"

    direct = [
        *PlaceMapper.direct,
        ("etag", "etag"),
        ("uid", "uid"),
        ("fn", "name"),
        ("title", "function"),
        ("url", "website"),
        (convert("note", plaintext2html), "comment"),
    ]
    children = [("places", "address_ids", "carddav.res.partner.address")]

    def __init__(self, connector_env):
        super().__init__(connector_env)
        self.left_out: list[str] = []
        """Why parts of the card were left out."""

    @mapping
    def categories(self, record):
        """Tag the contact; the importer has imported the categories before."""
        binder = self.binder_for("carddav.res.partner.category")
        tags = binder.to_internal_many(record["categories"], unwrap=True)
        return {"category_id": [Command.set([tag.id for tag in tags.values()])]}

    @mapping
    def company(self, record):
        """Tell companies from people, who may belong to one."""
        is_company = self._is_company(record)
        company = "" if is_company else record["company"]
        return {"is_company": is_company, "company_name": company or False}

    @mapping
    def birthday(self, record):
        """Take the birthday over, where the card knows the year."""
        line = record["bday"]
        try:
            return {"birthday": parse_birthday(line) if line else False}
        except ValueError:
            expected = "expected a date such as 1985-04-12"
            self._leave_out(f"BDAY is {line.value!r}, {expected}.")
            return {"birthday": False}

    @mapping
    def image(self, record):
        """Take the picture over; one behind a link is left where it is."""
        line = record["photo"]
        try:
            picture = self._read_image(line) if line else ""
            return {"image_1920": _check_image(picture) if picture else False}
        except (UserError, ValueError, OSError, SyntaxError) as error:
            self._leave_out(f"PHOTO is no picture that Odoo can read: {error}")
            return {"image_1920": False}

    def _leave_out(self, reason: str) -> None:
        """Note which part of the card costs itself, and not the contact."""
        self.left_out.append(reason)

    def _is_company(self, record: dict) -> bool:
        """Tell whether the card is of a company."""
        raise NotImplementedError

    def _read_image(self, line: ContentLine) -> str:
        """Return the picture in base64, or nothing for a link."""
        # some servers escape the signs of the URI, others do not
        link = split_value(line.value, None)[0]
        if not link.lower().startswith("data:"):
            return ""
        if found := DATA_URI.fullmatch(link):
            return found["base64"]
        raise ValueError("its data is cut off, or not in base64.")


def _check_image(picture: str) -> bytes:
    """Return a picture in base64 once it was read as a whole."""
    data = base64.b64decode(picture)
    if data.lstrip().startswith(b"<"):
        raise ValueError("it is text.")
    image_process(data, size=IMAGE_SIZE, verify_resolution=True)
    return base64.b64encode(data)


def parse_birthday(line: ContentLine) -> date | bool:
    """Return the date, or False where the year is not known."""
    text = line.value.strip()
    is_free_text = "text" in line.params.get("VALUE", ())
    if is_free_text or INCOMPLETE_DATE.fullmatch(text.partition("T")[0]):
        return False
    return False if text.startswith(NO_YEARS) else parse_date(text)


def parse_date(text: str) -> date:
    """Return a whole date, written as 1985-04-12 or 19850412; a time may follow."""
    digits = text.partition("T")[0].replace("-", "")
    if len(digits) != len("19850412"):
        raise ValueError(f"{text!r} is not a whole date.")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


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
