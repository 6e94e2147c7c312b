# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a vCard says of a contact, and its text once that changes."""

import hashlib
import re

from odoo.addons.connector.api import (
    LineDay,
    LinePicture,
    LineText,
    LineTexts,
    VCard,
    find_news,
    new_head,
)

CONTACT_POINTS = ("adr", "tel", "email")
ADDRESS = {"street": 2, "street2": 1, "city": 3, "region": 4, "zip": 5, "country": 6}
BOX = 0  # of the parts of ADR, which is read with street2
KINDS = ("home", "work", "cell")  # what a contact point may be for; others are "other"
CODE = re.compile(";CC=[^;:]*", re.IGNORECASE)


class Card(VCard):
    """A vCard; numbers of faxes are left alone."""

    values = [
        *map(LineText, ("title", "url", "note")),
        *(LineDay("bday"), LinePicture("photo"), LineTexts("categories")),
    ]

    def find(self, name):
        """Return the filled lines of a name, the preferred ones first."""
        return [line for line in super().find(name) if "fax" not in line.types]


# === READING === #


def read_card(text, version="3.0"):
    """Return what a vCard says.

    The preferred address, phone number and e-mail stand in the dictionary itself,
    all others in its ``places``: what is for the same use makes one place.

    Args:
        version: of a card that does not say its own.

    Raises:
        ValueError: the text is not one vCard, or the card has no name.
    """
    card = Card(text, version)
    card.check()
    return _read(card)


def _read(card):
    return {
        **card.read_values(),
        **{"uid": card.read("uid"), "kind": card.kind, "fn": card.name},
        "company": "" if card.is_company else card.parts("org")[0],
        "is_company": card.is_company,
        **_read_place(card.first(*CONTACT_POINTS)),
        "places": [place for place, _lines in _places(card)],
    }


def _places(card):
    """Return the places, each with a key that says what it is, and with its lines."""
    found = {}
    for kind, lines in card.further(CONTACT_POINTS, KINDS):
        place = _read_place(lines)
        hashed = hashlib.sha256("\n".join(place.values()).encode()).hexdigest()
        key = f"{kind}/{hashed[:12]}"
        found[key] = {"kind": kind, "key": key, **place}, lines
    return list(found.values())


def _read_place(lines):
    """Return the fields of an address, a phone number and an e-mail."""
    adr, tel, email = lines
    places = {**ADDRESS, "box": BOX}
    parts = adr.parts(places) if adr else dict.fromkeys(places, "")
    parts["street2"] = ", ".join(filter(None, (parts["street2"], parts.pop("box"))))
    return {
        **parts,
        "country_code": adr.params.get("CC", "") if adr else "",
        "phone": tel.plain if tel else "",
        "email": email.plain if email else "",
    }


# === EDITING === #


def edit_card(text, said):
    """Return the text of a card that says something else.

    Args:
        text: of the card.
        said: what it is to say, in the keys of :func:`read_card`. What is not in it
            stays as it is, and so does what the card says already.
    """
    card = Card(text)
    now = _read(card)
    news, main = find_news(now, said), card.first(*CONTACT_POINTS)
    card.write_values(news)
    if news.keys() & {"fn", "company", "is_company"}:
        after = {**now, **news}
        card.write_name(after["fn"], after["company"], bool(after["is_company"]))
    if "places" in said:
        by_key = {place["key"]: place for place in said["places"]}
        for place, lines in _places(card):
            nothing = dict.fromkeys(place, "")  # of one that is not said any more
            more = find_news(place, by_key.get(place["key"], nothing))
            _write_place(card, lines, more, place["kind"])
    _write_place(card, main, news)
    return str(card)


def _write_place(card, lines, news, kind=""):
    """Write what is new of an address, a phone number and an e-mail."""
    adr, tel, email = lines
    kind = kind if kind in KINDS else ""
    parts = {place: news[name] for name, place in ADDRESS.items() if name in news}
    if "street2" in news:
        parts[BOX] = ""
    head = adr.head if adr else new_head("adr", kind)
    if "country_code" in news:
        code = news["country_code"]
        head = CODE.sub(f";CC={code}" if code else "", head)
    card.write_parts(adr, head, parts, len(ADDRESS) + 1)
    for name, line, key in (("tel", tel, "phone"), ("email", email, "email")):
        if key in news:
            card.write_text(line, news[key], name, kind)
