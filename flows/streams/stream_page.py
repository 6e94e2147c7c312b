# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Page of a stream: read, checked against the cursor, and imported."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone

from ...components.backend_adapter import BackendAdapter
from ...components.changed_since import parse_stamp
from ...components.core import ConnectorEnvironment
from ...components.list_filter import ListFilter
from ...exception import FailedJobError, IDMissingInBackend, InvalidDataError
from ..importing.adapter_fault import reading_by
from ..importing.batch_importer import BatchImporter
from ..importing.reading import read_clock
from ..importing.record_importer import RecordImporter
from ..importing.result import ImportResult
from .cursor import Cursor
from .deletion import find_bound, list_deleted, settle_deleted, split_gone


class StreamPage:
    """One page of a run of a stream.

    Args:
        scope: environment of the backend for the binding model.
        stream: name of the stream, for messages.
        cursor: texts of the cursor after the page before, by the names of its fields.
    """

    is_first = True
    """Whether it is the first page of its run."""

    restarts = False
    """Whether a sorted list may begin again at the newest change."""

    is_cut = False
    """Whether the backend did not have the page, though it had one before."""

    def __init__(self, scope: ConnectorEnvironment, stream: str, cursor: dict):
        self.scope = scope
        self.stream = stream
        self.adapter = scope.get_connector_unit(BackendAdapter)
        self.importer = scope.get_connector_unit(BatchImporter)
        self.cursor = self._read_cursor(**cursor)
        self.read_count = 0
        self.external_ids: list[str] = []
        self.list_filter = ListFilter()

    def ask_for(self, list_filter: ListFilter) -> None:
        """Ask the backend for some records only."""
        self.list_filter = self.adapter.list_filter = list_filter

    @property
    def is_sorted(self) -> bool:
        """Whether the records come in the order of their changes."""
        changed_since = self.adapter._changed_since
        return bool(changed_since and changed_since.sorted)

    def since(self, cursor: str | None) -> datetime | None:
        """Return from when on changes are read, None for everything.

        Args:
            cursor: time up to which all changes are here; None for none.

        Raises:
            FailedJobError: a range of time is asked for, and the adapter cannot do it.
        """
        changed_since, start = self.adapter._changed_since, self.list_filter.start
        if not changed_since:
            if self.list_filter.has_times:
                raise FailedJobError(
                    f"{self.stream} is to begin or end at a time, and its adapter, "
                    f"{type(self.adapter).__qualname__}, does not say when records "
                    "were changed. Declare _changed_since there, or clear the times."
                )
            return None
        if not cursor:
            return start
        since = parse_stamp(cursor) - changed_since.lookback
        return max(since, start) if start else since

    def begin(self, since: datetime | None) -> object:
        """Return the state of the first page of what changed since a time."""
        self.cursor = replace(self.cursor, begun=since)
        with reading_by(self.adapter, "begin"):
            return self.adapter.begin(since)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the mapping of the records."""
        return self.scope.get_connector_unit(RecordImporter).fingerprint()

    def run(self, state: object) -> tuple[ImportResult, object]:
        """Import the page, and return what came of it and where the next one is."""
        read_at = read_clock(self.scope.env)
        listed, next_state = self._read(state)
        there, gone = split_gone(self.adapter, listed)
        stamps = self._stamps(there)
        if self.is_sorted:
            self.cursor.check_order(stamps, self.stream)
        self.cursor = self.cursor.pass_page(stamps)
        pairs = zip(there, stamps, strict=True)
        records = [record for record, at in pairs if self.list_filter.has(at)]
        self.read_count = len(records)
        result = self.importer._import_page(records, False, read_at)
        self.external_ids = list(self._ids(there))
        result.merge(self.delete(find_bound(self.scope, self._ids(gone))))
        return result, self._next_state_after(stamps, next_state)

    def cursor_values(self) -> dict:
        """Return the cursor as texts, to be kept until the next page."""
        cursor = self.cursor
        return {
            "clock": cursor.clock.isoformat(),
            "newest": cursor.newest.isoformat() if cursor.newest else False,
            "last": cursor.last.isoformat() if cursor.last else False,
            "begun": cursor.begun.isoformat() if cursor.begun else False,
        }

    def delete(self, external_ids: list[str]) -> ImportResult:
        """Settle records that are gone: each is read again, to be sure.

        What is there after all is imported. One that cannot be settled, such as the
        contact of a user, stops no other.
        """
        return settle_deleted(self.scope, self.adapter, self.importer, external_ids)

    def delete_listed(self, since: str | None) -> ImportResult:
        """Settle the records that the backend lists as deleted since a time."""
        return self.delete(list_deleted(self.scope, self.adapter, since))

    # === HELPERS === #

    def _read_cursor(self, clock, newest, last, begun=None) -> Cursor:
        """Return the cursor of the page before; that of the first has only a clock."""
        return Cursor(
            parse_stamp(clock) if clock else self._now(),
            parse_stamp(newest) if newest else None,
            parse_stamp(last) if last else None,
            parse_stamp(begun) if begun else None,
        )

    def _now(self) -> datetime:
        """Return the time of the backend, else that of the database."""
        if clock := self.adapter.clock():
            return clock
        self.scope.env.cr.execute("SELECT clock_timestamp()")
        return self.scope.env.cr.fetchone()[0].astimezone(timezone.utc)

    def _read(self, state: object) -> tuple[list[dict], object]:
        """Return the records of the page, none where it is past the end of the list."""
        try:
            with reading_by(self.adapter, "read_page"):
                page, next_state = self.adapter.read_page(state)
        except IDMissingInBackend:
            if self.is_first:
                raise
            self.is_cut = True  # records left the list, and perhaps others moved up
            return [], None
        if next_state is not None and next_state == state:
            raise FailedJobError(
                f"The page after {state!r} of {self.stream} is the same page again: "
                "the list would never end. Correct read_page of "
                f"{type(self.adapter).__qualname__}, or ask the backend's support."
            )
        with reading_by(self.adapter, "_records"):
            return self.adapter._records(page), next_state

    def _next_state_after(
        self, stamps: list[datetime | None], next_state: object
    ) -> object:
        """Return where the next page is; in a sorted list from the newest change on."""
        if next_state is None or not self.is_sorted or self._is_past_end(stamps):
            return None if self.is_sorted else next_state
        if not self.restarts:
            return next_state
        granularity = self.adapter._changed_since.granularity
        cursor = self.cursor.restart(stamps, granularity)
        state = self.adapter.begin(cursor.begun) if cursor else None
        if cursor is None or state is None:  # or the adapter knows no such list
            return next_state
        self.cursor = cursor
        return state

    def _stamps(self, records: list[dict]) -> list[datetime | None]:
        """Return when each record was changed; None where that is not readable.

        Raises:
            InvalidDataError: it is not readable of any record.
        """
        stamps: list[datetime | None] = []
        error = None
        for record in records:
            try:
                stamps.append(self._stamp_of(record))
            except InvalidDataError as one:
                stamps.append(None)
                error = error or one
        if error and not any(stamps):
            raise error
        return stamps

    def _stamp_of(self, record: dict) -> datetime | None:
        changed_since = self.adapter._changed_since
        return changed_since.stamp_of(record) if changed_since else None

    def _is_past_end(self, stamps: list[datetime | None]) -> bool:
        until, known = self.list_filter.until, [one for one in stamps if one]
        return bool(until and known) and known[-1] > until

    def _ids(self, records: list[dict]) -> Iterator[str]:
        """Return the external ids of records; one without was rejected."""
        for record in records:
            with suppress(InvalidDataError):
                yield self.adapter.id_of(record)
