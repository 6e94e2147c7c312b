# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A web server with members, which may know idempotency keys."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from threading import Lock
from urllib.parse import parse_qsl, urlsplit

from odoo.addons.connector.testing import ThreadServer


class MemberServer(ThreadServer):
    """A collection of members in memory.

    Attributes:
        records: by id.
        requests: (method, body as it came, idempotency key) in their order.
        knows_keys: whether a key makes no second record.
        on_create: called after a record was made, before the answer.
    """

    def __init__(self, knows_keys: bool):
        self.records: dict[str, dict] = {}
        self.requests: list[tuple] = []
        self.knows_keys = knows_keys
        self.on_create: Callable[[], None] = lambda: None
        self._ids: dict[str, str] = {}
        self._lock = Lock()
        self.listen(("GET", "POST", "PATCH"))
        self.url += "/"

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        size = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(size).decode()
        key = request.headers.get("Idempotency-Key")
        with self._lock:
            self.requests.append((request.command, body, key))
            address = urlsplit(request.path)
            answer = self._answer(request.command, address, body, key)
        data = json.dumps(answer).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def posts(self) -> list[tuple]:
        """Return body and key of the creates."""
        return [one[1:] for one in self.requests if one[0] == "POST"]

    def _answer(self, method: str, address, body: str, key: str | None):
        if method == "GET":
            wanted = dict(parse_qsl(address.query))
            return [
                record
                for record in self.records.values()
                if all(record.get(name) == value for name, value in wanted.items())
            ]
        if method == "PATCH":
            record = self.records[address.path.strip("/")]
            record.update(json.loads(body))
            return record
        return self._create(json.loads(body), key if self.knows_keys else None)

    def _create(self, values: dict, key: str | None) -> dict:
        if key in self._ids:
            return self.records[self._ids[key]]
        external_id = f"M{len(self.records) + 1}"
        if key:
            self._ids[key] = external_id
        self.records[external_id] = {**values, "id": external_id}
        self.on_create()
        return self.records[external_id]
