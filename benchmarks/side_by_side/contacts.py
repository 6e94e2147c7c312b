# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts as another system would send them."""

import random

FIELDS = ("street", "street_more", "postcode", "town", "mail", "telephone")
MORE_FIELDS = ("homepage", "number", "note", "vat_number")


def make_contacts(count: int) -> list[dict]:
    """Return contacts as another system would send them, with some gaps."""
    return [_make_contact(number) for number in range(count)]


def make_external_ids(count: int) -> list[str]:
    """Return ids of another system."""
    return [str(number) for number in range(count)]


def _make_contact(number):
    chance = random.Random(number)
    contact = {name: f"{name} of {number}" for name in FIELDS + MORE_FIELDS}
    contact["street_more"] = chance.choice(["", "3rd floor"])
    contact["telephone"] = chance.choice([None, "+49 30 123456", "+41 44 765432"])
    return contact | {
        "first_name": "Ada",
        "last_name": f"Lovelace {number}",
        "country": chance.choice(["DE", "CH"]),
        "is_company": chance.choice([True, False]),
    }
