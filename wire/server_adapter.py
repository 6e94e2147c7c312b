# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the adapters that ask a server over HTTP: lists, pages and requests."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from ..components.changed_since import parse_stamp
from ..components.paged_adapter import Page, PagedAdapter, Record
from ..exception import FailedJobError, IDMissingInBackend, InvalidUsageError
from ..retry_after import parse_date
from .answer import HttpAnswer
from .circle import follow_trail
from .http_adapter import HttpAdapter
from .pages import KINDS, Pages, Place

IDS_AT_ONCE = 50  # ids in one request: addresses may be about 2,000 characters long
AGAIN = "again"  # key of the state of a page with records that are read again


class ServerAdapter(HttpAdapter, PagedAdapter):
    """An adapter of records that a server lists over HTTP."""

    _pages: Pages = Pages()
    """How the list is paged: ``NextLink``, ``PageNumber``, ``Offset``, ``CursorParam``,
    ``LinkHeader`` or ``RelayPages``; all on one page by default."""

    _params: Mapping[str, Any] = {}
    """Parameters of each list, such as the size of a page."""

    _slice_param: str | None = None
    """Parameter that asks for a slice of the records. None: those of another one, by
    ``_slice``, are left out here."""

    _ids_param: str | None = None
    """Parameter that asks for several ids. None: the records are read one by one."""

    _find_params: Mapping[str, str] = {}
    """Parameters of the list that ask for the natural key in ``_find``, by its keys
    there, where they have other names."""

    _read_again: Sequence[Any] = ()
    """Domain of bindings that each import of changes reads again by their ids: records
    of which the server does not say when they changed, such as open orders."""

    _nested = False
    """Whether values of objects in a record stand in it by keys with dots, too, such as
    ``"customer.id"``."""

    _decimals = False
    """Whether numbers with a fraction are read as Decimal, not as float."""

    def __init_subclass__(cls, **options: object) -> None:
        """Refuse declarations that cannot work."""
        super().__init_subclass__(**options)
        _check_pages(cls)
        if cls._read_again and cls._changed_since and cls._changed_since.sorted:
            raise InvalidUsageError(
                f"_read_again of {cls.__qualname__} adds records to a list that is "
                "declared as sorted. Drop sorted=True from _changed_since."
            )

    # === LISTS === #

    def begin(self, since: datetime | None = None) -> object:
        """Return the state of the first page of what changed since a time."""
        return {"since": since.isoformat()} if since else None

    def clock(self) -> datetime | None:
        """Return the time of the backend, where a header of its answers has it.

        The list is asked for changes since now: it is short.

        Raises:
            FailedJobError: there is no such header, or no time in it.
        """
        changed = self._changed_since
        if not changed or not changed.clock:
            return None
        self.env.cr.execute("SELECT clock_timestamp()")
        (now,) = self.env.cr.fetchone()
        state = {"since": now.isoformat()}
        answer, _data = self._ask_page(self._list_params(state), None)
        text = answer.headers.get(changed.clock, "")
        if (at := parse_date(text)) is None:
            raise FailedJobError(
                f"{answer.describe()} Its header {changed.clock!r} is {text!r}, "
                "expected a time. Correct clock= in _changed_since of the adapter."
            )
        return at

    def read_page(self, state: Any = None) -> Page:
        """Return the records of one page, and the state of the next one.

        Raises:
            IDMissingInBackend: the server named a page, and has it no more.
            FailedJobError: there is no such list.
        """
        state = state or {}
        if AGAIN in state:
            return self._page_again(state[AGAIN])
        place: Place | None = state.get("place")
        try:
            records, next_place = self._list_page(self._list_params(state), place)
        except IDMissingInBackend as error:
            if place is None:
                raise FailedJobError(
                    f"{error} Correct _path of {type(self).__qualname__}, or the "
                    "address in the settings of the backend."
                ) from error
            if self._pages.names_next:
                raise
            records, next_place = [], None
        if not self._slice_param:
            records = [one for one in records if self.in_slice(one)]
        if next_place is not None:
            return records, {**state, "place": next_place}
        is_more = self._read_again and state.get("since")
        return records, {AGAIN: 0} if is_more else None

    def search(self, params: Mapping[str, Any] | None = None) -> list[str]:
        """Return the ids of the records that match some parameters of the list."""
        return [self.id_of(record) for record in self.search_read(params)]

    def search_read(self, params: Mapping[str, Any] | None = None) -> list[Record]:
        """Return the records that match some parameters of the list, from all pages."""
        return list(self._search({**self._params, **(params or {})}))

    def find(self, key: dict[str, Any]) -> list[Record]:
        """Return the records with a natural key, see ``_find``.

        What the server returns is compared: many ignore a parameter that they do not
        know, and return everything.

        Args:
            key: values by their keys there.
        """
        params = {self._find_params.get(name, name): key[name] for name in key}
        return [one for one in self.search_read(params) if _has(one, key)]

    def read_many(self, external_ids: Collection[str]) -> list[Record]:
        """Return some records by their ids, without those that are not there."""
        return list(self.find_many(external_ids).values())

    def find_many(self, external_ids: Collection[str]) -> dict[str, Record]:
        """Return records by their ids, without those that are not there.

        What the list does not give is read alone: it may leave out what is there.
        """
        ids = list(dict.fromkeys(map(str, external_ids)))
        found = dict(self._listed(ids)) if self._ids_param else {}
        rest = self._read_each(one for one in ids if one not in found)
        return {**found, **dict(rest)}

    # === HELPERS === #

    def _ask_page(
        self, params: Mapping[str, Any], place: Place | None
    ) -> tuple[HttpAnswer, Any]:
        """Return the answer with a page of the list, and the data in it."""
        raise NotImplementedError(self._undefined("read_page"))

    def _ids_value(self, external_ids: list[str]) -> Any:
        """Return the value of the parameter that asks for several ids."""
        return ",".join(external_ids)

    def _list_params(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of a list that is read for a stream."""
        params = {**self._params, **self.list_filter.params}
        if changed := self._changed_since:
            params |= changed.params
            if since := state.get("since"):
                params[changed.param] = changed.written(parse_stamp(since))
        if self._slice_param and self.list_filter.slice:
            params[self._slice_param] = self.list_filter.slice
        return params

    def _list_page(
        self, params: Mapping[str, Any], place: Place | None
    ) -> tuple[list[Record], Place | None]:
        """Return the records of a page, and where the next one is."""
        answer, data = self._ask_page(params, place)
        records = self._pages.records_in(answer, data)
        next_place = self._pages.next_place(answer, data, len(records), place)
        if next_place and "url" in next_place:  # it is kept between pages
            next_place = {"url": self.http.without_login(next_place["url"])}
        if next_place is None:
            return self._flat_all(records), None
        is_same = follow_trail(place, next_place)
        if not self._pages.names_next:
            # a server that does not know the parameter gives the first page for ever
            mark = _mark_of(records)
            is_same = is_same or mark == (place or {}).get("mark")
            next_place = {**next_place, "mark": mark}
        if is_same:
            raise FailedJobError(
                f"{answer.describe()} The next page is the same page again as one that "
                "was read: the list would never end. Correct _pages of the adapter."
            )
        return self._flat_all(records), next_place

    def _page_again(self, last_id: int) -> Page:
        """Return a page of the records that are read again, see ``_read_again``.

        Args:
            last_id: of the bindings; those before were read already.
        """
        binder = self.binder_for()
        backend, external = binder._backend_field, binder._external_field
        own = [(backend, "=", self.backend_record.id), (external, "!=", False)]
        bindings = self.model.search(
            [*own, ("id", ">", last_id), *self._read_again],
            order="id",
            limit=IDS_AT_ONCE,
        )
        records = self.read_many(bindings.mapped(external))
        is_more = len(bindings) == IDS_AT_ONCE
        return records, {AGAIN: bindings[-1].id} if is_more else None

    def _flat(self, record: Record) -> Record:
        """Return a record with the values of its objects by keys with dots."""
        return flatten(record) if self._nested else record

    def _flat_all(self, records: list[Record]) -> list[Record]:
        return [self._flat(one) for one in records]

    def _search(self, params: Mapping[str, Any]) -> Iterator[Record]:
        place: Place | None = None
        while True:
            try:
                records, next_place = self._list_page(params, place)
            except IDMissingInBackend:
                if place is None or self._pages.names_next:
                    raise
                return
            yield from self._records(records)
            if next_place is None:
                return
            place = next_place

    def _listed(self, ids: list[str]) -> Iterator[tuple[str, Record]]:
        """Return records that the list gives for some ids, by their ids."""
        for start in range(0, len(ids), IDS_AT_ONCE):
            wanted = ids[start : start + IDS_AT_ONCE]
            params = {**self._params, self._ids_param or "": self._ids_value(wanted)}
            for record in self._search(params):
                if (external_id := self._known_id(record)) in wanted:
                    yield external_id, record


def flatten(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record in which values of objects stand by keys with dots, too.

    >>> flatten({"customer": {"id": 7}})
    {'customer': {'id': 7}, 'customer.id': 7}
    """
    found: dict[str, Any] = {}
    for key, value in record.items():
        found[key] = value
        if isinstance(value, Mapping):
            inner = flatten(value)
            found.update({f"{key}.{name}": one for name, one in inner.items()})
        elif isinstance(value, list):
            found[key] = [
                flatten(one) if isinstance(one, Mapping) else one for one in value
            ]
    return found


def _check_pages(cls: type[ServerAdapter]) -> None:
    if isinstance(cls._pages, Pages):
        return
    kinds = ", ".join(f"{kind.__name__}(…)" for kind in KINDS)
    is_class = isinstance(cls._pages, type) and issubclass(cls._pages, Pages)
    hint = f" Did you mean {cls._pages.__name__}(…)?" if is_class else ""
    raise InvalidUsageError(
        f"_pages of {cls.__qualname__} is {cls._pages!r}, expected one of {kinds}."
        f"{hint}"
    )


def _mark_of(records: list[Record]) -> str:
    """Return what tells a page from the next one: its records have other ids."""
    text = repr([len(records), *records[:1], *records[-1:]])
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _has(record: Record, wanted: Mapping[str, Any]) -> bool:
    """Return whether a record has some values; the case of letters does not count."""
    pairs: Iterable[tuple[Any, Any]] = (
        (record.get(key), value) for key, value in wanted.items()
    )
    return all(str(one).casefold() == str(other).casefold() for one, other in pairs)
