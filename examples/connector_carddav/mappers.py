# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers of a card: what it says, as Odoo stores it, and the other way round."""

from odoo.tools import html2plaintext, plaintext2html

from odoo.addons.connector.api import (
    ExportMapper,
    ImportMapper,
    changed_by,
    convert,
    data_uri,
    day,
    image,
    many2many,
    mapping,
    names,
    only_create,
    place_names,
    place_values,
)

from .adapter import CONTACT, carddav

ADDRESS = "carddav.res.partner.address"

# What is the same on both sides, as (key of the card, field).
PLACE = [(name, name) for name in ("street", "street2", "zip", "phone", "email")]
CARD = [*PLACE, ("uid", "uid"), ("title", "function"), ("url", "website")]


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
        return place_values(self.env, record)


@carddav
class ContactMapper(PlaceMapper):
    """Maps a card to a contact."""

    _model_name = CONTACT
    direct = [
        *CARD,
        *[("fn", "name"), ("company", "company_name"), ("is_company", "is_company")],
        (convert("note", plaintext2html), "comment"),
        (day("bday", on_bad="part"), "birthday"),
        (image("photo", on_bad="part", svg=False), "image_1920"),
        (many2many("categories"), "category_id"),
    ]
    children = [("places", "address_ids", ADDRESS)]


@carddav
class AddressMapper(PlaceMapper):
    """Maps a further address, number or e-mail to a contact of its own."""

    _model_name = ADDRESS

    @mapping
    def name(self, record):
        """Say what the address is for, in the language of the backend."""
        uses = {
            "home": self.env._("Home"),
            "work": self.env._("Work"),
            "cell": self.env._("Mobile"),
            "other": self.env._("Other"),
        }
        return {"name": uses[record["kind"]], "type": "other"}


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
        return place_names(record)


@carddav
class ContactExportMapper(PlaceExportMapper):
    """Maps a contact to what its card is to say."""

    _model_name = CONTACT
    direct = [
        *[(field, key) for key, field in CARD],
        (convert("comment", html2plaintext), "note"),
        (convert("birthday", str), "bday"),
        (data_uri("image_1920"), "photo"),
        (names("category_id"), "categories"),
    ]
    children = [("address_ids", "places", ADDRESS)]

    @changed_by("name", "is_company", "company_name")
    @mapping
    def name(self, record):
        """Name a company, or a person who may belong to one; an address has no name."""
        name = record.name or record.odoo_id.display_name
        company = name if record.is_company else record.company_name
        return {"fn": name, "company": company, "is_company": record.is_company}
