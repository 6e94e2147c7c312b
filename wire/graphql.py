# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""GraphQL adapter: records that a server gives and takes by queries and mutations.

Its servers answer with 200 whatever happens: errors stand in the answer, and a refusal
may be a result of a type of its own. The status table reads both.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ..components.paged_adapter import Record
from ..exception import FailedJobError, IDMissingInBackend, InvalidUsageError
from ..text import is_missing
from .answer import HttpAnswer
from .pages import Place
from .server_adapter import ServerAdapter
from .status import GRAPHQL_STATUSES, Status

OPERATION = re.compile(r"^\s*(query|mutation|subscription)\b", re.MULTILINE)
DECLARED = re.compile(r"\$(\w+)\s*:")  # a variable of a document
FIELDS = "...fields"  # in a document, for the fields of a record
MUTATION = "mutation"
DOCUMENTS = {
    **dict.fromkeys(("_list_query", "_read_query"), "query"),
    **dict.fromkeys(("_create_mutation", "_write_mutation"), MUTATION),
    "_delete_mutation": MUTATION,
}


class GraphQLAdapter(ServerAdapter):
    """An adapter of the records of a GraphQL server.

    Its backend inherits ``connector.backend.http``; ``_path`` is where the server takes
    requests. A document asks for one field, and what that gives is a record, or a page
    with ``_pages``. Parameters are variables: one with dots is a value in a variable,
    such as ``"options.filter.id.in"``.
    """

    _list_query: str = ""
    """Query of a page. Its variables come from ``_params``, ``_pages`` and
    ``_changed_since``; one without a value is left out."""

    _read_query: str = ""
    """Query of one record, by ``$id``. Without it, the list is asked by ``_ids_param``.
    """

    _create_mutation: str = ""
    """Mutation that creates a record of ``$input``; ``$key`` is its idempotency key."""

    _write_mutation: str = ""
    """Mutation that updates a record by ``$input``. The id is ``$id``, and where there
    is no such variable, it stands in the input."""

    _delete_mutation: str = ""
    """Mutation that deletes the record ``$id``."""

    _fields: str = ""
    """Fields of a record, which stand in the documents where these say ``...fields``.
    """

    _record: str | None = None
    """Key of the record in what a mutation gives, where it is wrapped."""

    _nested = True
    _last_statuses: ClassVar[Sequence[Status]] = GRAPHQL_STATUSES

    def __init_subclass__(cls, **options: object) -> None:
        """Refuse declarations that cannot work."""
        super().__init_subclass__(**options)
        for name, kind in DOCUMENTS.items():
            _check_document(cls, name, kind)

    # === DOCUMENTS === #

    def execute(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a document, and return what each of its fields gives, by name.

        Args:
            document: a query, or a mutation; ``...fields`` stands for ``_fields``.
            variables: by name; one with dots is a value in a variable.

        Raises:
            InvalidDataError: a mutation is refused, by an error or by its result.
            IDMissingInBackend: nothing is there.
            FailedJobError, NetworkRetryableError, RetryableJobError: as
                ``HttpClient.request``.
        """
        return self._execute(document, variables or {})[1]

    # === RECORDS === #

    def read(self, external_id: str) -> Record:
        """Return one record.

        Raises:
            IDMissingInBackend: there is none with this id.
        """
        if is_missing(external_id):
            raise IDMissingInBackend(f"There is no record with id {external_id!r}.")
        if self._read_query:
            found = self._result_of(self._read_query, {"id": str(external_id)})
        elif self._ids_param:
            found = dict(self._listed([str(external_id)])).get(str(external_id))
        else:
            raise NotImplementedError(self._undefined("read"))
        if found is None:
            raise IDMissingInBackend(
                f"{self.backend_record.describe()} has no "
                f"{self.connector_env.model_name} with id {external_id!r}."
            )
        return found

    def create(self, data: Any) -> Any:
        """Create a record; return what the mutation gives of it.

        Raises:
            InvalidDataError: the server refuses it.
        """
        given = {"input": data, "key": self.idempotency_key}
        return self._change("create", self._create_mutation, given)

    def write(self, external_id: str, data: Any) -> Any:
        """Update a record; return what the mutation gives of it.

        Raises:
            IDMissingInBackend: there is none with this id.
            InvalidDataError: the server refuses it.
        """
        given = {"id": external_id, "input": data}
        if "id" not in DECLARED.findall(self._write_mutation):
            given = {"input": {self._id: external_id, **data}}
        return self._change("write", self._write_mutation, given)

    def delete(self, external_id: str) -> None:
        """Delete a record.

        Raises:
            IDMissingInBackend: there is none with this id.
        """
        given = {"id": external_id, "input": {self._id: external_id}}
        self._change("delete", self._delete_mutation, given)

    # === HELPERS === #

    def _change(self, verb: str, document: str, given: Mapping[str, Any]) -> Any:
        """Return the record that a mutation gives, None for none.

        Args:
            given: variables, of which the document declares some.
        """
        if not document:
            raise NotImplementedError(self._undefined(verb))
        declared = DECLARED.findall(document)
        known = {name: value for name, value in given.items() if name in declared}
        found = self._result_of(document, known)
        if isinstance(found, dict) and self._record in found:
            found = found[self._record]
        return found

    def _result_of(self, document: str, variables: Mapping[str, Any]) -> Any:
        """Return what the one field of a document gives."""
        answer, data = self._execute(document, variables)
        found = self._one_of(answer, data)
        return self._flat(found) if isinstance(found, dict) else found

    def _execute(
        self, document: str, variables: Mapping[str, Any]
    ) -> tuple[HttpAnswer, dict[str, Any]]:
        """Return an answer, and the data in it."""
        text = document.strip().replace(FIELDS, self._fields)
        asked = {"query": text, "variables": nest(variables)}
        is_read = kind_of(document) != MUTATION
        answer = self.request("POST", self._path, data=asked, is_read=is_read)
        found = answer.json(self._decimals)
        data = found.get("data") if isinstance(found, dict) else None
        if not isinstance(data, dict):
            raise FailedJobError(
                f"{answer.describe()} Expected an object with data, as servers of "
                f"GraphQL send it. Correct _path of {type(self).__qualname__}, or the "
                "address in the settings of the backend."
            )
        return answer, data

    def _one_of(self, answer: HttpAnswer, data: Mapping[str, Any]) -> Any:
        if len(data) != 1:
            raise FailedJobError(
                f"{answer.describe()} It has the fields {', '.join(data) or 'none'}, "
                f"expected one. Correct the documents of {type(self).__qualname__}, or "
                "send this one by execute()."
            )
        return next(iter(data.values()))

    def _ask_page(
        self, params: Mapping[str, Any], place: Place | None
    ) -> tuple[HttpAnswer, Any]:
        """Return the answer with a page of the list, and the page in it."""
        if not self._list_query:
            raise NotImplementedError(self._undefined("read_page"))
        asked = {**params, **self._pages.params(place)}
        known = {name: value for name, value in asked.items() if value is not None}
        answer, data = self._execute(self._list_query, known)
        return answer, self._one_of(answer, data)

    def _ids_value(self, external_ids: list[str]) -> Any:
        """Return the value of the variable that asks for several ids."""
        return external_ids

    def _read_each(self, external_ids: Iterable[str]) -> Iterator[tuple[str, Record]]:
        """Return records one by one, where there is a query for one."""
        if self._read_query or not self._ids_param:
            yield from super()._read_each(external_ids)


def nest(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables of names with dots as values in values.

    >>> nest({"options.take": 2, "options": {"filter": {"id": {"eq": "7"}}}})
    {'options': {'take': 2, 'filter': {'id': {'eq': '7'}}}}
    """
    found: dict[str, Any] = {}
    for name, value in params.items():
        _put(found, name.split("."), value)
    return found


def _put(into: dict[str, Any], names: Sequence[str], value: Any) -> None:
    name, *rest = names
    if not rest and not (isinstance(value, Mapping) and name in into):
        into[name] = value
        return
    if not isinstance(into.get(name), dict):
        into[name] = {}
    into[name] = {**into[name]}  # what was given is not changed
    inner = {".".join(rest): value} if rest else value
    for key, one in inner.items():
        _put(into[name], key.split("."), one)


def kind_of(document: str) -> str:
    """Return whether a document is a query, a mutation or a subscription."""
    found = OPERATION.search(document)
    return found[1] if found else "query"


def _check_document(cls: type[GraphQLAdapter], name: str, kind: str) -> None:
    document = getattr(cls, name)
    if document and kind_of(document) != kind:
        raise InvalidUsageError(
            f"{name} of {cls.__qualname__} is a {kind_of(document)}, expected a {kind}."
            " Correct its first word."
        )
    if FIELDS in document and not cls._fields:
        raise InvalidUsageError(
            f"{name} of {cls.__qualname__} asks for {FIELDS}, and there are none. Name "
            "them in _fields."
        )
    if document.count("{") != document.count("}"):
        raise InvalidUsageError(
            f"{name} of {cls.__qualname__} has {document.count('{')} opening and "
            f"{document.count('}')} closing braces. Correct the document."
        )
