# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text of a vCard, read and changed in place.

Only a line whose value changes is written anew. All others, and what the card says in
words that we do not know, stay byte for byte as they came.

Source: RFC 2426 (vCard 3.0), RFC 6350 (vCard 4.0).
"""

import re
from typing import NamedTuple

VERSIONS = ("", "3.0", "4.0")
LINE_BYTES = 75  # of a line as it travels; a longer one is folded
NOT_PREFERRED = 101  # PREF goes from 1, the best, to 100
FAX = 102

# A line and those that continue it, with their ends.
LINES = re.compile(r"[^\n]*\n(?:[ \t][^\n]*(?:\n|\Z))*|[^\n]+\Z")
FOLD = re.compile(r"\r?\n[ \t]")
HEAD = re.compile(r'[^:"]*(?:"[^"]*"[^:"]*)*(?=:)')  # a quoted value may hold a colon
PREF = re.compile(r';pref="?(\d{1,3})\b')
SCHEME = re.compile(r"(?:tel|mailto):", re.IGNORECASE)


class Line(NamedTuple):
    """A line of a card: ``item1.TEL;TYPE=work`` and what follows the colon."""

    text: str  # as it came
    head: str
    value: str

    @property
    def name(self) -> str:
        """Return the name of the property, without its group."""
        return self.head.partition(";")[0].rpartition(".")[2].upper()

    @property
    def rank(self) -> tuple[bool, int]:
        """Return its place among those of its name: filled, preferred, no fax."""
        head = self.head.lower()
        marks = re.split('[;,="]', head)
        if number := PREF.search(head):
            rank = int(number[1])
        else:
            rank = 1 if "pref" in marks else NOT_PREFERRED
        return not self.value.strip(" ;,"), FAX if "fax" in marks else rank


class CardText:
    """A vCard as text.

    Raises:
        ValueError: it is not one vCard of version 3.0 or 4.0.
    """

    def __init__(self, text: str):
        self._lines = [_parse(line) for line in LINES.findall(text)]
        names = [line.name for line in self._lines if line.name]
        borders = [name for name in names if name in ("BEGIN", "END")]
        if borders != ["BEGIN", "END"] or f"{names[0]} {names[-1]}" != "BEGIN END":
            raise ValueError("it is not one card between BEGIN:VCARD and END:VCARD.")
        if (version := self.read("VERSION")) not in VERSIONS:
            raise ValueError(f"its VERSION is {version!r}, expected '3.0' or '4.0'.")

    def __str__(self) -> str:
        return "".join(line.text for line in self._lines)

    def read(self, name: str) -> str:
        """Return the value of a property, that of the preferred line; or nothing."""
        return SCHEME.sub("", unescape(self.read_raw(name)).strip(), count=1)

    def read_parts(self, name: str) -> list[str]:
        r"""Return the parts of a value, as they are written.

        >>> card = "BEGIN:VCARD\nN:van Dam\\; Sr.;Ada;;;\nEND:VCARD"
        >>> CardText(card).read_parts("N")
        ['van Dam\\; Sr.', 'Ada', '', '', '']
        """
        return re.findall(r"(?:^|;)((?:\\.|[^\\;])*)", self.read_raw(name))

    def read_raw(self, name: str) -> str:
        """Return the value of the preferred line as it is written; or nothing."""
        line = self._find(name)
        return line.value if line else ""

    def write(self, name: str, value: str) -> None:
        """Change a property, add it, or remove it when there is no value."""
        scheme = SCHEME.match(self.read_raw(name))
        if scheme and value:  # a URI has no blanks
            value = scheme[0] + "-".join(value.split())
        self.write_raw(name, escape(value))

    def write_raw(self, name: str, value: str) -> None:
        """Change a property to a value that is escaped already."""
        old = self._find(name)
        end = "\r\n" if "\r\n" in (old or self._lines[0]).text else "\n"
        new = _parse(fold(f"{old.head if old else name}:{value}", end))
        if old:
            place = self._lines.index(old)
            self._lines[place : place + 1] = [new] if value else []
        elif value:
            names = [line.name for line in self._lines]
            self._lines.insert(names.index("END"), new)

    def _find(self, name: str) -> Line | None:
        lines = [line for line in self._lines if line.name == name]
        return min(lines, key=lambda line: line.rank, default=None)


def _parse(text: str) -> Line:
    """Return a line with its name and value, without them where it is none."""
    line = FOLD.sub("", text).strip("\ufeff\r\n")
    head = HEAD.match(line)
    if not head:
        return Line(text, "", "")
    return Line(text, head[0], join_letters(line[head.end() + 1 :]))


def unescape(value: str) -> str:
    r"""Return a value as people read it.

    >>> unescape(r"Doe\, Ada\; Countess")
    'Doe, Ada; Countess'
    """
    return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] in "nN" else sign[1], value)


def escape(value: str) -> str:
    r"""Return a text as the value of a line.

    >>> escape("Doe, Ada; Countess")
    'Doe\\, Ada\\; Countess'
    """
    value = re.sub(r"([\\,;])", r"\\\1", value.strip())
    return re.sub(r"\r\n?|\n", r"\\n", value)


def fold(line: str, end: str) -> str:
    """Return a line as it travels, without breaking a letter."""
    pieces, room = [""], LINE_BYTES
    for letter in line:
        size = len(letter.encode(errors="surrogateescape"))
        if size > room:
            pieces.append(" ")
            room = LINE_BYTES - 1
        pieces[-1] += letter
        room -= size
    return end.join((*pieces, ""))


def join_letters(line: str) -> str:
    """Return a line whose letters may have been broken where it was folded."""
    errors = "surrogateescape"
    return line.encode(errors=errors).decode(errors=errors)
