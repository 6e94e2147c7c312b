# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""List adapter: records from a Python list."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

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
        return (one for one in self.list_records() if self._has_changed(one, since))

    def _has_changed(self, record: Record, since: str | None) -> bool:
        if since is None:
            return True
        changed = self._changed_since
        stamp = changed.stamp_of(record) if changed else None
        return stamp is None or stamp >= parse_stamp(since)
