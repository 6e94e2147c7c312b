# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter to an address book on a CardDAV server.

An address book is a folder of cards on a web server. The *external id* of a card is
its name in that folder, as the server itself writes it; its *etag* changes whenever
the card does. A *sync token* stands for a state of the folder: the server says what
changed since.

Source: RFC 4918 (WebDAV), RFC 6352 (CardDAV), RFC 6578 (sync tokens).
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, unquote, urlsplit

import requests
from lxml import etree
from lxml.builder import ElementMaker

from odoo.addons.connector.api import (
    Backend,
    ChangedThereError,
    Changes,
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    TokenAdapter,
)

from .vcard import edit_card, new_card, read_card

CONTACT = "carddav.res.partner"
carddav = Backend("carddav")
Backend(parent=carddav, version="3.0")
Backend(parent=carddav, version="4.0")

TIMEOUT_S = (5, 30)  # connect, read
CREATED, MULTI_STATUS, OUTDATED = 201, 207, 412
DONE = (200, CREATED, 204)
WRITES = ("PUT", "DELETE")

DAV, CARDDAV = "DAV:", "urn:ietf:params:xml:ns:carddav"
NAMES = {"d": DAV, "c": CARDDAV}
ETAG = ".//d:getetag"
D = ElementMaker(namespace=DAV, nsmap=NAMES)
C = ElementMaker(namespace=CARDDAV, nsmap=NAMES)

LOGIN_REMEDY = "Correct its login and password, then try again."
URL_REMEDY = "Correct its URL: it is the address of one address book."
LATER_REMEDY = "Nothing was done; try again later."
CARD_REMEDY = "Correct that, then try again."
RIGHTS = "need-privileges"  # the one precondition that is a matter of the login


class NotDelivered(NetworkRetryableError):
    """The server stumbles over what it was asked for, and over nothing else."""


class NotUnderstood(FailedJobError):
    """The server does not do what it was asked for, or does not answer in XML."""


class Outdated(ChangedThereError):
    """The card was changed there since it was read, or is there already."""


# What an HTTP status other than the expected one means.
NEXT_STEPS = {
    **dict.fromkeys((401, 403), (FailedJobError, LOGIN_REMEDY)),
    **dict.fromkeys((404, 410), (IDMissingInBackend, URL_REMEDY)),
    **dict.fromkeys((408, 423, 429), (NetworkRetryableError, LATER_REMEDY)),
    501: (FailedJobError, URL_REMEDY),
    # too much for a page, and maybe not for each of its cards
    **dict.fromkeys((413, 500, 507), (NotDelivered, LATER_REMEDY)),
}
CARD_FAULTS = (NotDelivered, NotUnderstood, IDMissingInBackend)
REFUSALS = (400, 409, 413, 415, 422)  # of a card that is written


