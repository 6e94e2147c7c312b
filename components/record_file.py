# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Record files: records from CSV, JSON lines and XLSX, from any place of a file on.

Nothing is guessed: encoding and delimiter are what the adapter declares. A record that
cannot be read is given as an :class:`UnreadableRecord`, to be rejected alone; what
makes the whole file unreadable, such as another encoding, is raised.
"""

import csv
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from ..exception import InvalidDataError, InvalidUsageError
from .folder import open_file
from .paged_adapter import Record

UTF8_BOM = b"\xef\xbb\xbf"
ROW_SIZE = 16 * 1024 * 1024  # bytes of one record: a quote that never ends is longer
PARTS_SIZE = 256 * 1024 * 1024  # bytes of an XLSX that stay in memory: its texts
SHOWN = 80  # characters of a line that a message shows
OTHER_DELIMITERS = ";,\t|"


class Place(NamedTuple):
    """Where the next record of a file begins."""

    at: int = 0  # bytes of a text file; rows of a sheet
    line: int = 1


class UnreadableRecord(dict[str, object]):
    """A part of a file that is no record, with the reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(file=file, line=line)
        self.reason = f"Line {line} of {file!r}: {reason}"


Placed = tuple[Record, Place]  # a record and the place after it


@dataclass(frozen=True)
class RecordFile:
    """A file with records.

    Args:
        path: where it is.
        id: key of a record with its external id.
        encoding: of text.
        delimiter: what separates the values of a CSV file.
        sheet: name of a sheet of an XLSX file; None for the first one.
    """

    path: Path
    id: str
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    sheet: str | None = None

    def records(self, place: Place) -> Iterator[Placed]:
        """Return the records from a place on, each with the place after it.

        Raises:
            InvalidDataError: the file cannot be read as it is declared.
        """
        raise NotImplementedError

    def _wrong(self, line: int, reason: str) -> InvalidDataError:
        return InvalidDataError(f"Line {line} of {self.path.name!r}: {reason}")

    def _bad(self, line: int, reason: str) -> UnreadableRecord:
        return UnreadableRecord(self.path.name, line, reason)

    def _check_keys(self, keys: Sequence[str], hint: str = "") -> None:
        """Refuse a first line that does not name each value once, and the id."""
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if "" in keys or twice:
            wrong = f"{twice[0]!r} twice" if any(twice) else "one that is empty"
            raise self._wrong(
                1, f"its keys are {_listed(keys)}, {wrong}. Correct the file."
            )
        if self.id not in keys:
            raise self._wrong(
                1,
                f"its keys are {_listed(keys)}, expected {self.id!r} among them, the "
                f"external id.{hint} Correct the file, or what the adapter declares.",
            )


class _Lines:
    """Decoded lines of a text file, and the place after the last one given."""

    def __init__(self, record_file: RecordFile, file: BinaryIO, place: Place) -> None:
        self.record_file = record_file
        self.file = file
        self.encoding = _ascii_like(record_file.encoding)
        self.jump(place)

    def jump(self, place: Place) -> None:
        """Go to the beginning of a record."""
        self.place = self.start = place
        self.file.seek(place.at)

    def begin_record(self) -> Place:
        """Note that the next line begins a record, and return its place."""
        self.start = self.place
        return self.place

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self.file.readline(ROW_SIZE + 1)
        if not raw:
            raise StopIteration
        before = self.place
        self.place = Place(before.at + len(raw), before.line + 1)
        if self.place.at - self.start.at > ROW_SIZE:
            raise self.record_file._wrong(
                self.start.line,
                f"the record has more than {ROW_SIZE:,} bytes. Check the ends of the "
                'lines, and that each " is closed.',
            )
        return self._decode(raw, before)

    def _decode(self, raw: bytes, place: Place) -> str:
        if not place.at and self.record_file.encoding.lower() in BOM_ENCODINGS:
            raw = raw.removeprefix(UTF8_BOM)
        try:
            return raw.decode(self.encoding)
        except UnicodeDecodeError as error:
            seen = raw[max(error.start - 10, 0) : error.end + 10]
            raise self.record_file._wrong(
                place.line,
                f"{seen!r} is not {self.record_file.encoding}. Save the file in that "
                "encoding, or declare its own as _encoding of the adapter.",
            ) from error


BOM_ENCODINGS = ("utf-8-sig", "utf_8_sig")


def _ascii_like(encoding: str) -> str:
    """Return the encoding of one line.

    Raises:
        InvalidUsageError: it is unknown, or none in which lines end with that byte.
    """
    if encoding.lower() in BOM_ENCODINGS:
        return "utf-8"
    with suppress(LookupError):
        if "\n,".encode(encoding) == b"\n,":
            return encoding
    raise InvalidUsageError(
        f"The encoding of the files is {encoding!r}, expected one that has ASCII as "
        "it is, such as 'utf-8-sig' or 'cp1252'. Save the files in such an encoding, "
        "and declare it as _encoding of the adapter."
    )


