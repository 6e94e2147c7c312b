# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Content lines: the text of a vCard, read, and edited property by property.

Only a line whose value changes is written anew: all others stay byte for byte, and so
do the parts of a changed line that nobody changed.

Source: RFC 2426 (vCard 3.0), RFC 6350 (vCard 4.0), RFC 5545 §3.1 (content lines).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

NOT_PREFERRED = 101  # vCard 4.0 counts from 1, the best, to 100
LINE_BYTES = 75  # of a line as it travels; a longer one is folded

# A line, those that continue it, and empty ones, with their ends.
LOGICAL = re.compile(r"\s*[^\n]+(?:\n(?:[ \t][^\n]*|\r?(?=\n)|\Z))*(?:\n|\Z)")
FOLD = re.compile(r"\r?\n[ \t]")
LINE = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:[^:"]|"[^"]*")*)?):(.*)', re.DOTALL)
PARAM = re.compile(r';([\w-]+)(?:=((?:[^;"]|"[^"]*")*))?')
SCHEME = re.compile(r"(?:tel|mailto):", re.IGNORECASE)
PARTS = re.compile(r"(?:^|;)((?:\\.|[^\\;])*)", re.DOTALL)


class ContentLine:
    """A property: ``item1.TEL;TYPE=work:1``, as it came.

    Attributes:
        text: as it came, folds and end included.
        head: what stands before the value.
        name: in capitals, without its group.
        value: as it is written, unfolded.
        params: the values of each parameter, with commas between several.
        types: those of the parameter TYPE, in small letters.
    """

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
    def plain(self) -> str:
        """The value as people read it, without the scheme of a number or an e-mail."""
        return SCHEME.sub("", split_value(self.value, None)[0], count=1)

    def use(self, known: Sequence[str], other: str = "other") -> str:
        """Return what it is for: the first one of some types that it has."""
        return next((one for one in known if one in self.types), other)

    def parts(self, places: Mapping[str, int]) -> dict[str, str]:
        """Return the parts of a structured value by their names, each in one line.

        Args:
            places: by the name, the place of a part, from 0.
        """
        found = split_value(self.value, ";")
        texts = [", ".join(text.splitlines()) for text in found]
        texts += [""] * (max(places.values()) + 1 - len(texts))
        return {name: texts[place] for name, place in places.items()}


class ContentLines:
    """A text of content lines.

    Args:
        text: between BEGIN and END.

    Raises:
        ValueError: it is not one text of its kind.
    """

    component = "VCARD"
    """What stands behind BEGIN and END."""

    def __init__(self, text: str):
        self.lines = [ContentLine(one) for one in LOGICAL.findall(text)]
        whole = [("BEGIN", self.component), ("END", self.component)]
        marks = [(one.name, one.value.strip().upper()) for one in self.lines]
        if [one for one in marks if one in whole] != whole:
            raise ValueError(self._not_one())
        if [marks[0], marks[-1]] != whole:
            raise ValueError(self._not_one())
        self.end = "\r\n" if "\r\n" in text else "\n"

    def __str__(self) -> str:
        return "".join(line.text for line in self.lines)

    # === READING === #

    def find(self, name: str) -> list[ContentLine]:
        """Return the filled lines of a name, the preferred ones first."""
        filled = (line for line in self.lines if line.value.strip(" ;,"))
        named = (line for line in filled if line.name == name.upper())
        return sorted(named, key=lambda line: line.rank)

    def first(self, *names: str) -> list[ContentLine | None]:
        """Return the preferred line of each name, None where there is none."""
        return [next(iter(self.find(name)), None) for name in names]

    def read(self, name: str) -> str:
        """Return the text of a property; empty where there is none."""
        return self.parts(name, None)[0]

    def parts(self, name: str, separator: str | None = ";") -> list[str]:
        """Return the parts of a property as plain text."""
        (line,) = self.first(name)
        return split_value(line.value if line else "", separator)

    def further(
        self, names: Sequence[str], known: Sequence[str]
    ) -> list[tuple[str, list[ContentLine | None]]]:
        """Return the lines besides the preferred ones, by what they are for.

        One of each name and use belong together. Where there are two of a name, nobody
        knows which belongs to which: each stands alone.

        Args:
            names: of properties, such as ``("adr", "tel", "email")``.
            known: types that say what a line is for; all others are ``other``.

        Returns:
            The use, and a line or None for each name.
        """
        found: list[tuple[str, list[ContentLine | None]]] = []
        others = [self.find(name)[1:] for name in names]
        for use in (*known, "other"):
            columns = [[x for x in lines if x.use(known) == use] for lines in others]
            together: Iterable[Any] = zip_longest(*columns)
            if max(map(len, columns)) > 1:
                alone = [(n, one) for n, lines in enumerate(columns) for one in lines]
                together = (
                    [one if place == n else None for place in range(len(names))]
                    for n, one in alone
                )
            found += [(use, list(lines)) for lines in together]
        return found

    # === EDITING === #

    def write(self, name: str, value: str, head: str = "") -> None:
        """Give a property another value, as it is written; none removes it.

        Args:
            head: what stands before the value; that of the line by default.
        """
        (line,) = self.first(name)
        self.replace(line, head or (line.head if line else name.upper()), value)

    def write_parts(
        self,
        line: ContentLine | None,
        head: str,
        news: Mapping[int, str],
        size: int = 1,
    ) -> None:
        """Give parts of a value other texts, by their places; others stay as written.

        Args:
            line: that has the value; None for a new one.
            head: what stands before the value.
            news: plain texts by the place of their part, from 0.
            size: number of parts that the value has at least.
        """
        parts = PARTS.findall(line.value) if line else []
        parts += [""] * (size - len(parts))
        for place, text in news.items():
            parts[place] = escape_value(text)
        if news or (line and line.head != head):
            self.replace(line, head, ";".join(parts))

    def write_text(
        self, line: ContentLine | None, text: str, name: str, types: str = ""
    ) -> None:
        """Give a line another text; none removes it. A URI keeps its scheme.

        Args:
            line: None for a new one.
            name: of a new line.
            types: what a new line is for, such as ``home``.
        """
        written = escape_value(text)
        if written and line and (scheme := SCHEME.match(line.value)):
            written = scheme[0] + "-".join(written.split())  # a URI has no blanks
        self.replace(line, line.head if line else new_head(name, types), written)

    def replace(self, line: ContentLine | None, head: str, value: str) -> None:
        """Put a line, as it is written, in the place of another one, or at the end."""
        if line and (head, value) == (line.head, line.value):
            return
        text = _fold(f"{head}:{value}", self.end)
        new = [ContentLine(text)] if value.strip(";") else []
        place = self.lines.index(line) if line else len(self.lines) - 1
        self.lines[place : place + bool(line)] = new

    def _not_one(self) -> str:
        return f"it is not one {self.component} between BEGIN and END."


def new_head(name: str, types: str = "") -> str:
    """Return what stands before the value of a new line."""
    return f"{name.upper()};TYPE={types}" if types else name.upper()


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


def escape_value(text: str) -> str:
    r"""Return a text as it is written.

    >>> escape_value("Doe, Ada; Countess")
    'Doe\\, Ada\\; Countess'
    """
    return re.sub(r"\r\n?|\n", r"\\n", re.sub(r"([\\,;])", r"\\\1", text.strip()))


def find_news(now: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said now and was not before, an empty text for nothing.

    >>> find_news({"a": "1", "b": ""}, {"a": "2", "b": None})
    {'a': '2'}
    """
    return {
        name: value or ""
        for name, value in said.items()
        if (value or "") != (now.get(name) or "")
    }


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
