# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values of content lines: texts, lists, dates and pictures, as vCards write them.

Each is read as plain data, and written in the form of the version of the vCard.
"""

import re

from .content_lines import ContentLine, ContentLines, escape_value, split_value

VERSION_4 = "4.0"
# Without a year, which some programs write as 0000 or 1604.
PART_OF_DATE = re.compile(r"(0000|1604).*|\d{4}(-?\d\d)?|--\d\d(-?\d\d)?|---\d\d")
DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
LINK = re.compile(r"(?!data:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
DATA_URI = re.compile(r"data:image/(\w+).*?,(.*)", re.DOTALL)


class LineText:
    """A text.

    Args:
        name: of the property; of several lines, the preferred one counts.
    """

    def __init__(self, name: str):
        self.name = name

    def read(self, lines: ContentLines) -> object:
        """Return what a text of content lines says; something empty for nothing."""
        return lines.read(self.name)

    def write(self, lines: ContentLines, value: object) -> None:
        """Let a text of content lines say something else; something empty removes it.

        Args:
            value: in the form in which it is read.
        """
        lines.write(self.name, escape_value(str(value)))


class LineTexts(LineText):
    """A list of texts, from all lines of a name, each once."""

    def read(self, lines: ContentLines) -> object:
        """Return the texts."""
        found = lines.find(self.name)
        texts = [text for one in found for text in split_value(one.value, ",")]
        return list(dict.fromkeys(filter(None, texts)))

    def write(self, lines: ContentLines, value: object) -> None:
        """Write the texts in one line."""
        texts = value if isinstance(value, list | tuple) else []
        for line in lines.find(self.name)[1:]:
            lines.replace(line, "", "")
        lines.write(self.name, ",".join(map(escape_value, texts)))


class LineDay(LineText):
    """A date as ``1985-04-12``, also of a time; one without a year is left out.

    What is no date is returned as it is.
    """

    def read(self, lines: ContentLines) -> object:
        """Return the date."""
        day = _raw(lines.first(self.name)[0]).partition("T")[0]
        return "" if PART_OF_DATE.fullmatch(day) else DATE.sub(r"\1-\2-\3", day)

    def write(self, lines: ContentLines, value: object) -> None:
        """Write the date; vCard 4.0 has it without signs between its parts."""
        is_4 = lines.read("version") == VERSION_4
        day = str(value).replace("-", "") if is_4 else str(value)
        lines.write(self.name, day, self.name.upper())


class LinePicture(LineText):
    """A picture as Base64 or as a ``data:`` URI; one behind a link is left out.

    It is written from a ``data:`` URI.
    """

    def read(self, lines: ContentLines) -> object:
        """Return the picture."""
        value = _raw(lines.first(self.name)[0])
        return "" if LINK.match(value) else value

    def write(self, lines: ContentLines, value: object) -> None:
        """Write the picture."""
        head, text = self.name.upper(), escape_value(str(value))  # some cut it at signs
        found = DATA_URI.fullmatch(str(value))
        if found and lines.read("version") != VERSION_4:
            head, text = f"{head};ENCODING=b;TYPE={found[1].upper()}", found[2]
        lines.write(self.name, text, head)


def _raw(line: ContentLine | None) -> str:
    """Return a value that is no text: some servers escape its signs, others do not."""
    if not line or "text" in line.params.get("VALUE", ""):
        return ""
    return line.value if "ENCODING" in line.params else line.plain
