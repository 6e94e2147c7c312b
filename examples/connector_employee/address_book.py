# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Address book of a CardDAV server, read and written card by card.

It is a folder of cards on a web server. The *ref* of a card is its name in there, as
the server itself writes it; its *etag* changes whenever the card does.

Source: RFC 4918 (WebDAV), RFC 6352 (CardDAV).
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

import requests
from lxml import etree

from odoo.addons.connector.api import (
    FailedJobError,
    IDMissingInBackend,
    NetworkRetryableError,
)

TIMEOUT_S = (5, 30)  # connect, read
NAMES = {"d": "DAV:", "c": "urn:ietf:params:xml:ns:carddav"}
XML = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
VCARD = {"Content-Type": "text/vcard; charset=utf-8"}
QUERY = """\
<c:addressbook-query xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:d="DAV:">
<d:prop><d:getetag/><c:address-data/></d:prop><c:filter/></c:addressbook-query>"""
LIST = '<d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/></d:prop></d:propfind>'

TOO_MUCH = (413, 500, 507)  # for a page, and maybe not for each of its cards
LOGIN = "Correct its login and password."
NEXT_STEPS = {
    401: (FailedJobError, LOGIN),
    403: (FailedJobError, LOGIN),
    404: (IDMissingInBackend, "Somebody may have deleted it."),
    408: (NetworkRetryableError, "It may answer later."),
    410: (IDMissingInBackend, "Somebody has deleted it."),
    429: (NetworkRetryableError, "It may answer later."),
}
LATER = NetworkRetryableError, "It may answer later."
URL = "Correct the URL: it is that of one address book."
OTHER = FailedJobError, URL
PRECONDITION = re.compile(rb"<(?:\w+:)?error\b[^>]*>\s*<(?:\w+:)?([\w-]+)")
ERROR_BYTES = 4_096  # of an answer, which are searched for what it says
RIGHTS = b"need-privileges"


class NotDelivered(NetworkRetryableError):
    """The server stumbles over this, now at least, and over nothing else."""


class NotUnderstood(FailedJobError):
    """The server does not do what it was asked for, or does not answer in XML."""


class CardChanged(FailedJobError):
    """The card is not any more, or not only now, what it was when it was read."""


class AddressBook:
    """An address book on a CardDAV server.

    Raises:
        NetworkRetryableError: no answer, or none yet.
        FailedJobError: the server refused to answer.
        IDMissingInBackend: there is no such card.
    """

    def __init__(self, url: str, login: str, password: str):
        self.url = f"{url.rstrip('/')}/"
        self._http = requests.Session()
        self._http.auth = (login, password)
        self._http.headers["Accept-Encoding"] = "identity"  # packing alters etags

    def read_all(self) -> Iterator[dict]:
        """Yield each card: its ref, and its text or the reason why there is none.

        A card that the server cannot deliver, or that is too long for its XML, stops
        no other: those without a text are read one by one.
        """
        try:
            found = self._list("REPORT", QUERY)
        except (NotDelivered, NotUnderstood):
            found = self._list("PROPFIND", LIST)
        for ref, text in found.items():
            try:
                yield {"ref": ref, "text": text or self.read(ref)["text"]}
            except (NotDelivered, NotUnderstood, IDMissingInBackend) as error:
                yield {"ref": ref, "text": "", "fault": str(error)}

    def read(self, ref: str) -> dict:
        """Return a card: its ref, its etag and its text."""
        answer = self._ask("GET", ref)
        text = answer.content.decode(errors="surrogateescape")  # other bytes stay, too
        return {"ref": ref, "etag": answer.headers.get("ETag"), "text": text}

    def write(self, ref: str, text: str, etag: str | None = None) -> None:
        """Write a card, whatever is there.

        Args:
            etag: of the card that is replaced, and no other.

        Raises:
            CardChanged: somebody else has changed it meanwhile.
        """
        # a proxy that packs the answer calls its etag weak
        headers = {"If-Match": etag.removeprefix("W/")} if etag else {}
        self._ask("PUT", ref, text, VCARD | headers)

    def create(self, ref: str, text: str) -> None:
        """Write a new card.

        Raises:
            CardChanged: there is one.
        """
        self._ask("PUT", ref, text, VCARD | {"If-None-Match": "*"})

    def delete(self, ref: str) -> None:
        """Delete a card."""
        self._ask("DELETE", ref)

    def _list(self, method: str, query: str) -> dict[str, str]:
        """Return the text of each card, as far as the server gives it."""
        answer = self._ask(method, "", query, XML)
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            answers = etree.fromstring(answer.content, parser)
        except etree.XMLSyntaxError as error:
            raise NotUnderstood(
                f"Cannot read {self.url}: it did not answer in XML ({error}). {URL}"
            ) from error
        found = {}
        for one in answers.iterfind("d:response", NAMES):
            # no URL parser: a name may hold ":", "?" or "#"
            ref = one.findtext("d:href", "", NAMES).strip().rpartition("/")[2]
            if ref and one.find(".//d:collection", NAMES) is None:
                found[ref] = one.findtext(".//c:address-data", "", NAMES)
        return found

    def _ask(self, method, ref, body="", headers=None) -> requests.Response:
        url = self.url + quote_name(ref)
        data = body.encode(errors="surrogateescape")
        try:
            answer = self._http.request(
                method, url, data=data, headers=headers, timeout=TIMEOUT_S
            )
        except requests.RequestException as error:
            raise NetworkRetryableError(f"No answer from {url}: {error}") from error
        if answer.ok:
            return answer
        error_class, remedy = _next_step(answer)
        raise error_class(
            f"Cannot {method} {url}: it answered {answer.status_code} "
            f"{answer.reason}. {remedy}"
        )


def quote_name(ref: str) -> str:
    """Return the name of a card as a part of a URL; what is escaped stays so.

    >>> quote_name("a%20b.vcf"), quote_name("50% off? #1.vcf")
    ('a%20b.vcf', '50%25%20off%3F%20%231.vcf')
    """
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", ref), safe="%:@!$&'()*+,;=")


def _next_step(answer: requests.Response) -> tuple[type[Exception], str]:
    """Return what an answer means, and what to do about it."""
    status = answer.status_code
    if status == requests.codes.precondition_failed:
        return CardChanged, "Somebody else has changed the card."
    if status in TOO_MUCH:
        return NotDelivered, "Correct what the server stumbles over."
    if status in (requests.codes.forbidden, requests.codes.conflict):
        said = PRECONDITION.search(answer.content[:ERROR_BYTES])
        if said and said[1] != RIGHTS:  # then it is no matter of the login
            return NotUnderstood, f"It says: {said[1].decode()}."
    default = LATER if status >= requests.codes.server_error else OTHER
    return NEXT_STEPS.get(status, default)
