# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""WebDAV adapters: files in a collection on a server, such as cards and calendars.

The *external id* of a file is its name in the collection, as the server itself writes
it; its *etag* changes whenever the file does. A *sync token* stands for a state of the
collection: the server says what changed since.

Source: RFC 4918 (WebDAV), RFC 6352 (CardDAV), RFC 4791 (CalDAV), RFC 6578 (tokens).
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from ..components.paged_adapter import Record
from ..components.token_adapter import Changes, TokenAdapter
from ..exception import (
    FailedJobError,
    IDMissingInBackend,
    NetworkRetryableError,
    RetryableJobError,
)
from .answer import HttpAnswer
from .http_adapter import HttpAdapter
from .status import CONFLICT, REFUSED, RETRY, Status
from .template import placeholders_in
from .webdav_answer import (
    ETAG,
    NAMES,
    PRECONDITION,
    STUMBLES,
    D,
    element,
    etags_of,
    has_precondition,
    is_cut,
    is_gone,
    name_of,
    quote_name,
    rows_of,
    token_of,
    with_known_names,
    write_xml,
)
from .xml import parse_xml

WRITES = ("PUT", "DELETE")
ANY = "*"  # in place of an etag: of whatever is there
AS_IT_IS = {"Accept": "*/*", "Accept-Encoding": "identity"}  # packing alters etags
URL_REMEDY = "Correct its URL: it has to be the address of {kind}."


class NotServed(NetworkRetryableError):
    """The server stumbles over what it was asked for, and over nothing else."""


class NotUnderstood(FailedJobError):
    """The server does not do what it was asked for, or its answer cannot be read."""


# What is wrong with one file only.
FILE_FAULTS = (NotServed, NotUnderstood, IDMissingInBackend)