class CsvFile(RecordFile):
    """A CSV file; its first line holds the keys of the records."""

    def records(self, place: Place) -> Iterator[Placed]:
        """Return the records from a place on, each with the place after it."""
        with open_file(self.path) as file:
            lines = _Lines(self, file, Place())
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            keys = self._read_keys(reader)
            if place.at:
                lines.jump(place)
            while True:
                start = lines.begin_record()
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield self._bad(start.line, f"{error}. Correct it."), lines.place
                    continue
                if row:
                    yield self._record(keys, row, start.line), lines.place

    def _read_keys(self, reader: Iterator[list[str]]) -> list[str]:
        try:
            keys = [key.strip() for key in next(reader)]
        except StopIteration:
            raise self._wrong(1, "it is empty, expected the keys.") from None
        except csv.Error as error:
            raise self._wrong(1, f"{error}. Correct the file.") from error
        self._check_keys(keys, self._hint(keys))
        return keys

    def _hint(self, keys: list[str]) -> str:
        """Return what else may separate the values, where there is only one."""
        others = [one for one in OTHER_DELIMITERS if one in keys[0]] if keys else []
        if len(keys) > 1 or not others:
            return ""
        return (
            f" The delimiter is declared as {self.delimiter!r}; {others[0]!r} stands "
            "in that line."
        )

    def _record(self, keys: list[str], row: list[str], line: int) -> Record:
        if len(row) == len(keys):
            return dict(zip(keys, row, strict=True))
        return self._bad(
            line,
            f"it has {len(row)} values, expected {len(keys)}, one for each key of the "
            "first line. Correct it.",
        )


class JsonLinesFile(RecordFile):
    """A file with a JSON object on each line."""

    def records(self, place: Place) -> Iterator[Placed]:
        """Return the records from a place on, each with the place after it."""
        with open_file(self.path) as file:
            lines = _Lines(self, file, place)
            while True:
                start = lines.begin_record()
                try:
                    text = next(lines)
                except StopIteration:
                    return
                if text.strip():
                    yield self._record(text, start.line), lines.place

    def _record(self, text: str, line: int) -> Record:
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            return self._bad(line, f"{_short(text)} is no JSON: {error}. Correct it.")
        if isinstance(record, dict):
            return record
        return self._bad(line, f"{_short(text)} is no JSON object. Correct it.")


class XlsxFile(RecordFile):
    """A sheet of an XLSX file; its first row holds the keys of the records.

    Values come as JSON has them: dates and times as ISO 8601 texts, whole numbers
    without a fraction. The rows are read one by one; the texts that they share stay in
    memory while a page is read.
    """

    def records(self, place: Place) -> Iterator[Placed]:
        """Return the records from a place on, each with the place after it."""
        with open_file(self.path) as file:
            try:
                yield from self._read(file, place)
            except XLSX_ERRORS as error:
                raise InvalidDataError(
                    f"{self.path.name!r} is no XLSX file that can be read: {error}. "
                    "Save it again, as an Excel workbook (.xlsx)."
                ) from error

    def _read(self, file: BinaryIO, place: Place) -> Iterator[Placed]:
        self._check_size(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        with closing(book):
            sheet = self._sheet(book)
            sheet.reset_dimensions()  # some programs write a wrong size
            keys = self._read_keys(sheet)
            first = max(place.at, 2)
            for number, row in enumerate(sheet.iter_rows(min_row=first), start=first):
                if any(cell.value is not None for cell in row):
                    record = self._record(keys, row, number)
                    yield record, Place(number + 1, number + 1)

    def _check_size(self, file: BinaryIO) -> None:
        """Refuse a file whose texts would fill the memory."""
        with ZipFile(file) as parts:
            sizes = [
                part.file_size
                for part in parts.infolist()
                if "worksheets/" not in part.filename
            ]
        if sum(sizes) > PARTS_SIZE:
            raise InvalidDataError(
                f"{self.path.name!r} has {sum(sizes):,} bytes beside its rows, "
                f"expected {PARTS_SIZE:,} at most. Save it as CSV."
            )

    def _sheet(self, book: Any) -> Any:
        if self.sheet is None:
            return book.worksheets[0]
        if self.sheet not in book.sheetnames:
            raise InvalidDataError(
                f"{self.path.name!r} has no sheet {self.sheet!r}, only "
                f"{_listed(book.sheetnames)}. Rename the sheet, or correct _sheet of "
                "the adapter."
            )
        return book[self.sheet]

    def _read_keys(self, sheet: Any) -> list[str]:
        row = next(sheet.iter_rows(max_row=1, values_only=True), ())
        keys = ["" if key is None else str(key).strip() for key in row]
        while keys and not keys[-1]:
            keys.pop()
        self._check_keys(keys)
        return keys

    def _record(self, keys: list[str], row: Sequence[Any], line: int) -> Record:
        cells = [cell for cell in row if cell.value is not None]
        for cell in cells:
            if cell.data_type == "e" or cell.column > len(keys):
                where = f"{cell.coordinate} is {cell.value!r}"
                what = "an error" if cell.data_type == "e" else "beside all keys"
                return self._bad(line, f"{where}, {what}. Correct it.")
        values = {cell.column: _json_value(cell.value) for cell in cells}
        return {key: values.get(at) for at, key in enumerate(keys, start=1)}


XLSX_ERRORS = (
    BadZipFile,
    EOFError,
    InvalidFileException,
    KeyError,
    SyntaxError,  # of XML
    ValueError,
    zlib.error,
)


def _json_value(value: object) -> object:
    """Return the value of a cell as JSON has it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, str):
        return unescape(value)  # openpyxl leaves a carriage return as _x000D_
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _short(text: str) -> str:
    text = text.strip()
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(map(repr, keys)) or "none"


FORMATS: dict[str, type[RecordFile]] = {
    "csv": CsvFile,
    "jsonl": JsonLinesFile,
    "xlsx": XlsxFile,
}
