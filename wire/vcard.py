# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""vCards of version 3.0 and 4.0: whose they are, and their properties as plain data.

Source: RFC 2426 (vCard 3.0), RFC 6350 (vCard 4.0).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .content_lines import ContentLines, escape_value
from .content_values import VERSION_4, LineText

VERSIONS = ("3.0", VERSION_4)
APPLE_KIND = "x-addressbookserver-kind"  # which vCard 3.0 has no word for
APPLE_COMPANY = "X-ABShowAs"  # what vCard 4.0 says by KIND:org
NAMES = ("fn", "n", "nickname", "org", "email")  # the first one that is filled
NAME_ORDER = (3, 1, 2, 0, 4)  # of the parts of N: prefix, given, more, family, suffix


class VCard(ContentLines):
    """A vCard.

    Args:
        text: of the card.
        version: of a card that does not say its own.

    Raises:
        ValueError: the text is not one vCard.
    """

    values: Sequence[LineText] = ()
    """Properties that :meth:`read_values` reads, by their names."""

    def __init__(self, text: str, version: str = "") -> None:
        super().__init__(text)
        self.version = self.read("version") or version

    def check(self) -> None:
        """Refuse a card that nobody can read.

        Raises:
            ValueError: it is of an unknown version, or has no name.
        """
        if self.version not in VERSIONS:
            expected = " or ".join(map(repr, VERSIONS))
            raise ValueError(f"its VERSION is {self.version!r}, expected {expected}.")
        if not self.name:
            raise ValueError("it has no name, expected one in FN.")

    # === WHOSE IT IS === #

    @property
    def kind(self) -> str:
        """What it is of, such as ``individual``, ``org`` or ``group``; may be empty."""
        return (self.read("kind") or self.read(APPLE_KIND)).lower()

    @property
    def is_company(self) -> bool:
        """Whether it is of a company, not of a person."""
        if self.version == VERSION_4:
            return self.kind == "org"
        is_shown_so = self.read(APPLE_COMPANY).lower() == "company"
        return self.kind == "org" or is_shown_so or self._named_by()[0] == "org"

    @property
    def name(self) -> str:
        """The name: that in full, in parts, the nickname, the company or the e-mail."""
        return self._named_by()[1]

    def write_name(self, name: str, company: str, is_company: bool) -> None:
        """Write name and company, and which of both the card is of.

        The parts of a name are left alone as long as all of them are in it.
        """
        named_by, before = self._named_by()
        (org,) = self.first("org")
        if company != self.parts("org")[0]:
            self.write_parts(org, "ORG", {0: company})
        if name != before and not (named_by == "org" and is_company):
            self.write("fn", escape_value(name))
            parts = list(filter(None, self.parts("n")))
            if not (is_company or (parts and all(one in name for one in parts))):
                given, _blank, family = name.rpartition(" ")
                self.write("n", f"{escape_value(family)};{escape_value(given)};;;")
        if self.is_company != is_company:
            is_4 = self.version == VERSION_4
            head, word = ("KIND", "org") if is_4 else (APPLE_COMPANY, "COMPANY")
            self.write(head, word if is_company else "", head)

    # === VALUES === #

    def read_values(self) -> dict[str, Any]:
        """Return what its declared properties say, by their names."""
        return {value.name: value.read(self) for value in self.values}

    def write_values(self, news: Mapping[str, Any]) -> None:
        """Write those of its declared properties that are news."""
        for value in self.values:
            if value.name in news:
                value.write(self, news[value.name])

    def _named_by(self) -> tuple[str, str]:
        """Return the property that says the name, and the name."""
        parts = dict(enumerate(self.parts("n")))
        (email,) = self.first("email")
        names = {one: self.read(one) for one in NAMES}
        names["n"] = " ".join(filter(None, map(parts.get, NAME_ORDER)))
        names["org"] = next(filter(None, self.parts("org")), "")
        names["email"] = email.plain if email else ""
        return next((one for one in names.items() if one[1]), ("", ""))


def new_vcard(version: str, uid: str) -> str:
    """Return the text of a new card, which says nothing yet."""
    uid = escape_value(uid)
    return f"BEGIN:VCARD\r\nVERSION:{version}\r\nUID:{uid}\r\nEND:VCARD\r\n"
