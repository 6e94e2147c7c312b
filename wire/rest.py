# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""REST adapter: records that a server keeps below a path, read and written as JSON."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from ..components.paged_adapter import Record
from ..exception import (
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
)
from .answer import HttpAnswer
from .pages import MISSING, Place, find_key
from .server_adapter import ServerAdapter
from .template import path_part

ID = "{id}"  # in _record_path; it is no field of the backend
IF_MATCH = "If-Match"
JSON = ".json"  # behind the ids of some servers


class RestAdapter(ServerAdapter):
    """An adapter of a collection of a REST server.

    Its backend inherits ``connector.backend.http``. A list is read by ``GET path``, a
    record by ``GET path/id``; ``POST``, ``PATCH`` and ``DELETE`` change it. ``_path``
    is that of the collection: where it ends with a slash, so do those of the records.
    Where ``_ids_param`` asks for several ids, they have commas between them.
    """

    _record_path: str | None = None
    """Path of one record, where it is another one: ``"products/{id}.json"``."""

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

    def __init_subclass__(cls, **options: object) -> None:
        """Refuse declarations that cannot work."""
        super().__init_subclass__(**options)
        if cls._version_header:
            cls._version = cls._version or cls._version_header
            cls._condition = cls._condition or IF_MATCH
        cls._conditional = bool(cls._condition)
        cls._replaces = cls._update_method == "PUT"
        if ID not in (cls._record_path or ID):
            raise InvalidUsageError(
                f"_record_path of {cls.__qualname__} is {cls._record_path!r}, expected "
                f"{ID} in it."
            )

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

    def _read_each(self, external_ids: Iterable[str]) -> Iterator[tuple[str, Record]]:
        """Return records that are read one by one; their turns come together."""
        ids = list(external_ids)
        self.http.gate.reserve(len(ids))
        return super()._read_each(ids)

    def _ask_page(
        self, params: Mapping[str, Any], place: Place | None
    ) -> tuple[HttpAnswer, Any]:
        """Return the answer with a page of the list, and the data in it."""
        if place and "url" in place:  # which holds all parameters
            answer = self.request("GET", place["url"])
        else:
            asked = {**params, **self._pages.params(place)}
            answer = self.request("GET", self._path, asked)
        return answer, answer.json(self._decimals)

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
            found = {**(found or {}), self._version: version}
        return self._flat(found) if isinstance(found, dict) else found

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
