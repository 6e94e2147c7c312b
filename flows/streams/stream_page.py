# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Page of a stream: read, checked against the cursor, and imported."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone

from ...components.backend_adapter import BackendAdapter
from ...components.changed_since import parse_stamp
from ...components.core import ConnectorEnvironment
from ...exception import InvalidDataError
from ..importing.batch_importer import BatchImporter
from ..importing.reading import read_clock
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

    def __init__(self, scope: ConnectorEnvironment, stream: str, cursor: dict):
        self.scope = scope
        self.stream = stream
        self.adapter = scope.get_connector_unit(BackendAdapter)
        self.importer = scope.get_connector_unit(BatchImporter)
        self.cursor = self._read_cursor(**cursor)
        self.read_count = 0
        self.external_ids: list[str] = []

    @property
    def is_sorted(self) -> bool:
        """Whether the records come in the order of their changes."""
        changed_since = self.adapter._changed_since
        return bool(changed_since and changed_since.sorted)

    def since(self, cursor: str | None) -> datetime | None:
        """Return from when on changes are read, None for everything.

        Args:
            cursor: time up to which all changes are here; None for none.
        """
        changed_since = self.adapter._changed_since
        if not cursor or not changed_since:
            return None
        return parse_stamp(cursor) - changed_since.lookback

    def begin(self, since: datetime | None) -> object:
        """Return the state of the first page."""
        return self.adapter.begin(since)

    def run(self, state: object) -> tuple[ImportResult, object]:
        """Import the page, and return what came of it and where the next one is."""
        read_at = read_clock(self.scope.env)
        page, next_state = self.adapter.read_page(state)
        records = self.adapter._records(page)
        records, gone = split_gone(self.adapter, records)
        stamps = self._stamps(records)
        if self.is_sorted:
            self.cursor.check_order(stamps, self.stream)
        self.cursor = self.cursor.pass_page(stamps)
        self.read_count = len(records)
        result = self.importer._import_page(records, False, read_at)
        self.external_ids = list(self._ids(records))
        result.merge(self.delete(find_bound(self.scope, self._ids(gone))))
        return result, next_state

    def cursor_values(self) -> dict:
        """Return the cursor as texts, to be kept until the next page."""
        cursor = self.cursor
        return {
            "clock": cursor.clock.isoformat(),
            "newest": cursor.newest.isoformat() if cursor.newest else False,
            "last": cursor.last.isoformat() if cursor.last else False,
        }

    def delete(self, external_ids: list[str]) -> ImportResult:
        """Settle records that are gone: each is read again, to be sure.

        What is there after all is imported. One that cannot be settled, such as the
        contact of a user, stops no other.
        """
        return settle_deleted(self.scope, self.adapter, external_ids)

    def delete_listed(self, since: str | None) -> ImportResult:
        """Settle the records that the backend lists as deleted since a time."""
        return self.delete(list_deleted(self.scope, self.adapter, since))

    # === HELPERS === #

    def _read_cursor(self, clock, newest, last) -> Cursor:
        """Return the cursor of the page before; that of the first has only a clock."""
        return Cursor(
            parse_stamp(clock) if clock else self._now(),
            parse_stamp(newest) if newest else None,
            parse_stamp(last) if last else None,
        )

    def _now(self) -> datetime:
        """Return the time of the backend, else that of the database."""
        if clock := self.adapter.clock():
            return clock
        self.scope.env.cr.execute("SELECT clock_timestamp()")
        return self.scope.env.cr.fetchone()[0].astimezone(timezone.utc)

    def _stamps(self, records: list[dict]) -> list[datetime | None]:
        changed_since = self.adapter._changed_since
        return [changed_since.stamp_of(one) for one in records] if changed_since else []

    def _ids(self, records: list[dict]) -> Iterator[str]:
        """Return the external ids of records; one without was rejected."""
        for record in records:
            with suppress(InvalidDataError):
                yield self.adapter.id_of(record)
