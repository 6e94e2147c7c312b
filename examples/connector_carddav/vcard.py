# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a vCard of version 3.0 or 4.0 says, and its text once that changes.

Source: RFC 2426 (vCard 3.0), RFC 6350 (vCard 4.0).
"""

import hashlib
import re

from odoo.addons.connector.api import (
    ContentLines,
    LineDay,
    LinePicture,
    LineText,
    LineTexts,
    escape_value,
    find_news,
    new_head,
)

VERSIONS = ("3.0", "4.0")
TEXTS = [LineText(name) for name in ("title", "url", "note")]
OTHERS = [LineDay("bday"), LinePicture("photo"), LineTexts("categories")]
VALUES = {value.name: value for value in (*TEXTS, *OTHERS)}
APPLE_KIND = "x-addressbookserver-kind"  # which vCard 3.0 has no word for
NAMES = ("fn", "n", "nickname", "org", "email")  # the first one that is filled
NAME_ORDER = (3, 1, 2, 0, 4)  # of the parts of N: prefix, given, more, family, suffix
CONTACT_POINTS = ("adr", "tel", "email")
ADDRESS = {"street": 2, "street2": 1, "city": 3, "region": 4, "zip": 5, "country": 6}
BOX = 0  # of the parts of ADR, which is read with street2
KINDS = ("home", "work", "cell")  # what a contact point may be for; others are "other"
CODE = re.compile(";CC=[^;:]*", re.IGNORECASE)


class Card(ContentLines):
    """A vCard as its lines; numbers of faxes are left alone."""

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
    said = _read(Card(text), version)
    if said["version"] not in VERSIONS:
        expected = " or ".join(map(repr, VERSIONS))
        raise ValueError(f"its VERSION is {said['version']!r}, expected {expected}.")
    if not said["fn"]:
        raise ValueError("it has no name, expected one in FN.")
    return said


def _read(card, version=""):
    said = {name: value.read(card) for name, value in VALUES.items()}
    said["uid"], said["version"] = card.read("uid"), card.read("version") or version
    said["kind"] = (card.read("kind") or card.read(APPLE_KIND)).lower()
    named_by, said["fn"] = _read_name(card)
    is_shown_so = card.read("x-abshowas").lower() == "company" or named_by == "org"
    said["is_company"] = (
        said["kind"] == "org" if said["version"] == "4.0" else is_shown_so
    )
    said["company"] = card.parts("org")[0]
    said |= _read_place(card.first(*CONTACT_POINTS))
    said["places"] = [place for place, _lines in _places(card)]
    return said


def _read_name(card):
    """Return the line that says the name of a card, and the name."""
    parts = dict(enumerate(card.parts("n")))
    names = {name: card.read(name) for name in NAMES}
    names["n"] = " ".join(filter(None, map(parts.get, NAME_ORDER)))
    names["org"] = next(filter(None, card.parts("org")), "")
    names["email"] = _plain(card.first("email")[0])
    return next((one for one in names.items() if one[1]), ("", ""))


def _plain(line):
    return line.plain if line else ""


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
    code = adr.params.get("CC", "") if adr else ""
    return {**parts, "country_code": code, "phone": _plain(tel), "email": _plain(email)}


# === EDITING === #


def new_card(version, said):
    """Return the text of a new card."""
    uid = f"VERSION:{version}\r\nUID:{escape_value(said['uid'])}"
    return edit_card(f"BEGIN:VCARD\r\n{uid}\r\nEND:VCARD\r\n", said)


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
    for name in [name for name in VALUES if name in news]:
        VALUES[name].write(card, news[name])
    if news.keys() & {"fn", "company", "is_company"}:
        _write_name(card, now, {**now, **news})
    if "places" in said:
        by_key = {place["key"]: place for place in said["places"]}
        for place, lines in _places(card):
            nothing = dict.fromkeys(place, "")  # of one that is not said any more
            more = find_news(place, by_key.get(place["key"], nothing))
            _write_place(card, lines, more, place["kind"])
    _write_place(card, main, news)
    return str(card)


def _write_name(card, before, after):
    """Write name and company, and which of both the card is of."""
    name, is_company = after["fn"], bool(after["is_company"])
    named_by, _name = _read_name(card)
    if after["company"] != before["company"]:
        card.write_parts(card.first("org")[0], "ORG", {0: after["company"]})
    if name != before["fn"] and not (named_by == "org" and is_company):
        card.write("fn", escape_value(name))
        parts = list(filter(None, card.parts("n")))
        if not (is_company or (parts and all(one in name for one in parts))):
            given, _blank, family = name.rpartition(" ")
            card.write("n", f"{escape_value(family)};{escape_value(given)};;;")
    if _read(card)["is_company"] != is_company:
        is_4 = before["version"] == "4.0"
        head, word = ("KIND", "org") if is_4 else ("X-ABShowAs", "COMPANY")
        card.write(head, word if is_company else "", head)


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
