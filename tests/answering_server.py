# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A local HTTP server that answers as a test says, and notes what it was asked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .local_server import ThreadServer


@dataclass
class Asked:
    """A request that came.

    Args:
        path: without the query.
        query: values by name, a list of several.
        port: of the client: the same one where the connection was kept.
    """

    method: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes
    port: int

    @property
    def data(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)


@dataclass
class Reply:
    """What is answered: data are sent as JSON, bytes as they are."""

    data: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The bytes of the body."""
        if isinstance(self.data, bytes):
            return self.data
        return b"" if self.data is None else json.dumps(self.data).encode()


class _Server(ThreadingHTTPServer):
    """A server that takes a client that leaves for what it is."""

    daemon_threads = True

    def handle_error(self, *_args):
        """Say nothing."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: two would wait for each other


class AnsweringServer(ThreadServer):
    """A server in a thread of the test.

    Attributes:
        replies: a Reply, data, or a function of the request, by path.
        asked: the requests that came.
    """

    http_class = _Server
    handler_class = _Handler

    def __init__(self) -> None:
        self.replies: dict[str, Reply | Callable[[Asked], Any] | Any] = {}
        self.asked: list[Asked] = []
        self.listen(("GET", "POST", "PUT", "PATCH", "DELETE"))

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        asked = self._read(request)
        self.asked.append(asked)
        known = self.replies.get(asked.path, Reply({"error": "nothing here"}, 404))
        reply = known(asked) if callable(known) else known
        if reply is None:  # the connection ends without an answer
            request.close_connection = True
            return
        self._write(request, reply if isinstance(reply, Reply) else Reply(reply))

    def _read(self, request: BaseHTTPRequestHandler) -> Asked:
        parts = urlsplit(request.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        size = int(request.headers.get("Content-Length") or 0)
        return Asked(
            request.command,
            parts.path,
            {k: v[0] if len(v) == 1 else v for k, v in query.items()},
            request.headers,
            request.rfile.read(size),
            request.client_address[1],
        )

    def _write(self, request: BaseHTTPRequestHandler, reply: Reply) -> None:
        headers = {"Content-Type": "application/json", **reply.headers}
        if reply.status not in (204, 304):
            headers.setdefault("Content-Length", str(len(reply.body)))
        if "Date" in headers:
            request.send_response_only(reply.status)
        else:
            request.send_response(reply.status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        if reply.status not in (204, 304):
            request.wfile.write(reply.body)
