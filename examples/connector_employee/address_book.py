# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How is an address book of a CardDAV server read and written?

It is a folder of cards on a web server; the *ref* of a card is its name in there.

Source: RFC 6352 (CardDAV).
"""

from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

import requests
from lxml import etree

from odoo.addons.connector.api import (
    FailedJobError,
    IDMissingInBackend,
    NetworkRetryableError,
)

TIMEOUT_S = (5, 30)  # connect, read
NAMES = {"d": "DAV:", "c": "urn:ietf:params:xml:ns:carddav"}
QUERY = """\
<c:addressbook-query xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:d="DAV:">
<d:prop><d:getetag/><c:address-data/></d:prop><c:filter/></c:addressbook-query>"""

LOGIN = "Correct its login and password."
NEXT_STEPS = {
    401: (FailedJobError, LOGIN),
    403: (FailedJobError, LOGIN),
    404: (IDMissingInBackend, "Somebody may have deleted it."),
}
LATER = NetworkRetryableError, "It may answer later."
OTHER = FailedJobError, "Correct the URL: it is that of one address book."


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

    def read_all(self) -> Iterator[dict]:
        """Yield each card: its ref and its text."""
        answer = self._ask("REPORT", "", QUERY, {"Depth": "1"})
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for found in etree.fromstring(answer.content, parser).findall(
            "d:response", NAMES
        ):
            path = urlsplit(found.findtext("d:href", "", NAMES)).path
            text = found.findtext(".//c:address-data", None, NAMES)
            if text is not None:
                yield {"ref": unquote(path.rpartition("/")[2]), "text": text}

    def read(self, ref: str) -> str:
        """Return the text of a card."""
        return self._ask("GET", ref, "", {}).content.decode()

    def write(self, ref: str, text: str) -> None:
        """Write a card, new or not."""
        self._ask("PUT", ref, text, {"Content-Type": "text/vcard; charset=utf-8"})

    def delete(self, ref: str) -> None:
        """Delete a card."""
        self._ask("DELETE", ref, "", {})

    def _ask(self, method, ref, body, headers) -> requests.Response:
        url = self.url + quote(ref, safe="")
        try:
            answer = self._http.request(
                method, url, data=body.encode(), headers=headers, timeout=TIMEOUT_S
            )
        except requests.RequestException as error:
            raise NetworkRetryableError(f"No answer from {url}: {error}") from error
        if answer.ok:
            return answer
        default = LATER if answer.status_code >= 500 else OTHER
        error_class, remedy = NEXT_STEPS.get(answer.status_code, default)
        raise error_class(
            f"Cannot {method} {url}: it answered {answer.status_code} "
            f"{answer.reason}. {remedy}"
        )
