# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A CardDAV server that does what real ones do, and no good one does."""

from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote
from xml.sax.saxutils import escape

from ..testing import ThreadServer

FOLDER = "/alice/book/"
HEAD = '<multistatus xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav">'


class StrangeServer(ThreadServer):
    """An address book of cards in memory.

    Names are given as they are, raw and without a path where they hold a colon.

    Attributes:
        cards: texts by name.
        left_out: names that are listed, and of which a query says nothing.
        broken: names for which the server fails, alone and in a page.
        refusal: what it says with 403, to everything.
        moved_to: where it sends whoever writes a card.
        asked: methods of the requests.
        headers: those of the last request.
    """

    def __init__(self):
        self.cards: dict[str, str] = {}
        self.left_out: set[str] = set()
        self.broken: set[str] = set()
        self.refusal = ""
        self.moved_to = ""
        self.asked: list[str] = []
        self.headers: Mapping[str, str] = {}
        self.listen(("GET", "PROPFIND", "REPORT", "PUT", "DELETE"))
        self.url += FOLDER

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        size = int(request.headers.get("Content-Length") or 0)
        query = request.rfile.read(size).decode()
        self.asked.append(request.command)
        self.headers = request.headers
        status, body = self._answer(request.command, request.path, query)
        is_moved = self.moved_to and request.command == "PUT"
        data = body.encode()
        request.send_response(302 if is_moved else status)
        if is_moved:
            request.send_header("Location", self.moved_to)
        request.send_header("Content-Length", str(len(data)))
        request.send_header("ETag", self._etag_at(request.path))
        request.end_headers()
        request.wfile.write(data)

    def _answer(self, method: str, path: str, query: str) -> tuple[int, str]:
        if self.refusal:
            return 403, f'<error xmlns="DAV:"><{self.refusal}/></error>'
        if method == "GET":
            name = next((x for x in self.cards if self._is_at(x, path)), "")
            found = 404 if not name else 500 if name in self.broken else 200
            return found, self.cards.get(name, "")
        if method == "PROPFIND":
            return 207, self._multistatus(self.cards, with_text=False)
        asked = [x for x in self.cards if escape(x) in unquote(query)] or self.cards
        if self.broken & set(asked):
            return 500, ""
        return 207, self._multistatus([x for x in asked if x not in self.left_out])

    def _etag_at(self, path: str) -> str:
        return '"1"'

    def _is_at(self, name: str, path: str) -> bool:
        return unquote(name) == unquote(path.removeprefix(FOLDER).partition("?")[0])

    def _multistatus(self, names, with_text: bool = True) -> str:
        """Return the answer for the folder and its cards."""
        kind = "<collection/><c:addressbook/>"
        rows = [
            f"<response><href>{FOLDER}</href><propstat><prop><resourcetype>{kind}"
            "</resourcetype></prop></propstat></response>"
        ]
        for name in names:
            href = escape(name if ":" in name else FOLDER + name)
            text = escape(self.cards[name]) if with_text else ""
            data = f"<c:address-data>{text}</c:address-data>" if text else ""
            rows.append(
                f"<response><href>{href}</href><propstat><prop><getetag>&quot;1&quot;"
                f"</getetag>{data}</prop></propstat></response>"
            )
        return f"{HEAD}{''.join(rows)}</multistatus>"
