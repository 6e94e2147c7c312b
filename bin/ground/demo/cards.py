# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""vCards of the people, in versions 3.0 and 4.0."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ground.demo.people import Address, Person

OLD_VERSION = "2.1"
LINE_LENGTH = 60  # characters; the standard asks for 75 bytes, and letters may have 3


def write_card(person: Person, version: str) -> str:
    """Return a card, broken in the way the person's ``fault`` says."""
    if person.fault == "no name":
        person = replace(person, name="", family="", given="", company="", emails={})
    said = OLD_VERSION if person.fault == "old version" else version
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{said}",
        f"UID:{person.uid}",
        f"FN:{_text(person.name)}",
        f"N:{_text(person.family)};{_text(person.given)};;;",
        *_write_texts(person),
        *(_write_4(person) if version == "4.0" else _write_3(person)),
        "END:VCARD",
        "",
    ]
    return "\r\n".join(_fold(line) for line in lines)


def _write_texts(person: Person) -> Iterator[str]:
    """Yield the lines that look the same in both versions."""
    if person.company:
        yield f"ORG:{_text(person.company)}"
    if person.title:
        yield f"TITLE:{_text(person.title)}"
    if person.categories:
        yield f"CATEGORIES:{','.join(map(_text, person.categories))}"
    if person.note:
        yield f"NOTE:{_text(person.note)}"


def _write_3(person: Person) -> Iterator[str]:
    """Yield lines as vCard 3.0 has them: TYPE=pref, ENCODING=b, names of countries."""
    if person.is_company:
        yield "X-ABShowAs:COMPANY"
    if person.fault == "no birthday":
        yield "BDAY:last spring"
    elif person.birthday:
        yield f"BDAY:{person.birthday}"
    for use, email in _preferred_last(person.emails):
        yield f"EMAIL;TYPE={use}{_if_first(use, person.emails, ',pref')}:{email}"
    for use, number in _preferred_last(person.phones):
        yield f"TEL;TYPE={use}{_if_first(use, person.phones, ',pref')}:{number}"
    for use, address in _preferred_last(person.addresses):
        types = f"{use}{_if_first(use, person.addresses, ',pref')}"
        yield f"ADR;TYPE={types}:{_address(address, person.region.country)}"
    if person.fault == "no picture":
        yield "PHOTO;ENCODING=b;TYPE=PNG:bm90IGEgcGljdHVyZQ=="
    elif person.picture:
        yield f"PHOTO;ENCODING=b;TYPE=PNG:{person.picture}"


def _write_4(person: Person) -> Iterator[str]:
    """Yield lines as vCard 4.0 has them: KIND, PREF=1, URIs, codes of countries."""
    yield f"KIND:{'org' if person.is_company else 'individual'}"
    if person.fault == "no birthday":
        yield "BDAY:last spring"
    elif person.birthday:
        yield f"BDAY:{person.birthday:%Y%m%d}"
    elif person.title:
        yield "BDAY:--0412"
    for use, email in _preferred_last(person.emails):
        first = _if_first(use, person.emails, ";PREF=1")
        yield f"EMAIL;TYPE={use}{first}:{email}"
    for use, number in _preferred_last(person.phones):
        first = _if_first(use, person.phones, ";PREF=1")
        yield f'TEL;VALUE=uri;TYPE="voice,{use}"{first}:tel:{number}'
    for use, address in _preferred_last(person.addresses):
        first = _if_first(use, person.addresses, ";PREF=1")
        country = f"CC={person.region.code}"
        text = _address(address, person.region.own_name)
        yield f"ADR;TYPE={use}{first};{country}:{text}"
    picture = "bm90IGEgcGljdHVyZQ==" if person.fault == "no picture" else person.picture
    if picture:
        # Radicale cuts it off at signs that are not escaped
        yield rf"PHOTO:data:image/png\;base64\,{picture}"


def _preferred_last(by_use: dict) -> Iterable[tuple]:
    """Return the pairs in an order that says nothing about their preference."""
    return reversed(by_use.items())


def _if_first(use: str, by_use: dict, mark: str) -> str:
    """Return the mark of the preferred one, where there is a choice."""
    return mark if len(by_use) > 1 and use == next(iter(by_use)) else ""


def _address(address: Address, country: str) -> str:
    parts = ("", "", address.street, address.city, "", address.code, country)
    return ";".join(map(_text, parts))


def _text(value: str) -> str:
    for sign in ("\\", ",", ";"):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\n", "\\n")


def _fold(line: str) -> str:
    """Break a long line; what follows begins with a space."""
    starts = range(0, len(line), LINE_LENGTH) if line else [0]
    return "\r\n ".join(line[start : start + LINE_LENGTH] for start in starts)
