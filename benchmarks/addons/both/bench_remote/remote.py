# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts of a remote system, made from their numbers."""

PHONES = (None, "+49 30 123456", "+41 44 765432")

held: dict[str, dict] = {}
"""Contacts that are read as they are here; the others are made when they are read."""


def make_contact(number: int) -> dict:
    """Return a contact as the remote system sends it, with some gaps."""
    return {
        "id": f"C{number}",
        "street": f"Main Street {number}",
        "street_more": "3rd floor" if number % 2 else "",
        "postcode": f"{number % 100_000:05}",
        "town": f"Town {number % 100}",
        "mail": f"contact{number}@example.com",
        "telephone": PHONES[number % 3],
        "homepage": f"https://example.com/{number}",
        "number": f"R-{number}",
        "note": f"Note on {number}",
        "vat_number": f"V{number}",
        "first_name": "Ada",
        "last_name": f"Lovelace {number}",
        "language": "en_US",
        "is_company": number % 5 == 0,
    }


def make_contacts(numbers: range) -> list[dict]:
    """Return contacts as the remote system sends them."""
    return [make_contact(number) for number in numbers]


def read_contact(external_id: str) -> dict:
    """Return one contact."""
    return held.get(external_id) or make_contact(int(external_id[1:]))
