# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""List adapter: records from a Python list."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from ..exception import IDMissingInBackend
from .changed_since import parse_stamp
from .paged_adapter import NotDelivered, Page, PagedAdapter, Record


class ListAdapter(PagedAdapter):
    """An adapter over the records that :meth:`list_records` gives.

    The state of a page is the number of records before it, and since when they changed.
    Parameters of a selection are values of keys: ``{"status": "paid"}``.
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

    def read(self, external_id: str) -> Record:
        """Return one record.

        Raises:
            IDMissingInBackend: there is none with this id.
        """
        if record := self.find_many([str(external_id)]).get(str(external_id)):
            return record
        raise IDMissingInBackend(
            f"{self.backend_record.describe()} has no {self.connector_env.model_name} "
            f"with id {external_id!r}."
        )

    def find_many(self, external_ids: Collection[str]) -> dict[str, Record]:
        """Return records by their ids, without those that are not listed."""
        if type(self).read is not ListAdapter.read:
            return super().find_many(external_ids)
        wanted = set(external_ids)
        return {
            external_id: record
            for record in self._records(self.list_records())
            if (external_id := self._known_id(record)) in wanted
        }

    def _list_since(self, since: str | None) -> Iterator[Record]:
        """Return the records that changed since a time; those of no known time, too."""
        return (one for one in self.list_records() if self._has_changed(one, since))

    def _has_changed(self, record: Record, since: str | None) -> bool:
        """Return whether a record is wanted, and was changed since a time."""
        if not self._is_wanted(record):
            return False
        if since is None or isinstance(record, NotDelivered):
            return True
        changed = self._changed_since
        stamp = changed.stamp_of(record) if changed else None
        return stamp is None or stamp >= parse_stamp(since)

    def _is_wanted(self, record: Record) -> bool:
        """Return whether a record is of the slice and the selection."""
        if isinstance(record, NotDelivered):
            return True
        params = self.list_filter.params.items()
        return self.in_slice(record) and all(record.get(k) == v for k, v in params)
