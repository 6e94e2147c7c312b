# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that a server of a test keeps below a path, as most REST servers do."""

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta, timezone
from math import ceil
from typing import Any, Protocol
from urllib.parse import unquote

from ..components.changed_since import parse_stamp

Record = dict[str, Any]
KEY_HEADER = "Idempotency-Key"
AGE = timedelta(hours=1)  # of the records that are there at the beginning


class Request(Protocol):
    """What a collection reads of a request."""

    method: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:
        """The JSON of the body."""


@dataclass
class Collection:
    """Records that a server keeps below a path, in the order of their changes.

    ``GET path`` lists them, ``GET path/id`` gives one, ``POST path`` creates one (once
    for each ``Idempotency-Key``), ``PATCH``, ``PUT`` and ``DELETE path/id`` change it.
    A parameter of the list that is the key of a record asks for those with its value;
    others are ignored.

    Args:
        records: those at the beginning.
        id: key of a record with its id.
        changed: key of a record with the time of its last change, which is kept up to
            date; None for none.
        since: parameter of the list that asks for what was changed since a time.
        page: parameter of the list with the number of a page, from 1.
        page_size: records on a page.
        listed: key of the list in the answer; None: the answer is the list.
        pages: key of the number of pages in the answer.

    Attributes:
        known: the records by id, as text.
    """

    records: InitVar[Iterable[Record]] = ()
    id: str = "id"
    changed: str | None = "updated_at"
    since: str = "updated_since"
    page: str = "page"
    page_size: int = 2
    listed: str | None = "data"
    pages: str = "pages"
    known: dict[str, Record] = field(init=False, default_factory=dict)
    _keys: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self, records: Iterable[Record]) -> None:
        for record in records:
            old = datetime.now(timezone.utc) - AGE
            stamp = {self.changed: old.isoformat()} if self.changed else {}
            self.known[str(record[self.id])] = {**stamp, **record}

    # === WHAT OTHERS DO THERE === #

    def add(self, **values: Any) -> Record:
        """Create a record, and return it."""
        numbers = [int(one) for one in self.known if one.isdecimal()]
        values = {self.id: max(numbers, default=0) + 1, **values}
        return self._store(str(values[self.id]), values)

    def change(self, external_id: object, **values: Any) -> Record:
        """Change values of a record, and return it."""
        external_id = str(external_id)
        return self._store(external_id, {**self.known[external_id], **values})

    def remove(self, external_id: object) -> None:
        """Delete a record."""
        del self.known[str(external_id)]

    def _store(self, external_id: str, record: Record) -> Record:
        self.known.pop(external_id, None)  # what was changed last stands last
        if self.changed:
            record[self.changed] = datetime.now(timezone.utc).isoformat()
        self.known[external_id] = record
        return record

    # === REQUESTS === #

    def answer(self, asked: Request, rest: str) -> tuple[int, Any]:
        """Return status and data of the answer to a request.

        Args:
            rest: path behind that of the collection.
        """
        external_id = unquote(rest.strip("/"))
        if not external_id:
            return self._answer_list(asked)
        if external_id not in self.known:
            return 404, {"error": f"There is no {external_id}."}
        return self._answer_one(asked, external_id)

    def _answer_list(self, asked: Request) -> tuple[int, Any]:
        if asked.method == "GET":
            return 200, self.list_page(asked.query)
        if asked.method != "POST":
            return 405, {"error": f"A list cannot {asked.method}."}
        key = asked.headers.get(KEY_HEADER, "")
        if key and key in self._keys:
            return 200, self.known[self._keys[key]]
        record = self.add(**asked.data)
        if key:
            self._keys[key] = str(record[self.id])
        return 201, record

    def _answer_one(self, asked: Request, external_id: str) -> tuple[int, Any]:
        if asked.method == "GET":
            return 200, self.known[external_id]
        if asked.method == "PATCH":
            return 200, self.change(external_id, **asked.data)
        if asked.method == "PUT":
            own_id = self.known[external_id][self.id]
            return 200, self._store(external_id, {**asked.data, self.id: own_id})
        if asked.method == "DELETE":
            self.remove(external_id)
            return 204, None
        return 405, {"error": f"A record cannot {asked.method}."}

    def list_page(self, query: Mapping[str, Any]) -> Any:
        """Return the answer with a page of the list; for overrides.

        Args:
            query: parameters of the list.
        """
        found = self.find(query)
        number = int(query.get(self.page, 1))
        records = found[(number - 1) * self.page_size : number * self.page_size]
        if self.listed is None:
            return records
        return {self.listed: records, self.pages: ceil(len(found) / self.page_size)}

    def find(self, query: Mapping[str, Any]) -> list[Record]:
        """Return the records that the parameters of a list ask for."""
        since = query.get(self.since)
        wanted = {
            key: value
            for key, value in query.items()
            if key not in (self.since, self.page)
            and any(key in one for one in self.known.values())
        }
        return [
            one
            for one in self.known.values()
            if not (since and self._is_older(one, since))
            and all(str(one.get(key)) == value for key, value in wanted.items())
        ]

    def _is_older(self, record: Record, since: str) -> bool:
        stamp = record.get(self.changed or "")
        return bool(stamp) and parse_stamp(stamp) < parse_stamp(since)
