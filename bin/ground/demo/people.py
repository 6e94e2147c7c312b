# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""People of the address books, the same in every run."""

import base64
import random
import struct
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

from ground.demo.world import CATEGORIES, REGIONS, TITLES, Region

SEED = 1815  # the year in which Ada Lovelace was born
BROKEN_EVERY = 83  # one card in so many is broken
FAULTS = ("no name", "no birthday", "no picture", "old version")
REFUSED = ("no name", "old version")  # the others cost a part of the card only
YEARS = date(1940, 1, 1), 365 * 65  # birthdays: the first one, and how many days on
PICTURE_SIZE = 16  # pixels


@dataclass(frozen=True)
class Address:
    """A postal address."""

    street: str
    city: str
    code: str


@dataclass(frozen=True)
class Person:
    """A person or a company, as a card and as a contact describe it.

    Of addresses, numbers and e-mails the first is the preferred one; each is for a
    use: ``home``, ``work`` or, only for numbers, ``cell``.
    """

    uid: str
    region: Region
    name: str
    family: str
    given: str
    is_company: bool
    company: str
    title: str
    birthday: date | None
    addresses: dict[str, Address]
    phones: dict[str, str]
    emails: dict[str, str]
    categories: tuple[str, ...]
    picture: str  # PNG in base64, or nothing
    note: str
    fault: str  # one of FAULTS, or nothing


def make_people(count: int) -> list[Person]:
    """Return so many people; the first ones are the same for every count."""
    return [_make_person(number) for number in range(1, count + 1)]


def _make_person(number: int) -> Person:
    dice = random.Random(SEED + number)  # noqa: S311 nothing secret
    region = dice.choice(REGIONS)
    given = dice.choice(region.given.split())
    family = dice.choice(region.family.split())
    is_company = dice.random() < 0.1
    company = region.company.format(dice.choice(region.family.split()))
    uses = dice.sample(("home", "work"), k=dice.choice((0, 1, 1, 1, 2)))
    return Person(
        uid=f"demo-{number:05}",
        region=region,
        name=company if is_company else f"{given} {family}",
        family="" if is_company else family,
        given="" if is_company else given,
        is_company=is_company,
        company=company if is_company or dice.random() < 0.4 else "",
        title="" if is_company else dice.choice(TITLES),
        birthday=None if is_company else _make_birthday(dice),
        addresses={use: _make_address(dice, region) for use in uses},
        phones=_make_phones(dice, region),
        emails=_make_emails(dice, number),
        categories=tuple(dice.sample(CATEGORIES, k=dice.choice((0, 0, 1, 1, 2)))),
        picture=_make_picture(dice) if dice.random() < 0.2 else "",
        note="Met at the fair;\nlikes tea, not coffee." if dice.random() < 0.1 else "",
        fault=_fault_of(number),
    )


def _make_birthday(dice: random.Random) -> date | None:
    first, days = YEARS
    is_known = dice.random() < 0.3
    return first + timedelta(days=dice.randrange(days)) if is_known else None


def _make_address(dice: random.Random, region: Region) -> Address:
    city, code = dice.choice(region.cities)
    street = dice.choice(region.streets.split("|"))
    return Address(f"{street} {dice.randint(1, 120)}", city, code)


def _make_phones(dice: random.Random, region: Region) -> dict[str, str]:
    uses = dice.sample(("cell", "home", "work"), k=dice.choice((0, 1, 1, 2, 3)))
    return {use: f"{region.dial}-{dice.randrange(10**6, 10**7)}" for use in uses}


def _make_emails(dice: random.Random, number: int) -> dict[str, str]:
    uses = dice.sample(("home", "work"), k=dice.choice((0, 1, 1, 1, 2)))
    return {use: f"contact.{number}@{use}.example.com" for use in uses}


def _make_picture(dice: random.Random) -> str:
    """Return a square of two colours in base64."""
    colours = [bytes(dice.randrange(256) for _channel in range(3)) for _half in "ab"]
    half = PICTURE_SIZE // 2
    row = b"\0" + colours[0] * half + colours[1] * half
    header = struct.pack(">IIBBBBB", PICTURE_SIZE, PICTURE_SIZE, 8, 2, 0, 0, 0)
    chunks = [
        (b"IHDR", header),
        (b"IDAT", zlib.compress(row * PICTURE_SIZE)),
        (b"IEND", b""),
    ]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(*chunk) for chunk in chunks)
    return base64.b64encode(png).decode()


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def _fault_of(number: int) -> str:
    turn, rest = divmod(number, BROKEN_EVERY)
    return "" if rest != BROKEN_EVERY // 10 else FAULTS[turn % len(FAULTS)]
