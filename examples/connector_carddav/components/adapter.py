# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How do we ask a CardDAV server for its cards?

An address book is a folder of cards on a web server. The *external id* of a card is
its name in that folder; its *etag* changes whenever the card does.

Source: RFC 4918 (WebDAV), RFC 6352 (CardDAV).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

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

# What an HTTP status other than "207 Multi-Status" means for the import.
NEXT_STEPS = {
    401: (FailedJobError, LOGIN_REMEDY),
    403: (FailedJobError, LOGIN_REMEDY),
    404: (IDMissingInBackend, URL_REMEDY),
    408: (NetworkRetryableError, LATER_REMEDY),
    429: (NetworkRetryableError, LATER_REMEDY),
    501: (FailedJobError, URL_REMEDY),
}


class Payload(NamedTuple):
    """A card as the server sends it."""

    etag: str
    text: str


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

    def search(self) -> dict[str, str]:
        """Return the external id of every card, with its etag."""
        query = D.propfind(D.prop(D.resourcetype(), D.getetag()))
        answers = self._ask("PROPFIND", query)
        self._check_is_address_book(answers)
        return {
            _path(answer).rpartition("/")[2]: answer.findtext(ETAG, "", NAMES)
            for answer in answers
            if answer.find(".//d:collection", NAMES) is None
        }

    def read(self, external_id: str) -> Payload:
        """Return one card."""
        for _external_id, payload in self.read_many([external_id]):
            return payload
        raise IDMissingInBackend(
            f"Cannot read card {external_id!r} of {self.name}: the server does not "
            "have it any more. Import the address book to archive its contact."
        )

    def read_many(self, external_ids: Iterable[str]) -> Iterator[tuple[str, Payload]]:
        """Yield external id and card, page by page, without cards that are gone."""
        folder = urlsplit(self.url).path
        hrefs = [D.href(folder + external_id) for external_id in external_ids]
        for start in range(0, len(hrefs), PAGE_SIZE):
            yield from self._read_page(hrefs[start : start + PAGE_SIZE])

    def _read_page(self, hrefs: list) -> Iterator[tuple[str, Payload]]:
        card = {"content-type": "text/vcard", "version": self.backend_record.version}
        wanted = D.prop(D.getetag(), C("address-data", card))
        for answer in self._ask("REPORT", C("addressbook-multiget", wanted, *hrefs)):
            text = answer.findtext(".//c:address-data", None, NAMES)
            if text is not None:
                etag = answer.findtext(ETAG, "", NAMES)
                yield _path(answer).rpartition("/")[2], Payload(etag, text)

    # === NETWORK === #

    def _ask(self, method: str, query: etree._Element) -> list[etree._Element]:
        """Return what the server answers for the folder and each of its files."""
        try:
            answer = self.http.request(
                method,
                self.url,
                data=etree.tostring(query, encoding="utf-8", xml_declaration=True),
                headers={"Content-Type": "text/xml; charset=utf-8", "Depth": "1"},
                timeout=TIMEOUT_S,
            )
        except ValueError as error:  # so requests calls an address that is none
            raise FailedJobError(
                f"Cannot read {self.name}: {error} {URL_REMEDY}"
            ) from error
        except requests.RequestException as error:
            raise NetworkRetryableError(
                f"No answer from {self.name} at {self.url}: {error}. {LATER_REMEDY}"
            ) from error
        if answer.status_code != requests.codes.multi_status:
            raise self._next_step(answer.status_code, answer.reason)
        return self._parse(answer)

    def _next_step(self, status: int, reason: str) -> Exception:
        """Return the error that says what to do about an HTTP status."""
        default = NetworkRetryableError, LATER_REMEDY
        if status < requests.codes.server_error:
            default = FailedJobError, URL_REMEDY
        error_class, remedy = NEXT_STEPS.get(status, default)
        return error_class(
            f"Cannot read {self.name}: {self.url} answered {status} {reason}, "
            f"expected 207 Multi-Status. {remedy}"
        )

    def _parse(self, answer: requests.Response) -> list[etree._Element]:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            return etree.fromstring(answer.content, parser).findall("d:response", NAMES)
        except etree.XMLSyntaxError as error:
            raise FailedJobError(
                f"Cannot read {self.name}: {self.url} did not answer in XML "
                f"({error}). {URL_REMEDY}"
            ) from error

    def _check_is_address_book(self, answers: list[etree._Element]) -> None:
        kinds = {
            unquote(_path(answer)).rstrip("/"): answer.find(".//c:addressbook", NAMES)
            for answer in answers
        }
        if kinds.get(unquote(urlsplit(self.url).path).rstrip("/")) is None:
            raise FailedJobError(
                f"Cannot read {self.name}: {self.url} is a folder, but not an "
                f"address book. {URL_REMEDY}"
            )


def _path(answer: etree._Element) -> str:
    """Return what the answer is about; some servers tell it with their own name."""
    return urlsplit(answer.findtext("d:href", "", NAMES)).path
