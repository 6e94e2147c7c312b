# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A web server that wants a login of every kind, and has lists of every kind.

It runs as a process of its own: ``python3 guarded_server.py PORT``. Whoever it refuses
gets back all that was sent, as careless servers do.
"""

import json
import sys
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

USER = "ada"
SECRET = "swordfish-17"
CLIENT = "odoo"
ISSUED = "issued-by-the-server"  # by the token server
RECORDS = [{"id": number} for number in range(1, 6)]
SIZE = 2  # records of a page
EMPTY, ONE, GONE, CIRCLE = "empty", "one", "gone", "circle"  # lists, besides the whole
ELSEWHERE = "elsewhere"  # whose next page is on another host


def has_login(kind: str, headers, query: dict) -> bool:
    """Return whether a request has the login of a kind."""
    basic = b64encode(f"{USER}:{SECRET}".encode()).decode()
    return {
        "header": headers.get("X-Key") == SECRET,
        "bearer": headers.get("Authorization") == f"Bearer {SECRET}",
        "basic": headers.get("Authorization") == f"Basic {basic}",
        "query": query.get("api_key") == SECRET,
        "token": headers.get("Authorization") == f"Bearer {ISSUED}",
    }[kind]


def give_token(headers, form: dict) -> tuple[int, dict]:
    """Return status and data for a token request."""
    client = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    if headers.get("Authorization") != f"Basic {client}":
        return 401, {"error": "invalid_client", "sent": str(headers)}
    if form["grant_type"] == "refresh_token" and form["refresh_token"] != SECRET:
        return 400, {"error": "invalid_grant", "sent": form}
    return 200, {"access_token": ISSUED, "token_type": "bearer", "expires_in": 3600}


def open_session(data: dict) -> tuple[int, dict]:
    """Return status and data for a login that opens a session."""
    if data != {"username": USER, "password": SECRET}:
        return 401, {"error": "wrong password", "sent": data}
    return 200, {"sid": ISSUED}


def give_page(kind: str, extent: str, query: dict, host: str) -> tuple[int, object]:
    """Return status and data of a page; ``__link__`` of the data is a header."""
    records = {EMPTY: [], ONE: RECORDS[:1]}.get(extent, RECORDS)
    if kind in ("offset", "total"):
        start = int(query.get("offset") or 0)
    else:
        start = (int(query.get("page") or 1) - 1) * SIZE
    if extent == GONE and start >= len(records[:SIZE]):
        return 404, {"error": "no such page"}
    if extent == CIRCLE:
        start %= 3 * SIZE
    page, rest = records[start : start + SIZE], records[start + SIZE :]
    number = start // SIZE + 2
    if extent == CIRCLE and not rest:
        number, rest = 2, records
    if extent == ELSEWHERE:
        host = "elsewhere.example"
    address = f"http://{host}/pages/{kind}/{extent}?page={number}"
    return 200, answer_of(kind, page, address if rest else "", number, len(records))


def answer_of(kind: str, page: list, address: str, number: int, total: int) -> object:
    """Return the data of a page, as a kind of pagination gives them."""
    last = -(-total // SIZE)
    return {
        "next_link": {"data": page, "next": address or None},
        "link_header": {"__link__": address, "data": page},
        "page_number": {"data": page},
        "last_page": {"data": page, "pages": last},
        "offset": {"data": page},
        "total": {"data": page, "total": total},
        "cursor": {"data": page, "next": number if address else None},
    }[kind]


class Handler(BaseHTTPRequestHandler):
    """Answers by the path: ``/login/KIND``, ``/token``, ``/pages/KIND/EXTENT`` …"""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer a request that reads."""
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        _empty, room, *rest = parts.path.split("/")
        if room == "pages":
            self.answer(*give_page(*rest, query, self.headers["Host"]))
        elif room == "login" and has_login(rest[0], self.headers, query):
            self.answer(200, {"ok": True, "sent": self.sent()})
        else:
            self.answer(401, {"error": "who are you?", "sent": self.sent()})

    def do_POST(self) -> None:
        """Answer a token request, or a login."""
        size = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(size).decode()
        if self.path == "/session":
            self.answer(*open_session(json.loads(text)))
        else:
            self.answer(*give_token(self.headers, dict(parse_qsl(text))))

    def sent(self) -> dict:
        """Return all that came."""
        return {"path": self.path, "headers": dict(self.headers)}

    def answer(self, status: int, data) -> None:
        """Send data."""
        link = data.pop("__link__", "") if isinstance(data, dict) else ""
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if link:
            self.send_header("Link", f'<{link}>; rel="next"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
