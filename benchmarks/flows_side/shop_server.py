# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Web server of the exports that are measured, in a process of its own.

It prints its port, keeps items in memory, and compares etags.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"

items: dict[str, dict] = {}
versions: dict[str, int] = {}


class Handler(BaseHTTPRequestHandler):
    """Reads and updates an item, which is there at once."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: two would wait for each other

    def do_GET(self) -> None:  # noqa: N802 its name is given
        """Answer with the item."""
        self._answer(self._id())

    def do_PATCH(self) -> None:  # noqa: N802 its name is given
        """Update the item, if it has the version that is asked for."""
        size = int(self.headers.get("Content-Length") or 0)
        values, id_ = json.loads(self.rfile.read(size)), self._id()
        wanted = self.headers.get("If-Match")
        if wanted and wanted != etag_of(id_):
            self._answer(id_, 412)
            return
        items.setdefault(id_, {}).update(values)
        versions[id_] = versions.get(id_, 0) + 1
        self._answer(id_)

    def log_message(self, *_arguments) -> None:
        """Log nothing."""

    def _id(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2]

    def _answer(self, id_: str, status: int = 200) -> None:
        body = json.dumps({"id": id_, **items.get(id_, {})}).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", etag_of(id_))
        self.end_headers()
        self.wfile.write(body)


def etag_of(id_: str) -> str:
    """Return the version of an item."""
    return f'"{versions.get(id_, 0)}"'


if __name__ == "__main__":
    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()