@carddav
class ContactAdapter(TokenAdapter):
    """Reads and writes cards; it raises what the queue understands.

    Raises:
        NetworkRetryableError: the server gave no answer, or none yet.
        FailedJobError: the server refused to answer.
        IDMissingInBackend: there is no such address book, or no such card.
        InvalidDataError: the server refused the card.
        RetryableJobError: the card was changed there since it was read.
    """

    _model_name = CONTACT
    _id = "external_id"
    _version = "etag"
    _takes_key = True  # the name of a new card, which is made before it is sent

    def __init__(self, connector_env):
        super().__init__(connector_env)
        self.name = self.backend_record.describe()
        self.url = f"{self.backend_record.url.rstrip('/')}/"
        self.texts: dict[str, tuple[str, str]] = {}  # of what was read: etag, text
        self.http = requests.Session()
        self.http.auth = (self.backend_record.login, self.backend_record.password)
        self.http.headers["Accept-Encoding"] = "identity"  # packing alters etags

    def is_weak_version(self, version: str) -> bool:
        """Return whether two cards with the same etag may differ.

        SOGo counts the changes of a card from 0: of one that was deleted and made again
        as well.
        """
        return super().is_weak_version(version) or version.startswith('"gcs')

    # === READING === #

    def read_changes(self, token: str | None = None) -> Changes:
        """Return what changed since a sync token, else all cards."""
        if token:
            # It may be a token of old, a server without tokens, an answer that is no
            # XML. What is wrong with more than that, the list of all cards will say.
            with suppress(FailedJobError, NotDelivered):
                return self._read_since(token)
        return self._read_all()

    def read(self, external_id: str) -> dict:
        """Return one card."""
        what = f"card {external_id!r} of {self.name}"
        try:
            answer = self._request("GET", quote_name(external_id), f"read {what}")
            text = answer.content.decode()
        except IDMissingInBackend as error:
            raise IDMissingInBackend(
                f"Cannot read {what}: the server does not have it any more. Import "
                "the address book to archive its contact."
            ) from error
        except UnicodeDecodeError as error:
            raise NotUnderstood(
                f"Cannot read {what}: it is not UTF-8 ({error}). {CARD_REMEDY}"
            ) from error
        etag = answer.headers.get("ETag", "")
        self.texts[external_id] = etag, text
        return self.card_of(external_id, etag, text)

    def read_many(self, external_ids: list[str]) -> list[dict]:
        """Return the cards of a page; those that are not in the answer, one by one.

        So a card that the server cannot deliver, or that is longer than its XML may
        be, stops no other.
        """
        card = {"content-type": "text/vcard", "version": self.backend_record.version}
        wanted = D.prop(D.getetag(), C("address-data", card))
        folder = urlsplit(self.url).path
        hrefs = [D.href(folder + quote_name(name)) for name in external_ids]
        try:
            rows = self._ask("REPORT", C("addressbook-multiget", wanted, *hrefs))
        except (NotDelivered, NotUnderstood):
            rows = D.multistatus()
        cards = []
        missing = {unquote(name): name for name in external_ids}  # it may escape more
        for row in _responses(rows):
            if text := row.findtext(".//c:address-data", "", NAMES):
                if name := missing.pop(unquote(_name(row)), None):
                    etag = row.findtext(ETAG, "", NAMES)
                    cards.append(self.card_of(name, etag, text))
        return [*cards, *map(self._read_alone, missing.values())]

    def _read_alone(self, name: str) -> dict:
        try:
            return self.read(name)
        except CARD_FAULTS as error:
            return self.not_delivered(name, str(error))

    def card_of(self, name: str, etag: str, text: str) -> dict:
        """Return what a card says, or why that cannot be read."""
        try:
            said = read_card(text, self.backend_record.version)
        except ValueError as error:
            said = {"fault": str(error)}
        return {**said, "external_id": name, "etag": etag}

    # === WRITING === #

    def create(self, data: dict) -> dict:
        """Create a card; one that is there already was sent before, by the same key."""
        name = f"{data['uid']}.vcf"
        text = new_card(data["uid"], self.backend_record.version, data)
        try:
            return self._put(name, text, {"If-None-Match": "*"})
        except Outdated:
            if self.read(name).get("uid") != data["uid"]:
                raise
            return self.card_of(name, "", text)

    def write(self, external_id: str, data: dict) -> dict:
        """Change what a card says, as it was read, and return it."""
        etag, text = self._last_read(external_id)
        return self._put(external_id, edit_card(text, data), {"If-Match": etag})

    def delete(self, external_id: str) -> None:
        """Delete a card, as it was read."""
        etag, _text = self._last_read(external_id)
        what = f"delete card {external_id!r} of {self.name}"
        headers = {"If-Match": etag}
        self._request("DELETE", quote_name(external_id), what, headers=headers)

    def _last_read(self, external_id: str) -> tuple[str, str]:
        """Return the etag, for a comparison, and the text of a card."""
        if external_id not in self.texts:
            self.read(external_id)
        etag, text = self.texts.pop(external_id)
        return etag if etag.startswith('"') else "*", text

    def _put(self, name: str, text: str, headers: dict) -> dict:
        """Store a card and return it, without an etag where the server gives none."""
        headers = {**headers, "Content-Type": "text/vcard; charset=utf-8"}
        options = {"data": text.encode(), "headers": headers}
        what = f"write card {name!r} of {self.name}"
        answer = self._request("PUT", quote_name(name), what, **options)
        return self.card_of(name, answer.headers.get("ETag", ""), text)

    # === CHANGES === #

    def _read_all(self) -> Changes:
        """Return all cards, with the token of a moment before they were listed."""
        query = D.propfind(D.prop(D.resourcetype(), D("sync-token")))
        folder = self._ask("PROPFIND", query, depth="0")
        if folder.find(".//c:addressbook", NAMES) is None:
            raise FailedJobError(
                f"Cannot read {self.name}: {self.url} is a folder, but not an "
                f"address book. {URL_REMEDY}"
            )
        token = folder.findtext(".//d:sync-token", "", NAMES).strip()
        query = D.propfind(D.prop(D.resourcetype(), D.getetag()))
        versions = dict(self._etags(_responses(self._ask("PROPFIND", query))))
        return Changes(self._with_own_names(versions), (), token or None, is_full=True)

    def _read_since(self, token: str) -> Changes:
        """Return the cards that changed since a token."""
        wanted = D.prop(D.resourcetype(), D.getetag())
        since, level = D("sync-token", token), D("sync-level", "1")
        answer = self._ask("REPORT", D("sync-collection", since, level, wanted))
        rows = _responses(answer)
        gone = [row for row in rows if " 404" in _status(row)]
        there = dict(self._etags([row for row in rows if row not in gone]))
        return Changes(
            self._with_own_names(there),
            list(self._with_own_names(dict.fromkeys(map(_name, gone), ""))),
            answer.findtext("d:sync-token", "", NAMES).strip() or token,
            has_more=any(" 507" in _status(row) for row in rows),
        )

    def _etags(self, rows: list[etree._Element]) -> Iterator[tuple[str, str]]:
        """Yield the names of the cards among some answers, each with its etag."""
        folder = unquote(urlsplit(self.url).path).rstrip("/")
        for row in rows:
            is_folder = unquote(_href(row)).rstrip("/").endswith(folder)
            if not is_folder and row.find(".//d:collection", NAMES) is None:
                yield _name(row), row.findtext(ETAG, "", NAMES)

    def _with_own_names(self, etags: dict[str, str]) -> dict[str, str]:
        """Return etags by the names under which the cards are known here.

        A server may escape a name in one answer, and give it raw in another.
        """
        bindings = self.model.with_context(active_test=False).search_fetch(
            [("backend_id", "=", self.backend_record.id)], ["external_id"]
        )
        known = {unquote(name): name for name in bindings.mapped("external_id") if name}
        return {known.get(unquote(name), name): etag for name, etag in etags.items()}

    # === NETWORK === #

    def _ask(self, method: str, query: etree._Element, depth: str = "1"):
        """Return what the server answers for the folder and each of its files."""
        data = etree.tostring(query, encoding="utf-8", xml_declaration=True)
        headers = {"Content-Type": "text/xml; charset=utf-8", "Depth": depth}
        what, expected = f"read {self.name}", (MULTI_STATUS,)
        options = {"data": data, "headers": headers}
        answer = self._request(method, "", what, expected, **options)
        try:
            return _read_xml(answer.content)
        except etree.XMLSyntaxError as error:
            raise NotUnderstood(
                f"Cannot {what}: {self.url} did not answer in XML ({error}). "
                f"{URL_REMEDY}"
            ) from error

    def _request(
        self, method: str, path: str, what: str, expected=DONE, **options
    ) -> requests.Response:
        url = self.url + path
        # to be sent on, a PUT might become a GET, which is answered with 200
        options["allow_redirects"] = method not in WRITES
        try:
            answer = self.http.request(method, url, timeout=TIMEOUT_S, **options)
        except ValueError as error:  # so requests calls an address that is none
            raise FailedJobError(f"Cannot {what}: {error} {URL_REMEDY}") from error
        except requests.RequestException as error:
            raise NetworkRetryableError(
                f"No answer from {self.name} at {url}: {error}. {LATER_REMEDY}"
            ) from error
        if answer.status_code not in expected:
            error_class, remedy = next_step(answer.status_code, answer.content, method)
            raise error_class(
                f"Cannot {what}: {url} answered {answer.status_code} "
                f"{answer.reason}, expected {expected[0]}. {remedy}"
            )
        return answer


