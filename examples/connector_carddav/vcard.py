# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text of a vCard of version 3.0 or 4.0, read, and edited property by property.

Only a line whose value changes is written anew: all others stay byte for byte, and so
do the parts of a changed line that nobody changed.

Source: RFC 2426 (vCard 3.0), RFC 6350 (vCard 4.0).
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

TEXTS = ("version", "uid", "title", "url", "note", "kind")
EDITED = ("title", "url", "note")
APPLE_KIND = "x-addressbookserver-kind"  # which vCard 3.0 has no word for
NAMES = ("fn", "n", "nickname", "org", "email")  # the first one that is filled
NAME_ORDER = (3, 1, 2, 0, 4)  # of the parts of N: prefix, given, more, family, suffix
CONTACT_POINTS = ("adr", "tel", "email")
ADDRESS = {"street": 2, "street2": 1, "city": 3, "region": 4, "zip": 5, "country": 6}
KINDS = ("home", "work", "cell")  # what a contact point may be for; others are "other"
FAX, NOT_PREFERRED = "fax", 101  # vCard 4.0 counts from 1, the best, to 100
LINE_BYTES = 75  # of a line as it travels; a longer one is folded
KEY_LENGTH = 12  # hexadecimal digits that tell the places of a card apart

# A line, those that continue it, and empty ones, with their ends.
LOGICAL = re.compile(r"\s*[^\n]+(?:\n(?:[ \t][^\n]*|\r?(?=\n)|\Z))*(?:\n|\Z)")
FOLD = re.compile(r"\r?\n[ \t]")
LINE = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:[^:"]|"[^"]*")*)?):(.*)', re.DOTALL)
PARAM = re.compile(r';([\w-]+)(?:=((?:[^;"]|"[^"]*")*))?')
PARTS = re.compile(r"(?:^|;)((?:\\.|[^\\;])*)", re.DOTALL)
CODE = re.compile(";CC=[^;:]*", re.IGNORECASE)
SCHEME = re.compile(r"(?:tel|mailto):", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(\w+).*?,(.*)", re.DOTALL)


class Line:
    """A property of a card: ``item1.TEL;TYPE=work:1``, as it came."""

    def __init__(self, text: str):
        self.text = text
        line = FOLD.sub("", text).strip("\ufeff\r\n")
        found = LINE.fullmatch(line)
        if not found:
            raise ValueError(f"its line {line[:LINE_BYTES]!r} has no name and value.")
        self.name, self.value = found[1].upper(), found[3]
        self.head = line[: found.start(3) - 1]
        params: dict[str, list[str]] = defaultdict(list)
        for name, value in PARAM.findall(found[2]):
            params[name.upper()].append(value.replace('"', ""))
        self.params = {name: ",".join(some) for name, some in params.items()}
        self.types = set(self.params.get("TYPE", "").lower().split(","))

    @property
    def rank(self) -> int:
        """Its place among those of its name: PREF=1 in vCard 4.0, TYPE=pref in 3.0."""
        number = self.params.get("PREF", "")
        known = int(number) if number.isdecimal() else NOT_PREFERRED
        return 1 if "pref" in self.types else known

    @property
    def kind(self) -> str:
        """What it is for."""
        return next((kind for kind in KINDS if kind in self.types), "other")

    @property
    def plain(self) -> str:
        """The value as people read it, without the scheme of a URI."""
        return SCHEME.sub("", plain(self.value), count=1)


class Card:
    """A vCard as its lines.

    Raises:
        ValueError: the text is not one card.
    """

    def __init__(self, text: str):
        self.lines = [Line(one) for one in LOGICAL.findall(text)]
        borders = [one.name for one in self.lines if one.name in ("BEGIN", "END")]
        names = [one.name for one in (*self.lines[:1], *self.lines[-1:])]
        if not borders == names == ["BEGIN", "END"]:
            raise ValueError("it is not one card between BEGIN:VCARD and END:VCARD.")
        self.end = "\r\n" if "\r\n" in text else "\n"

    def __str__(self) -> str:
        return "".join(line.text for line in self.lines)

    def find(self, name: str) -> list[Line]:
        """Return the filled lines of a name, the preferred ones first."""
        filled = (line for line in self.lines if line.value.strip(" ;,"))
        named = (one for one in filled if one.name == name.upper())
        return sorted((one for one in named if FAX not in one.types), key=_rank)

    def first(self, *names: str) -> list[Line | None]:
        """Return the preferred line of each name, None where there is none."""
        return [next(iter(self.find(name)), None) for name in names]

    def read(self, name: str) -> str:
        """Return the text of a property."""
        return self.parts(name, None)[0]

    def parts(self, name: str, separator: str | None = ";") -> list[str]:
        """Return the parts of a property as plain text."""
        line = self.first(name)[0]
        return split_value(line.value if line else "", separator)

    def write(self, name: str, value: str, head: str = "") -> None:
        """Give a property another value; none removes it.

        Args:
            head: what stands before the value; that of the line by default.
        """
        line = self.first(name)[0]
        self.replace(line, head or (line.head if line else name.upper()), value)

    def replace(self, line: Line | None, head: str, value: str) -> None:
        """Put a line, as it is written, in the place of another one, or at the end."""
        if line and (head, value) == (line.head, line.value):
            return
        new = [Line(_fold(f"{head}:{value}", self.end))] if value.strip(";") else []
        place = self.lines.index(line) if line else len(self.lines) - 1
        self.lines[place : place + bool(line)] = new


def _rank(line: Line) -> int:
    return line.rank


def _fold(line: str, end: str) -> str:
    """Return a line as it travels, without breaking a letter."""
    data, pieces, start, room = line.encode(), [], 0, LINE_BYTES
    while start < len(data):
        stop = min(start + room, len(data))
        while stop < len(data) and data[stop] & 0xC0 == 0x80:  # inside of a letter
            stop -= 1
        pieces.append(data[start:stop].decode())
        start, room = stop, LINE_BYTES - 1
    return f"{end} ".join(pieces) + end


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
            is_escaped = len(token) > 1 and token[0] == "\\"
            letter = "\n" if token in (r"\n", r"\N") else token[1:]
            parts[-1].append(letter if is_escaped else token)
    return ["".join(part).strip() for part in parts]


def plain(value: str) -> str:
    """Return a value as people read it."""
    return split_value(value, None)[0]


def escape(text: str) -> str:
    r"""Return a text as it is written.

    >>> escape("Doe, Ada; Countess")
    'Doe\\, Ada\\; Countess'
    """
    return re.sub(r"\r\n?|\n", r"\\n", re.sub(r"([\\,;])", r"\\\1", text.strip()))


# === READING === #


def read_card(text: str, version: str = "3.0") -> dict:
    """Return what a vCard says.

    The preferred address, phone number and e-mail stand in the dictionary itself,
    all others in its ``places``: what is for the same use makes one place.

    Args:
        version: of a card that does not say its own.

    Raises:
        ValueError: the text is not one vCard, or the card has no name.
    """
    said = _read(Card(text), version)
    if not said["fn"]:
        raise ValueError("it has no name, expected one in FN.")
    return said


def _read(card: Card, version: str = "") -> dict:
    said: dict = {name: card.read(name) for name in TEXTS}
    said["version"] = said["version"] or version
    said["kind"] = (said["kind"] or card.read(APPLE_KIND)).lower()
    said["named_by"], said["fn"] = _read_name(card)
    shown_as = card.read("x-abshowas").lower()
    is_company_3 = shown_as == "company" or said["named_by"] == "org"
    said["is_company"] = (
        said["kind"] == "org" if said["version"] == "4.0" else is_company_3
    )
    said["company"] = card.parts("org")[0]
    categories = (split_value(one.value, ",") for one in card.find("categories"))
    said["categories"] = list(dict.fromkeys(filter(None, sum(categories, []))))
    said["bday"], said["photo"] = map(_read_raw, card.first("bday", "photo"))
    said |= _read_place(card.first(*CONTACT_POINTS))
    said["places"] = [place for place, _lines in _places(card)]
    return said


def _read_name(card: Card) -> tuple[str, str]:
    """Return the line that says the name of a card, and the name."""
    parts = card.parts("n")
    in_order = (parts[place] for place in NAME_ORDER if place < len(parts))
    names = {name: card.read(name) for name in NAMES}
    names["n"] = " ".join(filter(None, in_order))
    names["org"] = next(filter(None, card.parts("org")), "")
    names["email"] = SCHEME.sub("", names["email"], count=1)
    return next((one for one in names.items() if one[1]), ("", ""))


def _read_raw(line: Line | None) -> str:
    """Return a date, or a picture in Base64 or as a URI; nothing for what is in words.

    Some servers escape the signs of a URI, others do not.
    """
    if not line or "text" in line.params.get("VALUE", ""):
        return ""
    is_plain = "ENCODING" in line.params
    return line.value if is_plain else plain(line.value)


def _places(card: Card) -> list[tuple[dict, list[Line | None]]]:
    """Return the places, each with a key that says what it is, and with its lines.

    One address, number and e-mail of a kind belong together. Where there are two of
    something, nobody knows which belongs to which: each is a place of its own.
    """
    found = {}
    others = [card.find(name)[1:] for name in CONTACT_POINTS]
    for kind in (*KINDS, "other"):
        of_kind = [[one for one in lines if one.kind == kind] for lines in others]
        together: Iterable = zip_longest(*of_kind)
        if max(map(len, of_kind)) > 1:
            together = _each_alone(of_kind)
        for lines in together:
            place = _read_place(lines)
            key = f"{kind}-{_hash(place)}"
            found[key] = ({"kind": kind, "key": key, **place}, list(lines))
    return list(found.values())


def _each_alone(of_kind: list[list[Line]]) -> Iterator[list]:
    for column, lines in enumerate(of_kind):
        for line in lines:
            yield [line if place == column else None for place in range(len(of_kind))]


def _hash(place: dict) -> str:
    """Return what tells a place from the others of its card: what it says."""
    said = hashlib.sha256("\n".join(place.values()).encode())
    return said.hexdigest()[:KEY_LENGTH]


def _read_place(lines: Iterable[Line | None]) -> dict:
    """Return the fields of an address, a phone number and an e-mail."""
    adr, tel, email = lines
    parts = split_value(adr.value, ";") if adr else []
    # each part in one line
    parts = [", ".join(part.splitlines()) for part in (*parts, *[""] * 7)[:7]]
    return {
        **{name: parts[number] for name, number in ADDRESS.items()},
        "street2": ", ".join(filter(None, (parts[1], parts[0]))),
        "country_code": adr.params.get("CC", "") if adr else "",
        "phone": tel.plain if tel else "",
        "email": email.plain if email else "",
    }


# === EDITING === #


def new_card(uid: str, version: str, said: Mapping) -> str:
    """Return the text of a new card."""
    text = f"BEGIN:VCARD\r\nVERSION:{version}\r\nUID:{escape(uid)}\r\nEND:VCARD\r\n"
    return edit_card(text, said)


def edit_card(text: str, said: Mapping) -> str:
    """Return the text of a card that says something else.

    Args:
        text: of the card.
        said: what it is to say, in the keys of :func:`read_card`. What is not in it
            stays as it is, and so does what the card says already.
    """
    card = Card(text)
    now = _read(card)
    news = _news(now, said)
    main, is_4 = card.first(*CONTACT_POINTS), now["version"] == "4.0"
    for name in [name for name in EDITED if name in news]:
        card.write(name, escape(news[name]))
    if not {"fn", "company", "is_company"}.isdisjoint(news):
        _write_name(card, now, {**now, **news})
    if "categories" in news:
        for line in card.find("categories")[1:]:
            card.replace(line, "", "")
        card.write("categories", ",".join(map(escape, news["categories"])))
    if "bday" in news:
        day = news["bday"].replace("-", "") if is_4 else news["bday"]
        card.write("bday", day, "BDAY")
    if "photo" in news:
        found = PICTURE.fullmatch(news["photo"])
        head, value = (
            "PHOTO",
            escape(news["photo"]),
        )  # Radicale cuts it off at its signs
        if found and not is_4:
            head, value = f"PHOTO;ENCODING=b;TYPE={found[1].upper()}", found[2]
        card.write("photo", value, head)
    if "places" in said:
        _write_places(card, {place["key"]: place for place in said["places"]})
    _write_place(card, main, news)
    return str(card)


def _news(now: Mapping, said: Mapping) -> dict:
    """Return what is said now and was not before, None as nothing."""
    return {
        name: value or ""
        for name, value in said.items()
        if (value or "") != (now.get(name) or "")
    }


def _write_name(card: Card, before: Mapping, after: Mapping) -> None:
    """Write name and company, and which of both the card is of."""
    name, is_company = after["fn"], bool(after["is_company"])
    if after["company"] != before["company"]:
        _write_parts(card, card.first("org")[0], "ORG", {0: after["company"]})
    if name != before["fn"] and not (before["named_by"] == "org" and is_company):
        card.write("fn", escape(name))
        parts = list(filter(None, card.parts("n")))
        if not (is_company or (parts and all(one in name for one in parts))):
            given, _blank, family = name.rpartition(" ")
            card.write("n", f"{escape(family)};{escape(given)};;;")
    if _read(card)["is_company"] != is_company:
        is_4 = before["version"] == "4.0"
        property_, word = ("KIND", "org") if is_4 else ("X-ABShowAs", "COMPANY")
        card.write(property_, word if is_company else "", property_)


def _write_places(card: Card, said: Mapping[str, Mapping]) -> None:
    """Write what further places say, by the keys that they have; others are removed."""
    for place, lines in _places(card):
        type_ = f";TYPE={place['kind']}" if place["kind"] in KINDS else ""
        nothing = dict.fromkeys(place, "")
        news = _news(place, said.get(place["key"], nothing))
        _write_place(card, lines, news, type_)


def _write_place(
    card: Card, lines: Iterable[Line | None], news: Mapping, type_: str = ""
) -> None:
    """Write what is new of an address, a phone number and an e-mail."""
    adr, tel, email = lines
    parts = {place: news[name] for name, place in ADDRESS.items() if name in news}
    if "street2" in news:
        parts[0] = ""  # the box is read with it
    head = adr.head if adr else f"ADR{type_}"
    if "country_code" in news:
        code = news["country_code"]
        head = CODE.sub(f";CC={code}" if code else "", head)
    _write_parts(card, adr, head, parts, len(ADDRESS) + 1)
    for name, line, key in (("TEL", tel, "phone"), ("EMAIL", email, "email")):
        if key in news:
            text = escape(news[key])
            if text and line and (scheme := SCHEME.match(line.value)):
                text = scheme[0] + "-".join(text.split())  # a URI has no blanks
            card.replace(line, line.head if line else f"{name}{type_}", text)


def _write_parts(
    card: Card, line: Line | None, head: str, news: Mapping[int, str], size: int = 1
) -> None:
    """Write parts of a value by their places; the others stay as they are written."""
    parts = PARTS.findall(line.value) if line else []
    parts += [""] * (size - len(parts))
    for place, text in news.items():
        parts[place] = escape(text)
    if news or (line and line.head != head):
        card.replace(line, head, ";".join(parts))
