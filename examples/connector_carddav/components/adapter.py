# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter that reads the cards of a CardDAV server.

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
    Changes,
    FailedJobError,
    IDMissingInBackend,
    NetworkRetryableError,
    TokenAdapter,
)

from ..backend import carddav
from ..vcard import read_card

TIMEOUT_S = (5, 30)  # connect, read

DAV, CARDDAV = "DAV:", "urn:ietf:params:xml:ns:carddav"
NAMES = {"d": DAV, "c": CARDDAV}
ETAG = ".//d:getetag"
D = ElementMaker(namespace=DAV, nsmap=NAMES)
C = ElementMaker(namespace=CARDDAV, nsmap=NAMES)

LOGIN_REMEDY = "Correct its login and password, then import again."
URL_REMEDY = "Correct its URL: it is the address of one address book."
LATER_REMEDY = "Nothing was imported; try again later."
CARD_REMEDY = "Correct that on the server, then import again."

# What an HTTP status other than the expected one means for the import.
NEXT_STEPS = {
    401: (FailedJobError, LOGIN_REMEDY),
    403: (FailedJobError, LOGIN_REMEDY),
    404: (IDMissingInBackend, URL_REMEDY),
    410: (IDMissingInBackend, URL_REMEDY),
    408: (NetworkRetryableError, LATER_REMEDY),
    429: (NetworkRetryableError, LATER_REMEDY),
    501: (FailedJobError, URL_REMEDY),
}


TOO_MUCH = (413, 500, 507)  # for a page, and maybe not for each of its cards
# Of an answer that may say in XML which precondition was not met.
PRECONDITION_STATUS = (403, 409, 412)
RIGHTS = "need-privileges"  # the one precondition that is a matter of the login


class NotDelivered(NetworkRetryableError):
    """The server stumbles over what it was asked for, and over nothing else."""


class NotUnderstood(FailedJobError):
    """The server does not do what it was asked for, or does not answer in XML."""


CARD_FAULTS = (NotDelivered, NotUnderstood, IDMissingInBackend)