def next_step(
    status: int, content: bytes = b"", method: str = ""
) -> tuple[type[Exception], str]:
    """Return what an HTTP status means, and what to do about it.

    Args:
        content: of the answer, which may say in XML what was not met.
        method: of the request.
    """
    if status == OUTDATED and method in WRITES:
        return Outdated, "It was changed there meanwhile."
    said = _precondition(content) if status in (403, 409, OUTDATED) else ""
    if said and said != RIGHTS:
        error_class = InvalidDataError if method == "PUT" else NotUnderstood
        return error_class, f"It says: {said}. {CARD_REMEDY}"
    if method == "PUT" and status in REFUSALS:
        return InvalidDataError, CARD_REMEDY
    is_theirs = status >= requests.codes.server_error
    later, never = (NetworkRetryableError, LATER_REMEDY), (FailedJobError, URL_REMEDY)
    return NEXT_STEPS.get(status, later if is_theirs else never)


def quote_name(name: str) -> str:
    """Return the name of a card as a part of a URL; what is escaped stays so.

    >>> quote_name("a%20b.vcf"), quote_name("50% off? #1.vcf")
    ('a%20b.vcf', '50%25%20off%3F%20%231.vcf')
    """
    name = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", name)
    return quote(name, safe="%:@!$&'()*+,;=")


def _responses(answer: etree._Element) -> list[etree._Element]:
    """Return what an answer says of the folder and of each of its files."""
    return answer.findall("d:response", NAMES)


def _href(row: etree._Element) -> str:
    return row.findtext("d:href", "", NAMES).strip()


def _status(row: etree._Element) -> str:
    """Return the status of a whole card: 404 where it is gone."""
    return row.findtext("d:status", "", NAMES)


def _name(row: etree._Element) -> str:
    """Return the name of a card; one with ":", "?" or "#" is no URL to be parsed."""
    return _href(row).rpartition("/")[2]


def _read_xml(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(content, parser)


def _precondition(content: bytes) -> str:
    """Return the name of what the server asks for, where its error says so."""
    try:
        error = _read_xml(content)
    except etree.XMLSyntaxError:
        return ""
    if error.tag != f"{{{DAV}}}error" or not len(error):
        return ""
    return etree.QName(error[0]).localname
