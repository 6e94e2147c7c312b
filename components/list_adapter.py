# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""List and folder adapters: records from Python lists, and from files in a folder."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from ..exception import InvalidDataError, InvalidUsageError
from .changed_since import parse_stamp
from .paged_adapter import Page, PagedAdapter, Record


class ListAdapter(PagedAdapter):
    """An adapter over the records that :meth:`list_records` gives.

    The state of a page is the number of records before it, and since when they changed.
    """

    _page_size = 1000

    def list_records(self) -> Iterable[Record]:
        """Return all records, always in the same order."""
        raise NotImplementedError(self._undefined("list_records"))

    def begin(self, since: datetime | None = None) -> object:
        """Return the state of the first page of what changed since a time."""
        return {"since": since.isoformat()} if since else None

    def read_page(self, state: Any = None) -> Page:
        """Return the records of one page, and the state of the next one."""
        state = state or {}
        start = state.get("start", 0)
        end = start + self._page_size
        # one more than a page shows whether there is a next one
        records = list(islice(self._list_since(state.get("since")), start, end + 1))
        if len(records) > self._page_size:
            return records[:-1], {**state, "start": end}
        return records, None

    def _list_since(self, since: str | None) -> Iterator[Record]:
        """Return the records that changed since a time; those of no known time, too."""
        if since is None:
            yield from self.list_records()
            return
        begin, changed = parse_stamp(since), self._changed_since
        for record in self.list_records():
            stamp = changed.stamp_of(record) if changed else None
            if stamp is None or stamp >= begin:
                yield record


class FolderAdapter(ListAdapter):
    """An adapter over files in a folder: CSV, JSON lines and XLSX.

    Files are read in the order of their names. The first line of a CSV file and the
    first row of the first sheet of an XLSX file hold the keys of the records.
    """

    _files = "*"
    """Pattern of the names of the files, such as ``customers-*.csv``."""

    _encoding = "utf-8-sig"
    """Encoding of CSV and JSON lines; this one also drops a byte order mark."""

    _delimiter = ","
    """What separates the values of a CSV file."""

    def folder(self) -> Path:
        """Return the folder; for overrides. By default the field ``folder``."""
        folder = Path(self.backend_record.folder or "")
        if not self.backend_record.folder or not folder.is_dir():
            raise InvalidUsageError(
                f"Cannot read files for {self.backend_record.describe()}: its folder "
                f"is {self.backend_record.folder!r}, expected one that exists. Correct "
                "the field, or make the folder."
            )
        return folder

    def list_records(self) -> Iterator[Record]:
        """Return the records of all files."""
        for path in sorted(self.folder().glob(self._files)):
            if path.suffix in READERS:
                yield from READERS[path.suffix](self, path)

    def _read_csv(self, path: Path) -> Iterator[Record]:
        with path.open(encoding=self._encoding, newline="") as file:
            for record in csv.DictReader(file, delimiter=self._delimiter):
                if None in record or None in record.values():
                    raise InvalidDataError(
                        f"Line {dict(record)} of {path.name} has more or fewer values "
                        "than the first line has keys. Correct the file."
                    )
                yield record

    def _read_json_lines(self, path: Path) -> Iterator[Record]:
        with path.open(encoding=self._encoding) as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                except ValueError as error:
                    raise InvalidDataError(
                        f"Line {number} of {path.name} is no JSON: {error}. Correct "
                        "the file."
                    ) from error
                yield record

    def _read_xlsx(self, path: Path) -> Iterator[Record]:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            rows = book.worksheets[0].iter_rows(values_only=True)
            keys = next(rows, ())
            for row in rows:
                if any(value is not None for value in row):
                    yield dict(zip(keys, row, strict=False))
        finally:
            book.close()


READERS = {
    ".csv": FolderAdapter._read_csv,
    ".jsonl": FolderAdapter._read_json_lines,
    ".xlsx": FolderAdapter._read_xlsx,
}
