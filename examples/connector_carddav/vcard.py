# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading of a card: what a vCard of version 3.0 or 4.0 says.

vobject takes the lines apart. Their values are read here: vobject knows those of
vCard 3.0 only, and would cut a picture of vCard 4.0 off at its first comma.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import zip_longest

from vobject.base import (
    ContentLine,
    ParseError,
    getLogicalLines,
    textLineToContentLine,
)

TEXTS = ("version", "uid", "title", "url", "note", "kind", "x-abshowas")
APPLE_KIND = "x-addressbookserver-kind"  # which vCard 3.0 has no word for
NAMES = ("fn", "n", "nickname", "org", "email")  # the first one that is filled
NAME_ORDER = (3, 1, 2, 0, 4)  # of the parts of N: prefix, given, more, family, suffix
CONTACT_POINTS = ("adr", "tel", "email")
KINDS = ("home", "work", "cell")  # what a contact point may be for; others are "other"
IGNORED_TYPE = "fax"
PREFERRED = 1  # vCard 4.0 counts from 1, the best, to 100
NOT_PREFERRED = 101
SCHEME = re.compile(r"(?:tel|mailto):", re.IGNORECASE)
KEY_LENGTH = 12  # hexadecimal digits that tell the places of a card apart

Lines = dict[str, list[ContentLine]]


def read_card(text: str) -> dict:
    """Return what a vCard of version 3.0 or 4.0 says.

    The preferred address, phone number and e-mail stand in the dictionary itself,
    all others in its ``places``: what is for the same use makes one place.

    Raises:
        ValueError: the text is not one vCard, or the card has no name.
    """
    lines = _group_lines(_read_lines(text))
    card: dict = {name: _text(lines[name]) for name in TEXTS}
    card["kind"] = card["kind"] or _text(lines[APPLE_KIND])
    card["named_by"], card["fn"] = _read_name(lines)
    card["company"] = _parts(lines["org"], ";")[0]
    categories = (split_value(line.value, ",") for line in lines["categories"])
    card["categories"] = list(dict.fromkeys(filter(None, sum(categories, []))))
    card["bday"] = _birthday(lines["bday"])
    card["photo"] = _photo(lines["photo"])
    main = (lines[name].pop(0) if lines[name] else None for name in CONTACT_POINTS)
    card |= _read_place(*main)
    card["places"] = list(_read_places(lines))
    return card


def _read_name(lines: Lines) -> tuple[str, str]:
    """Return the name of a card, and the line that says it."""
    parts = _parts(lines["n"], ";")
    in_order = (parts[place] for place in NAME_ORDER if place < len(parts))
    names = {name: _text(lines[name]) for name in NAMES}
    names["n"] = " ".join(filter(None, in_order))
    names["org"] = next(filter(None, _parts(lines["org"], ";")), "")
    names["email"] = SCHEME.sub("", names["email"], count=1)
    for line, name in names.items():
        if name:
            return line, name
    raise ValueError("it has no name, expected one in FN.")


def split_value(value: str, separator: str | None) -> list[str]:
    r"""Return the parts of a value as plain text.

    >>> split_value(r"Doe\, Inc.;Sales\nEast", ";")
    ['Doe, Inc.', 'Sales\nEast']
    """
    parts: list[list[str]] = [[]]
    for token in re.findall(r"\\.|[^\\,;]+|.", value, re.DOTALL):
        if token == separator:
            parts.append([])
        else:
            parts[-1].append(_unescape(token))
    return ["".join(part).strip() for part in parts]


def _unescape(token: str) -> str:
    if len(token) < 2 or token[0] != "\\":
        return token
    return "\n" if token in (r"\n", r"\N") else token[1:]


# === LINES === #


def _read_lines(text: str) -> list[ContentLine]:
    """Return the lines between BEGIN and END."""
    try:
        lines = [
            textLineToContentLine(line, number)
            for line, number in getLogicalLines(
                StringIO(text.lstrip("\ufeff")), allowQP=False
            )
        ]
    except ParseError as error:
        raise ValueError(f"{error.msg}.") from error
    borders = [line.name for line in lines if line.name in ("BEGIN", "END")]
    if borders != ["BEGIN", "END"] or lines[0].name + lines[-1].name != "BEGINEND":
        raise ValueError("it is not one card between BEGIN:VCARD and END:VCARD.")
    return lines[1:-1]