@carddav
class ContactAdapter(TokenAdapter):
    """Reads the cards of an address book; it raises what the queue understands.

    Raises:
        NetworkRetryableError: the server gave no answer, or none yet.
        FailedJobError: the server refused to answer.
        IDMissingInBackend: there is no such address book, or no such card.
    """

    _model_name = "carddav.res.partner"
    _id = "external_id"
    _version = "etag"

    def __init__(self, connector_env):
        super().__init__(connector_env)
        self.name = self.backend_record.describe()
        self.url = f"{self.backend_record.url.rstrip('/')}/"
        self.http = requests.Session()
        self.http.auth = (self.backend_record.login, self.backend_record.password)
        self.http.headers["Accept-Encoding"] = "identity"  # packing alters etags

    def is_weak_version(self, version: str) -> bool:
        """Return whether two cards with the same etag may differ.

        SOGo counts the changes of a card from 0: of one that was deleted and made again
        as well.
        """
        return super().is_weak_version(version) or version.startswith('"gcs')

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
        url = self.url + quote_name(external_id)
        what = f"card {external_id!r} of {self.name}"
        try:
            answer = self._request("GET", url, what, requests.codes.ok)
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
        return card_of(external_id, answer.headers.get("ETag", ""), text)

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
            answers = self._ask("REPORT", C("addressbook-multiget", wanted, *hrefs))
        except (NotDelivered, NotUnderstood):
            answers = D.multistatus()
        cards = []
        missing = {unquote(name): name for name in external_ids}  # it may escape more
        for answer in _responses(answers):
            if text := answer.findtext(".//c:address-data", "", NAMES):
                if name := missing.pop(unquote(_name(answer)), None):
                    cards.append(card_of(name, answer.findtext(ETAG, "", NAMES), text))
        return [*cards, *map(self._read_alone, missing.values())]

    def _read_alone(self, name: str) -> dict:
        try:
            return self.read(name)
        except CARD_FAULTS as error:
            return self.not_delivered(name, str(error))

    # === CHANGES === #

    def _read_all(self) -> Changes:
        """Return all cards, with the token of a moment before they were listed."""
        query = D.propfind(D.prop(D.resourcetype(), D("sync-token")))
        folder = self._ask("PROPFIND", query, depth="0")
        self._check_is_address_book(folder)
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

    def _etags(self, answers: list[etree._Element]) -> Iterator[tuple[str, str]]:
        """Yield the names of the cards among some answers, each with its etag."""
        folder = unquote(urlsplit(self.url).path).rstrip("/")
        for answer in answers:
            is_folder = unquote(_href(answer)).rstrip("/").endswith(folder)
            if not is_folder and answer.find(".//d:collection", NAMES) is None:
                yield _name(answer), answer.findtext(ETAG, "", NAMES)

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

    def _ask(
        self, method: str, query: etree._Element, depth: str = "1"
    ) -> etree._Element:
        """Return what the server answers for the folder and each of its files."""
        data = etree.tostring(query, encoding="utf-8", xml_declaration=True)
        headers = {"Content-Type": "text/xml; charset=utf-8", "Depth": depth}
        status = requests.codes.multi_status
        options = {"data": data, "headers": headers}
        return self._parse(
            self._request(method, self.url, self.name, status, **options)
        )

    def _request(
        self, method: str, url: str, what: str, expected: int, **options
    ) -> requests.Response:
        try:
            answer = self.http.request(method, url, timeout=TIMEOUT_S, **options)
        except ValueError as error:  # so requests calls an address that is none
            raise FailedJobError(f"Cannot read {what}: {error} {URL_REMEDY}") from error
        except requests.RequestException as error:
            raise NetworkRetryableError(
                f"No answer from {self.name} at {url}: {error}. {LATER_REMEDY}"
            ) from error
        if answer.status_code != expected:
            error_class, remedy = self._next_step(answer.status_code, answer.content)
            raise error_class(
                f"Cannot read {what}: {url} answered {answer.status_code} "
                f"{answer.reason}, expected {expected}. {remedy}"
            )
        return answer

    def _next_step(
        self, status: int, content: bytes = b""
    ) -> tuple[type[Exception], str]:
        """Return what an HTTP status means, and what to do about it."""
        if status in TOO_MUCH:
            return NotDelivered, LATER_REMEDY
        said = _precondition(content) if status in PRECONDITION_STATUS else ""
        if said and said != RIGHTS:
            return NotUnderstood, f"It says: {said}. {CARD_REMEDY}"
        default = NetworkRetryableError, LATER_REMEDY
        if status < requests.codes.server_error:
            default = FailedJobError, URL_REMEDY
        return NEXT_STEPS.get(status, default)

    def _parse(self, answer: requests.Response) -> etree._Element:
        try:
            return _read_xml(answer.content)
        except etree.XMLSyntaxError as error:
            raise NotUnderstood(
                f"Cannot read {self.name}: {self.url} did not answer in XML "
                f"({error}). {URL_REMEDY}"
            ) from error

    def _check_is_address_book(self, folder: etree._Element) -> None:
        if folder.find(".//c:addressbook", NAMES) is None:
            raise FailedJobError(
                f"Cannot read {self.name}: {self.url} is a folder, but not an "
                f"address book. {URL_REMEDY}"
            )


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


def _href(answer: etree._Element) -> str:
    return answer.findtext("d:href", "", NAMES).strip()


def card_of(name: str, etag: str, text: str) -> dict:
    """Return what a card says, or why that cannot be read."""
    try:
        said = read_card(text)
    except ValueError as error:
        said = {"fault": str(error)}
    return {**said, "external_id": name, "etag": etag}


def _status(answer: etree._Element) -> str:
    """Return the status of a whole card: 404 where it is gone."""
    return answer.findtext("d:status", "", NAMES)


def _name(answer: etree._Element) -> str:
    """Return the name of a card; one with ":", "?" or "#" is no URL to be parsed."""
    return _href(answer).rpartition("/")[2]


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
