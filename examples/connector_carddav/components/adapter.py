# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter that reads the cards of a CardDAV server.

An address book is a folder of cards on a web server. The *external id* of a card is
its name in that folder, as the server itself writes it; its *etag* changes whenever
the card does.

Source: RFC 4918 (WebDAV), RFC 6352 (CardDAV).
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import requests
from lxml import etree
from lxml.builder import ElementMaker

from odoo.addons.connector.api import (
    CRUDAdapter,
    FailedJobError,
    IDMissingInBackend,
    NetworkRetryableError,
)

from ..backend import carddav

TIMEOUT_S = (5, 30)  # connect, read
PAGE_SIZE = 100  # cards read at once

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
PRECONDITION_STATUS = (403, 409)
RIGHTS = "need-privileges"  # the one precondition that is a matter of the login


class NotDelivered(NetworkRetryableError):
    """The server stumbles over what it was asked for, and over nothing else."""


class NotUnderstood(FailedJobError):
    """The server does not do what it was asked for, or does not answer in XML."""


CARD_FAULTS = (NotDelivered, NotUnderstood, IDMissingInBackend)


class Payload(NamedTuple):
    """A card as the server sends it, or the reason why it does not."""

    etag: str
    text: str
    fault: str = ""


@carddav
class ContactAdapter(CRUDAdapter):
    """Reads the cards of an address book; it raises what the queue understands.

    Raises:
        NetworkRetryableError: the server gave no answer, or none yet.
        FailedJobError: the server refused to answer.
        IDMissingInBackend: there is no such address book, or no such card.
    """

    _model_name = "carddav.res.partner"

    def __init__(self, connector_env):
        super().__init__(connector_env)
        self.name = self.backend_record.describe()
        self.url = f"{self.backend_record.url.rstrip('/')}/"
        self.http = requests.Session()
        self.http.auth = (self.backend_record.login, self.backend_record.password)
        self.http.headers["Accept-Encoding"] = "identity"  # packing alters etags

    def search(self) -> dict[str, str]:
        """Return the external id of every card, with its etag."""
        query = D.propfind(D.prop(D.resourcetype(), D.getetag()))
        answers = self._ask("PROPFIND", query)
        self._check_is_address_book(answers)
        return {
            _name(answer): answer.findtext(ETAG, "", NAMES)
            for answer in answers
            if answer.find(".//d:collection", NAMES) is None
        }

    def read(self, external_id: str) -> Payload:
        """Return one card."""
        url = self.url + quote_name(external_id)
        what = f"card {external_id!r} of {self.name}"
        try:
            answer = self._request("GET", url, what, requests.codes.ok)
            return Payload(answer.headers.get("ETag", ""), answer.content.decode())
        except IDMissingInBackend as error:
            raise IDMissingInBackend(
                f"Cannot read {what}: the server does not have it any more. Import "
                "the address book to archive its contact."
            ) from error
        except UnicodeDecodeError as error:
            raise NotUnderstood(
                f"Cannot read {what}: it is not UTF-8 ({error}). {CARD_REMEDY}"
            ) from error

    def read_many(self, external_ids: Iterable[str]) -> Iterator[tuple[str, Payload]]:
        """Yield external id and card, page by page; or why there is none."""
        names = list(external_ids)
        for start in range(0, len(names), PAGE_SIZE):
            yield from self._read_page(names[start : start + PAGE_SIZE])

    def _read_page(self, names: list[str]) -> Iterator[tuple[str, Payload]]:
        """Yield the cards of a page; those that are not in it, one by one.

        So a card that the server cannot deliver, or that is longer than its XML may
        be, stops no other.
        """
        card = {"content-type": "text/vcard", "version": self.backend_record.version}
        wanted = D.prop(D.getetag(), C("address-data", card))
        folder = urlsplit(self.url).path
        hrefs = [D.href(folder + quote_name(name)) for name in names]
        try:
            answers = self._ask("REPORT", C("addressbook-multiget", wanted, *hrefs))
        except (NotDelivered, NotUnderstood):
            answers = []
        missing = {unquote(name): name for name in names}  # answers may escape more
        for answer in answers:
            if text := answer.findtext(".//c:address-data", "", NAMES):
                name = missing.pop(unquote(_name(answer)), None)
                if name:
                    yield name, Payload(answer.findtext(ETAG, "", NAMES), text)
        for name in missing.values():
            yield name, self._read_alone(name)

    def _read_alone(self, name: str) -> Payload:
        try:
            return self.read(name)
        except CARD_FAULTS as error:
            return Payload("", "", str(error))

    # === NETWORK === #

    def _ask(self, method: str, query: etree._Element) -> list[etree._Element]:
        """Return what the server answers for the folder and each of its files."""
        data = etree.tostring(query, encoding="utf-8", xml_declaration=True)
        status = requests.codes.multi_status
        return self._parse(self._request(method, self.url, self.name, status, data))

    def _request(
        self, method: str, url: str, what: str, expected: int, data: bytes = b""
    ) -> requests.Response:
        headers = {"Content-Type": "text/xml; charset=utf-8", "Depth": "1"}
        try:
            answer = self.http.request(
                method,
                url,
                data=data,
                headers=headers if data else {},
                timeout=TIMEOUT_S,
            )
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

    def _parse(self, answer: requests.Response) -> list[etree._Element]:
        try:
            return _read_xml(answer.content).findall("d:response", NAMES)
        except etree.XMLSyntaxError as error:
            raise NotUnderstood(
                f"Cannot read {self.name}: {self.url} did not answer in XML "
                f"({error}). {URL_REMEDY}"
            ) from error

    def _check_is_address_book(self, answers: list[etree._Element]) -> None:
        kinds = {
            unquote(_href(answer)).rstrip("/"): answer.find(".//c:addressbook", NAMES)
            for answer in answers
        }
        path = unquote(urlsplit(self.url).path).rstrip("/")
        if all(kinds.get(one) is None for one in (path, unquote(self.url.rstrip("/")))):
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


def _href(answer: etree._Element) -> str:
    return answer.findtext("d:href", "", NAMES).strip()


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
