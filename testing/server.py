# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP servers in a thread of a test, which answer as the test says."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .collection import Collection

HOST = "127.0.0.1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "REPORT")


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


class ThreadServer:
    """A web server in a thread of the test, which answers by its ``handle``.

    Attributes:
        url: address of the server, without a slash at the end.
    """

    http_class = ThreadingHTTPServer
    handler_class = BaseHTTPRequestHandler

    def listen(self, verbs: Iterable[str]) -> None:
        """Take requests from now on.

        Args:
            verbs: methods of the requests that ``handle`` answers.
        """
        members: dict[str, Any] = {
            f"do_{verb}": lambda request: self.handle(request) for verb in verbs
        }
        members["log_message"] = lambda *_args: None
        handler = type("Handler", (self.handler_class,), members)
        self._http = self.http_class((HOST, 0), handler)
        self.url = f"http://{HOST}:{self._http.server_port}"
        Thread(target=self._http.serve_forever, daemon=True).start()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop it."""
        self._http.shutdown()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    """A server that takes a client that leaves for what it is."""

    daemon_threads = True

    def handle_error(self, *_args: Any) -> None:
        """Say nothing."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: two would wait for each other


class AnsweringServer(ThreadServer):
    """A server that answers what a test says, and keeps the requests that came.

    Attributes:
        replies: what is answered, by path: a Reply, data, or a function that is called
            with the request and returns one of these; None ends the connection without
            an answer.
        collections: records that are kept below a path, see :meth:`keep`.
        login: headers without which a request is answered with 401.
        lost_answers: number of answers that are lost from now on, after the server
            created, changed or deleted what it was asked to.
        asked: the requests that came.
    """

    http_class = _Server
    handler_class = _Handler

    def __init__(self) -> None:
        self.replies: dict[str, Reply | Callable[[Asked], Any] | Any] = {}
        self.collections: dict[str, Collection] = {}
        self.login: Mapping[str, str] = {}
        self.lost_answers = 0
        self.asked: list[Asked] = []
        self.listen(METHODS)

    def keep(
        self, path: str, records: Iterable[dict[str, Any]] = (), **options: Any
    ) -> Collection:
        """Keep records below a path, as REST servers do, and return them.

        Args:
            path: of the list, such as ``"api/products"``.
            records: those at the beginning.
            options: of the :class:`Collection`.
        """
        collection = Collection(records, **options)
        self.collections["/" + path.strip("/")] = collection
        return collection

    def requests(self, method: str, path: str = "") -> list[Asked]:
        """Return the requests of a method that came, to a path and those below it."""
        start = "/" + path.strip("/")
        return [
            one
            for one in self.asked
            if one.method == method and one.path.startswith(start)
        ]

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        asked = self._read(request)
        self.asked.append(asked)
        reply = self._reply_to(asked)
        if self.lost_answers and asked.method != "GET":
            self.lost_answers -= 1
            reply = None
        if reply is None:
            request.close_connection = True
            return
        self._write(request, reply if isinstance(reply, Reply) else Reply(reply))

    def _reply_to(self, asked: Asked) -> Any:
        if any(asked.headers.get(name) != text for name, text in self.login.items()):
            return Reply({"error": "wrong login"}, 401)
        if asked.path in self.replies:
            known = self.replies[asked.path]
            return known(asked) if callable(known) else known
        for path, collection in self.collections.items():
            if f"{asked.path}/".startswith(f"{path}/"):
                status, data = collection.answer(asked, asked.path[len(path) :])
                return Reply(data, status)
        return Reply({"error": "nothing here"}, 404)

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