def _group_lines(lines: Iterable[ContentLine]) -> Lines:
    """Return the filled lines by name in lower case, the preferred ones first."""
    grouped: Lines = defaultdict(list)
    for line in sorted(lines, key=_preference):
        if line.value.strip(" ;,") and IGNORED_TYPE not in _types(line):
            grouped[line.name.lower()].append(line)
    return grouped


def _types(line: ContentLine) -> set[str]:
    # vCard 4.0 may put several types in one quoted value
    return set(",".join(line.params.get("TYPE", ())).lower().split(","))


def _preference(line: ContentLine) -> int:
    """Return the place in the order: PREF=1 in vCard 4.0, TYPE=pref in 3.0."""
    if "pref" in _types(line):
        return PREFERRED
    number = "".join(line.params.get("PREF", ()))
    return int(number) if number.isdecimal() else NOT_PREFERRED


def _kind(line: ContentLine) -> str:
    types = _types(line)
    return next((kind for kind in KINDS if kind in types), "other")


def _text(lines: list[ContentLine]) -> str:
    return _parts(lines, None)[0]


def _parts(lines: list[ContentLine], separator: str | None) -> list[str]:
    return split_value(lines[0].value if lines else "", separator)


def _birthday(lines: list[ContentLine]) -> str:
    """Return the date as it is written; nothing for what is said in words."""
    is_in_words = lines and "text" in lines[0].params.get("VALUE", ())
    return lines[0].value.strip() if lines and not is_in_words else ""


def _photo(lines: list[ContentLine]) -> str:
    """Return a picture in Base64 or as a URI.

    Some servers escape the signs of the URI, others do not.
    """
    if lines and "ENCODING" in lines[0].params:
        return lines[0].value
    return _text(lines)


# === PLACES === #


def _read_places(lines: Lines) -> Iterator[dict]:
    """Yield the places, each with a key that says what it is.

    One address, number and e-mail of a kind belong together. Where there are two of
    something, nobody knows which belongs to which: each is a place of its own.
    """
    for kind in (*KINDS, "other"):
        of_kind = [
            [line for line in lines[name] if _kind(line) == kind]
            for name in CONTACT_POINTS
        ]
        together = zip_longest(*of_kind)
        if max(map(len, of_kind)) > 1:
            together = _each_alone(of_kind)
        places = (_read_place(*points) for points in together)
        by_key = {_key(kind, place): place for place in places}
        for key, place in by_key.items():
            yield {"kind": kind, "key": key, **place}


def _each_alone(of_kind: list[list[ContentLine]]) -> Iterator[list]:
    for column, lines in enumerate(of_kind):
        for line in lines:
            yield [line if place == column else None for place in range(len(of_kind))]


def _key(kind: str, place: dict) -> str:
    """Return what tells a place from the others of its card: what it says."""
    said = hashlib.sha256("\n".join(place.values()).encode())
    return f"{kind}-{said.hexdigest()[:KEY_LENGTH]}"


def _read_place(
    adr: ContentLine | None, tel: ContentLine | None, email: ContentLine | None
) -> dict:
    """Return the fields of an address, a phone number and an e-mail."""
    box, extended, street, city, region, code, country = _address_parts(adr)
    return {
        "street": street,
        "street2": ", ".join(filter(None, (extended, box))),
        "city": city,
        "region": region,
        "zip": code,
        "country": country,
        "country_code": "".join(adr.params.get("CC", ())) if adr else "",
        "phone": _without_scheme(tel),
        "email": _without_scheme(email),
    }


def _without_scheme(line: ContentLine | None) -> str:
    """Return a number or an e-mail, which vCard 4.0 may write as a URI."""
    return SCHEME.sub("", split_value(line.value, None)[0], count=1) if line else ""


def _address_parts(adr: ContentLine | None) -> list[str]:
    """Return the seven parts of an address, each in one line."""
    parts = split_value(adr.value, ";") if adr else []
    return [", ".join(part.splitlines()) for part in (*parts, *[""] * 7)[:7]]
