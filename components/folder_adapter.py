# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Folder adapter: records from CSV, JSON lines and XLSX files in a folder."""

import logging
import os
import time
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatch
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ..exception import (
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    RetryableJobError,
)
from .deletions import FullPass
from .folder import list_files, move_into, open_folder
from .list_adapter import ListAdapter
from .paged_adapter import Page, Record
from .record_file import FORMATS, Place, RecordFile, UnreadableRecord

_logger = logging.getLogger(__name__)

State = dict[str, Any]


class FolderAdapter(ListAdapter):
    """An adapter over files in the folder that a backend names.

    The backend inherits ``connector.backend.folder``. Files are read in the order of
    their names, page by page, and never as a whole. The first line of a CSV file, and
    the first row of a sheet, hold the keys of the records.

    A file that somebody still writes is left alone, with those after it: the next
    import reads them, in their order.
    """

    _files: str | Sequence[str] = ("*.csv", "*.jsonl", "*.xlsx")
    """Patterns of the names of the files, such as ``customers-*.csv``."""

    _format: str | None = None
    """``"csv"``, ``"jsonl"`` or ``"xlsx"``; None: as the name of each file ends."""

    _encoding = "utf-8-sig"
    """Encoding of CSV and JSON lines; this one also drops a byte order mark."""

    _delimiter = ","
    """What separates the values of a CSV file."""

    _sheet: str | None = None
    """Name of the sheet of XLSX files; None for the first one."""

    _settle_s = 60
    """Seconds without a change after which a file counts as whole."""

    _done_folder: str | None = None
    """Name of a folder in the folder, to which files are moved once all their records
    are here. None: they stay, and each import reads all of them; what did not change
    is not written again."""

    def __init_subclass__(cls, **options: object) -> None:
        """Let files that are done tell nothing of deletions: each has a part of all."""
        if cls._done_folder and cls._deletions == FullPass():
            cls._deletions = None
        super().__init_subclass__(**options)

    def folder(self) -> Path:
        """Return the folder; for overrides. By default the field ``folder``.

        Raises:
            InvalidUsageError: it is not there, or outside of the server's
                ``file_root``.
        """
        backend = self.backend_record
        return open_folder(backend.folder, backend.describe())

    def list_records(self) -> Iterator[Record]:
        """Return the records of all files that are whole."""
        for path in self._whole_files(self._list(self.folder())):
            for record, _place in self._file(path).records(Place()):
                yield record

    def read_page(self, state: Any = None) -> Page:
        """Return the records of one page, and the state of the next one.

        A page ends with its file. A file that has changed since its last page is read
        again from its beginning.
        """
        state = state or {}
        folder = self.folder()
        self._make_done_folder(folder)
        paths = self._whole_files(self._due(folder, state))
        if not paths:
            return [], None
        path, since = paths[0], state.get("since")
        stamp = _stamp_of(path)
        place = _place_of(state, path, stamp)
        found = list(islice(self._file(path).records(place), self._page_size))
        records = [one for one, _place in found if self._has_changed(one, since)]
        next_state: State = {"since": since} if since else {}
        if len(found) == self._page_size:
            place = found[-1][1]
            return records, next_state | {
                "file": path.name,
                "stamp": stamp,
                "at": place.at,
                "line": place.line,
            }
        self._finish(path)
        is_last = len(paths) == 1
        return records, None if is_last else next_state | {"after": path.name}

    def read(self, external_id: str) -> Record:
        """Return one record: the last one with this id, of the last file that has it.

        Files that are done count as well.

        Raises:
            IDMissingInBackend: no file has it.
            InvalidDataError: no file has it, and a part of them cannot be read.
            RetryableJobError: no file has it, and one is still being written.
        """
        found = self.find_many([str(external_id)])
        if str(external_id) in found:
            return found[str(external_id)]
        model, folder = self.connector_env.model_name, str(self.folder())
        raise IDMissingInBackend(f"No file in {folder!r} has {model} {external_id!r}.")

    def find_many(self, external_ids: Collection[str]) -> dict[str, Record]:
        """Return records by their ids, without those that no file has.

        Raises:
            InvalidDataError: one is missing, and a part of the files cannot be read.
            RetryableJobError: one is missing, and a file is still being written.
        """
        folder = self.folder()
        doubts: list[str] = []
        found: dict[str, Record] = {}
        missing = set(external_ids)
        paths = self._list(folder)
        whole = self._whole_files(paths)
        for path in [*reversed(whole), *reversed(self._done_files(folder))]:
            if missing:
                found |= self._find_in_file(path, missing, doubts)
                missing -= found.keys()
        if missing:
            unwritten = paths[len(whole)].name if len(whole) < len(paths) else None
            self._check_whole(min(missing), unwritten, doubts)
        return found

    def id_of(self, record: Record) -> str:
        """Return the external id of a record, as text.

        Raises:
            InvalidDataError: the record has none, or cannot be read.
        """
        if isinstance(record, UnreadableRecord):
            raise InvalidDataError(record.reason)
        return super().id_of(record)

    # === HELPERS === #

    def _list(self, folder: Path) -> list[Path]:
        """Return the files whose names match, in their order."""
        patterns = [self._files] if isinstance(self._files, str) else self._files
        return [
            path
            for path in list_files(folder)
            if any(fnmatch(path.name.lower(), one.lower()) for one in patterns)
        ]

    def _due(self, folder: Path, state: State) -> list[Path]:
        """Return the files from the state on."""
        begun, after = state.get("file", ""), state.get("after", "")
        return [
            path
            for path in self._list(folder)
            if path.name >= begun and path.name > after
        ]

    def _whole_files(self, paths: list[Path]) -> list[Path]:
        """Return the files before the first one that somebody still writes."""
        for number, path in enumerate(paths):
            # a time to come is that of another clock, and says nothing
            if 0 <= time.time() - path.stat().st_mtime < self._settle_s:
                return paths[:number]
        return paths

    def _file(self, path: Path) -> RecordFile:
        """Return what reads a file."""
        name = self._format or path.suffix[1:].lower()
        if name not in FORMATS:
            raise InvalidUsageError(
                f"Cannot read {path.name!r}: its format is {name!r}, expected one of "
                f"{', '.join(map(repr, FORMATS))}. Declare it as _format of "
                f"{type(self).__qualname__}, or correct its _files."
            )
        file_class = FORMATS[name]
        return file_class(path, self._id, self._encoding, self._delimiter, self._sheet)

    def _find_in_file(
        self, path: Path, wanted: Collection[str], doubts: list[str]
    ) -> dict[str, Record]:
        """Return the last records of a file with some ids; note what is unreadable."""
        found: dict[str, Record] = {}
        for record, _place in self._file(path).records(Place()):
            if isinstance(record, UnreadableRecord):
                doubts.append(record.reason)
            elif (external_id := self._known_id(record)) in wanted:
                found[external_id] = record
        return found

    def _check_whole(
        self, external_id: str, unwritten: str | None, doubts: list[str]
    ) -> None:
        """Refuse to take a record for missing that may be there all the same.

        Raises:
            InvalidDataError: a part of the files cannot be read.
            RetryableJobError: a file is still being written.
        """
        where = f"{self.connector_env.model_name} {external_id!r} is in no file"
        if unwritten is not None:
            raise RetryableJobError(
                f"{where}, and {unwritten!r} is still being written: it changed less "
                f"than {self._settle_s} s ago.",
                seconds=self._settle_s,
            )
        if doubts:
            raise InvalidDataError(f"{where}; but it may be this: {doubts[0]}")

    def _has_changed(self, record: Record, since: str | None) -> bool:
        """Return whether a record is wanted; what is unreadable may be one."""
        is_unreadable = isinstance(record, UnreadableRecord)
        return is_unreadable or super()._has_changed(record, since)

    # === FILES THAT ARE DONE === #

    def _finish(self, path: Path) -> None:
        """Move a file out of the way once its records are committed.

        Where that fails, or the process dies before, the file is read once more.
        """
        if self._done_folder:
            done = path.parent / self._done_folder
            self.env.cr.postcommit.add(partial(_move, path, _stamp_of(path), done))

    def _make_done_folder(self, folder: Path) -> None:
        if not self._done_folder:
            return
        done = folder / self._done_folder
        is_name = self._done_folder == os.path.basename(self._done_folder)
        if not is_name or self._done_folder in (".", "..") or done.is_symlink():
            raise InvalidUsageError(
                f"_done_folder of {type(self).__qualname__} is {self._done_folder!r}, "
                "expected the name of a folder in the folder, such as 'done'."
            )
        try:
            done.mkdir(exist_ok=True)
        except OSError as error:
            raise InvalidUsageError(_not_writable(done)) from error
        if not os.access(done, os.W_OK) or not os.access(folder, os.W_OK):
            raise InvalidUsageError(_not_writable(done))

    def _done_files(self, folder: Path) -> list[Path]:
        if not self._done_folder or not (folder / self._done_folder).is_dir():
            return []
        return self._list(folder / self._done_folder)


def _not_writable(done: Path) -> str:
    return (
        f"Cannot move files to {str(done)!r}: the server may not write there. Make the "
        "folder, and let the user of the server write to it and to the one above."
    )


def _stamp_of(path: Path) -> str:
    """Return a text that changes when a file does."""
    stat = path.stat()
    return f"{stat.st_ino} {stat.st_size} {stat.st_mtime_ns}"


def _place_of(state: State, path: Path, stamp: str) -> Place:
    """Return where a page begins in a file."""
    if state.get("file") == path.name and state.get("stamp") == stamp:
        return Place(state["at"], state["line"])
    return Place()


def _move(path: Path, stamp: str, done: Path) -> None:
    """Move a file, unless it was replaced or moved meanwhile."""
    try:
        if _stamp_of(path) == stamp:
            move_into(path, done)
    except FileNotFoundError:
        return  # another import of the same folder has moved it
    except OSError as error:
        _logger.warning("%s stays where it is, and is read again: %s", path, error)