class DavAdapter(HttpAdapter, TokenAdapter):
    """An adapter of the files in a collection on a WebDAV server.

    Its backend inherits ``connector.backend.http``. A file becomes a record by
    :meth:`parse`, and a record a file by :meth:`edit`. Files are written as they were
    read, or not at all: with their etag as the condition.
    """

    _id = "external_id"
    _version = "etag"
    _takes_key = True  # the name of a new file, which is made before it is sent

    _kind = "a collection"
    """What is at the address, for messages."""

    _namespace = "DAV:"
    """XML namespace of the elements below."""

    _resource_type = "collection"
    """Element that a collection of this kind has among its types."""

    _multiget: str | None = None
    """Element of the question for many files; None: they are read one by one."""

    _data = ""
    """Element of an answer with the text of a file."""

    _media_type = "text/plain"
    """Media type of the files."""

    _media_version: str | None = None
    """Version of the media type that is asked for, with fields of the backend in
    braces; None for any."""

    _uid = "uid"
    """Key of what is to be written under which the name of a new file stands."""

    _suffix = ""
    """How the names of new files end, such as ``".vcf"``."""

    _statuses = (
        Status(412, CONFLICT, methods=WRITES),
        Status((403, 409, 412), REFUSED, body=PRECONDITION),
        Status((409, 501), REFUSED),
        Status(423, RETRY),
    )

    def __init_subclass__(cls, **options: object) -> None:
        """Refuse declarations that cannot work."""
        super().__init_subclass__(**options)
        placeholders_in(cls._media_version or "")

    def __init__(self, connector_env: Any) -> None:
        super().__init__(connector_env)
        self._texts: dict[str, tuple[str, str]] = {}  # of what was read: etag, text

    # === TEXTS === #

    def parse(self, text: str) -> Record:
        """Return what the text of a file says; for overrides.

        Raises:
            ValueError: it cannot be read. The file is rejected with that reason.
        """
        return {"text": text}

    def edit(self, text: str | None, data: Mapping[str, Any]) -> str:
        """Return the text of a file that is to say something else; for overrides.

        Args:
            text: of the file, as it was read; None for a new one.
            data: what it is to say.
        """
        return str(data["text"])

    # === READING === #

    def check(self) -> int:
        """Return how many files there are, for *Check Connection*."""
        return len(self.read_changes().versions)

    def is_weak_version(self, version: str) -> bool:
        """Return whether two files with the same etag may differ.

        SOGo counts the changes of a file from 0: of one that was deleted and made again
        as well.
        """
        return super().is_weak_version(version) or version.startswith('"gcs')

    def read_changes(self, token: str | None = None) -> Changes:
        """Return what changed since a sync token, else all files."""
        if token:
            # It may be a token of old, a server without tokens, an answer that is no
            # XML. What is wrong with more than that, the list of all files will say.
            with suppress(FailedJobError, NotServed, IDMissingInBackend):
                return self._read_since(token)
        return self._read_all()

    def read(self, external_id: str) -> Record:
        """Return one file.

        Raises:
            IDMissingInBackend: there is none with this name.
            FailedJobError: it is not UTF-8.
        """
        what = f"Cannot read {external_id!r} of {self.backend_record.describe()}"
        try:
            answer = self._ask("GET", quote_name(external_id))
            text = answer.content.decode()
        except IDMissingInBackend as error:
            raise IDMissingInBackend(
                f"{what}: the server does not have it any more. {error}"
            ) from error
        except UnicodeDecodeError as error:
            raise NotUnderstood(
                f"{what}: it is not UTF-8 ({error}). Correct it there."
            ) from error
        etag = answer.headers.get("ETag", "")
        self._texts[external_id] = etag, text
        return self.record_of(external_id, etag, text)

    def read_many(self, external_ids: list[str]) -> list[Record]:
        """Return the files of a page; those that are not in the answer, one by one.

        So a file that the server cannot deliver, or that is longer than its XML may be,
        stops no other.
        """
        records = []
        missing = {unquote(name): name for name in external_ids}  # it may escape more
        for row in self._read_together(external_ids):
            if text := self._text_in(row):
                if name := missing.pop(unquote(name_of(row)), None):
                    etag = row.findtext(ETAG, "", NAMES)
                    records.append(self.record_of(name, etag, text))
        return [*records, *map(self._read_listed, missing.values())]

    def record_of(self, name: str, etag: str, text: str) -> Record:
        """Return what a file says, or why that cannot be read.

        Args:
            name: of the file.
            etag: its version; empty where the server gave none.
            text: of the file.
        """
        try:
            said = self.parse(text)
        except ValueError as error:
            owner = self.backend_record.describe()
            reason = f"Cannot read {name!r} of {owner}: {error} Correct it there."
            return self.unreadable(name, reason, text=text)
        return {**said, self._id: name, "etag": etag}

    # === WRITING === #

    def create(self, data: Mapping[str, Any]) -> Record:
        """Create a file; one that is there already was sent before, by the same key."""
        name = f"{data[self._uid]}{self._suffix}"
        text = self.edit(None, data)
        try:
            return self._put(name, text, {"If-None-Match": ANY})
        except RetryableJobError as error:
            is_there = _status_in(error) == 412  # noqa: PLR2004 precondition failed
            if not is_there or self.read(name).get(self._uid) != data[self._uid]:
                raise
            return self.record_of(name, "", text)

    def write(self, external_id: str, data: Mapping[str, Any]) -> Record:
        """Change what a file says, as it was read, and return it.

        Raises:
            RetryableJobError: it was changed there meanwhile.
        """
        etag, text = self._last_read(external_id)
        return self._put(external_id, self.edit(text, data), {"If-Match": etag})

    def delete(self, external_id: str) -> None:
        """Delete a file, as it was read.

        Raises:
            RetryableJobError: it was changed there meanwhile.
        """
        etag, _text = self._last_read(external_id)
        self._ask("DELETE", quote_name(external_id), headers={"If-Match": etag})

    # === HELPERS === #

    def _last_read(self, external_id: str) -> tuple[str, str]:
        """Return the etag, for a comparison, and the text of a file."""
        if external_id not in self._texts:
            self.read(external_id)
        etag, text = self._texts.pop(external_id)
        return etag if etag.startswith('"') else ANY, text

    def _put(self, name: str, text: str, headers: Mapping[str, str]) -> Record:
        """Store a file and return it, without an etag where the server gives none."""
        headers = {**headers, "Content-Type": f"{self._media_type}; charset=utf-8"}
        answer = self._ask("PUT", quote_name(name), text.encode(), headers)
        return self.record_of(name, answer.headers.get("ETag", ""), text)

    def _read_listed(self, external_id: str) -> Record:
        try:
            return self.read(external_id)
        except FILE_FAULTS as error:
            return self.not_delivered(external_id, str(error))

    def _read_together(self, names: list[str]) -> list[Any]:
        """Return the rows of an answer with many files; none where that fails.

        What is wrong with more than that, reading them one by one will say.
        """
        if not self._multiget:
            return []
        options = {"content-type": self._media_type}
        if self._media_version:
            template = self._media_version
            options["version"] = self.backend_record._fill_path(template)
        data = element(self._namespace, self._data, **options)
        hrefs = [D.href(self._folder + quote_name(name)) for name in names]
        wanted = D.prop(D.getetag(), data)
        question = element(self._namespace, self._multiget, wanted, *hrefs)
        try:
            return rows_of(self._query("REPORT", question))
        except (FailedJobError, NotServed):
            return []

    def _text_in(self, row: Any) -> str:
        return str(row.findtext(f".//{{{self._namespace}}}{self._data}", ""))

    def _read_all(self) -> Changes:
        """Return all files, with the token of a moment before they were listed."""
        try:
            wanted = D.prop(D.resourcetype(), D("sync-token"))
            folder = self._query("PROPFIND", D.propfind(wanted), depth="0")
        except IDMissingInBackend as error:
            raise IDMissingInBackend(f"{error} {self._remedy}") from error
        if folder.find(f".//{{{self._namespace}}}{self._resource_type}") is None:
            raise FailedJobError(
                f"Cannot read {self.backend_record.describe()}: {self._url} is a "
                f"folder, but not {self._kind}. {self._remedy}"
            )
        query = D.propfind(D.prop(D.resourcetype(), D.getetag()))
        rows = rows_of(self._query("PROPFIND", query))
        versions = dict(etags_of(rows, self._folder))
        token = token_of(folder) or None
        (own,) = self._with_own_names(versions)
        return Changes(own, (), token, is_full=True)

    def _read_since(self, token: str) -> Changes:
        """Return the files that changed since a token."""
        wanted = D.prop(D.resourcetype(), D.getetag())
        since, level = D("sync-token", token), D("sync-level", "1")
        answer = self._query("REPORT", D("sync-collection", since, level, wanted))
        rows = rows_of(answer)
        gone = dict.fromkeys(map(name_of, filter(is_gone, rows)), "")
        there = [row for row in rows if not is_gone(row)]
        versions, deleted = self._with_own_names(
            dict(etags_of(there, self._folder)), gone
        )
        next_token = token_of(answer) or token
        return Changes(versions, list(deleted), next_token, has_more=is_cut(rows))

    def _with_own_names(self, *some: Mapping[str, str]) -> list[dict[str, str]]:
        """Return etags by the names under which the files are known here."""
        if not any(some):
            return [{} for _one in some]
        bindings = self.model.with_context(active_test=False).search_fetch(
            [("backend_id", "=", self.backend_record.id)], ["external_id"]
        )
        known = bindings.mapped("external_id")
        return [with_known_names(one, known) for one in some]

    # === NETWORK === #

    @cached_property
    def _url(self) -> str:
        """The address of the collection, with a slash at its end."""
        path = self.backend_record._fill_path(self._path).strip("/")
        return f"{self.backend_record.url.rstrip('/')}/{path}".rstrip("/") + "/"

    @property
    def _folder(self) -> str:
        """The path of the collection on its server, as it is escaped."""
        return urlsplit(self._url).path

    @property
    def _remedy(self) -> str:
        return URL_REMEDY.format(kind=self._kind)

    def _query(self, method: str, question: Any, depth: str = "1") -> Any:
        """Return what the server answers for the folder and each of its files.

        Raises:
            NotUnderstood: it does not answer in XML, or not to such a question.
        """
        headers = {"Content-Type": "text/xml; charset=utf-8", "Depth": depth}
        answer = self._ask(method, "", write_xml(question), headers)
        try:
            return parse_xml(answer.content)
        except FailedJobError as error:
            raise NotUnderstood(
                f"{answer.describe()} Expected an answer in XML: {error} {self._remedy}"
            ) from error

    def _ask(
        self,
        method: str,
        name: str,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Send a request about a file, or about the collection where it has no name.

        Raises:
            NotServed, NotUnderstood: the server answers to other requests, perhaps.
        """
        headers = {**AS_IT_IS, **(headers or {})}
        try:
            return self.request(method, self._url + name, data=data, headers=headers)
        except (FailedJobError, NetworkRetryableError) as error:
            status = _status_in(error)
            if status in STUMBLES and method not in WRITES:
                stumble = NotServed(str(error), getattr(error, "seconds", None))
                stumble.network_retry_s = self.http.gate.patience_s
                raise stumble from error
            if status in (403, 409, 412) and has_precondition(_text_in(error)):
                raise NotUnderstood(str(error)) from error
            raise


class CardDavAdapter(DavAdapter):
    """An adapter of the cards in an address book on a CardDAV server."""

    _kind = "an address book"
    _namespace = "urn:ietf:params:xml:ns:carddav"
    _resource_type = "addressbook"
    _multiget = "addressbook-multiget"
    _data = "address-data"
    _media_type = "text/vcard"
    _suffix = ".vcf"


class CalDavAdapter(DavAdapter):
    """An adapter of the events and tasks in a calendar on a CalDAV server."""

    _kind = "a calendar"
    _namespace = "urn:ietf:params:xml:ns:caldav"
    _resource_type = "calendar"
    _multiget = "calendar-multiget"
    _data = "calendar-data"
    _media_type = "text/calendar"
    _suffix = ".ics"


def _response_of(error: BaseException) -> requests.Response | None:
    """Return the answer that an error of the client is about."""
    cause = error.__cause__
    return cause.response if isinstance(cause, requests.HTTPError) else None


def _status_in(error: BaseException) -> int | None:
    response = _response_of(error)
    return None if response is None else response.status_code


def _text_in(error: BaseException) -> str:
    response = _response_of(error)
    return "" if response is None else response.text
