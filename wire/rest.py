# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""REST adapter: records that a server keeps below a path, read and written as JSON."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

from ..components.changed_since import parse_stamp
from ..components.paged_adapter import Page, PagedAdapter, Record
from ..exception import (
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
)
from ..retry_after import parse_date
from .answer import HttpAnswer
from .circle import follow_trail
from .http_adapter import HttpAdapter
from .pages import KINDS, MISSING, Pages, Place, find_key
from .template import path_part

IDS_AT_ONCE = 50  # ids in one request: addresses may be about 2,000 characters long
ID = "{id}"  # in _record_path; it is no field of the backend
IF_MATCH = "If-Match"
JSON = ".json"  # behind the ids of some servers


class RestAdapter(HttpAdapter, PagedAdapter):
    """An adapter of a collection of a REST server.

    Its backend inherits ``connector.backend.http``. A list is read by ``GET path``, a
    record by ``GET path/id``; ``POST``, ``PATCH`` and ``DELETE`` change it. Where the
    path ends with a slash, so do those of the records.
    """

    _record_path: str | None = None
    """Path of one record, where it is another one: ``"products/{id}.json"``."""

    _pages: Pages = Pages()
    """How the list is paged: ``NextLink``, ``PageNumber``, ``Offset``, ``CursorParam``
    or ``LinkHeader``; all on one page by default."""

    _params: Mapping[str, Any] = {}
    """Parameters of each list, such as the size of a page."""

    _slice_param: str | None = None
    """Parameter that asks for a slice of the records. None: those of another one, by
    ``_slice``, are left out here."""

    _ids_param: str | None = None
    """Parameter that asks for several ids, with commas between them. None: the records
    are read one by one."""

    _find_params: Mapping[str, str] = {}
    """Parameters of the list that ask for the natural key in ``_find``, by its keys
    there, where they have other names."""

    _key_header = "Idempotency-Key"
    """Header of a create with its key, where ``_takes_key`` is set."""

    _record: str | None = None
    """Key under which one record stands, where it is wrapped: ``"product"``."""

    _update_method = "PATCH"
    """Method of an update; with ``PUT``, many servers clear what is not sent, so an
    export sends all values."""

    _version_header: str | None = None
    """Header with the version of a record, such as ``"ETag"``, in answers that hold one
    record. It stands under ``_version`` then, which is the name of the header where it
    is not declared."""

    _condition: str | None = None
    """Header that makes an update a condition: it holds the version of the record that
    is known here, and the server answers 412 where it has another one. It is
    ``"If-Match"`` where ``_version_header`` is declared."""

    _decimals = False
    """Whether numbers with a fraction are read as Decimal, not as float."""

    def __init_subclass__(cls, **options: object) -> None:
        """Refuse declarations that cannot work."""
        super().__init_subclass__(**options)
        if cls._version_header:
            cls._version = cls._version or cls._version_header
            cls._condition = cls._condition or IF_MATCH
        cls._conditional = bool(cls._condition)
        cls._replaces = cls._update_method == "PUT"
        _check_pages(cls)
        if ID not in (cls._record_path or ID):
            raise InvalidUsageError(
                f"_record_path of {cls.__qualname__} is {cls._record_path!r}, expected "
                f"{ID} in it."
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
        answer = self.request("GET", self._path, self._list_params(state))
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
            return [], None
        if not self._slice_param:
            records = [one for one in records if self.in_slice(one)]
        if next_place is None:
            return records, None
        return records, {**state, "place": next_place}

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

    # === RECORDS === #

    def read(self, external_id: str) -> Record:
        """Return one record.

        Raises:
            IDMissingInBackend: there is none with this id.
        """
        answer = self.request("GET", self._path_of(external_id))
        record = self._record_in(answer)
        if not isinstance(record, dict):
            raise FailedJobError(
                f"{answer.describe()} Expected a record. Correct _record or _path of "
                f"{type(self).__qualname__}."
            )
        return record

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

    def create(self, data: Any) -> Any:
        """Create a record; return it, or its id where the server says only that.

        Raises:
            InvalidDataError: the server refuses it.
        """
        key = self.idempotency_key
        headers = {self._key_header: key} if key else None
        try:
            answer = self.request("POST", self._path, data=data, headers=headers)
        except IDMissingInBackend as error:
            raise FailedJobError(
                f"{error} Correct _path of {type(self).__qualname__}: some servers "
                "want a slash at its end."
            ) from error
        record = self._record_in(answer)
        place = answer.headers.get("Location")
        if place and (record is None or record.keys() == {self._version}):
            external_id = self._id_in(place)
            return {**record, self._id: external_id} if record else external_id
        return record

    def write(self, external_id: str, data: Any) -> Any:
        """Update a record; return it, where the server answers with it.

        Raises:
            IDMissingInBackend: there is none with this id.
            InvalidDataError: the server refuses it.
        """
        path, version = self._path_of(external_id), self.known_version
        name = self._condition
        headers = {name: version} if name and version else None
        answer = self.request(self._update_method, path, data=data, headers=headers)
        return self._record_in(answer)

    def delete(self, external_id: str) -> None:
        """Delete a record.

        Raises:
            IDMissingInBackend: there is none with this id.
        """
        self.request("DELETE", self._path_of(external_id))

    # === REQUESTS === #

    def path_of(self, external_id: str, *more: str) -> str:
        """Return the path of a record, for :meth:`request`, or one below it.

        Args:
            external_id: of the record, which is escaped.
            more: what follows, such as ``"cancel"``.
        """
        path = self._path_of(external_id)
        slash = "/" if path.endswith("/") else ""
        return "/".join([path.rstrip("/"), *more]) + slash

    # === HELPERS === #

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
        if place and "url" in place:  # which holds all parameters
            answer = self.request("GET", place["url"])
        else:
            asked = {**params, **self._pages.params(place)}
            answer = self.request("GET", self._path, asked)
        data = answer.json(self._decimals)
        records = self._pages.records_in(answer, data)
        next_place = self._pages.next_place(answer, data, len(records), place)
        if next_place and "url" in next_place:  # it is kept between pages
            next_place = {"url": self.http.without_login(next_place["url"])}
        if next_place is None:
            return records, None
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
        return records, next_place

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
            params = {**self._params, self._ids_param or "": ",".join(wanted)}
            for record in self._search(params):
                if (external_id := self._known_id(record)) in wanted:
                    yield external_id, record

    def _path_of(self, external_id: str) -> str:
        """Return the path of a record, with fields of the backend in braces still."""
        part = path_part(external_id).replace("{", "{{").replace("}", "}}")
        if self._record_path:
            return self._record_path.replace(ID, part)
        slash = "/" if self._path.endswith("/") else ""
        return f"{self._path.rstrip('/')}/{part}{slash}"

    @property
    def _suffix(self) -> str:
        """What stands behind the id in the address of a record, such as ``.json``."""
        if self._record_path:
            return self._record_path.rpartition(ID)[2].rstrip("/")
        return JSON if self._path.endswith(JSON) else ""

    def _record_in(self, answer: HttpAnswer) -> Any:
        """Return the record in an answer, None for an empty one."""
        data = answer.json(self._decimals)
        found = data if data is None else find_key(data, self._record)
        if found is MISSING:
            raise FailedJobError(
                f"{answer.describe()} There is nothing under {self._record!r}. Correct "
                f"_record of {type(self).__qualname__}."
            )
        version = self._version_header and answer.headers.get(self._version_header)
        if version and (found is None or isinstance(found, dict)):
            return {**(found or {}), self._version: version}
        return found

    def _id_in(self, place: str) -> str:
        """Return the id in the address of a record that was created."""
        path = place.partition("?")[0].rstrip("/").removesuffix(self._suffix)
        external_id = path.rstrip("/").rpartition("/")[2]
        if not external_id:
            raise InvalidDataError(
                f"The server created a record at {place!r}, which has no id at its "
                f"end. Return the id in {type(self).__qualname__}.create."
            )
        return unquote(external_id)


def _check_pages(cls: type[RestAdapter]) -> None:
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
