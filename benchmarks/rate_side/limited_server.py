# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server that takes so many requests a second, and answers 429 to the others."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

RETRY_AFTER_S = 1


class LimitedServer:
    """A server with a bucket of tokens, in a thread of this process.

    Args:
        rate: tokens that come in a second.
        size: tokens that the bucket holds.

    Attributes:
        url: its address.
        taken: when requests were taken, by ``time.monotonic``.
        refused: when others were refused.
    """

    def __init__(self, rate: float, size: float):
        self.taken: list[float] = []
        self.refused: list[float] = []
        self._rate, self._size, self._left = rate, size, size
        self._at, self._lock = time.monotonic(), Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece: two would wait for each other

            def do_GET(self):
                server.answer(self)

            def log_message(self, *_args):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        Thread(target=self._http.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Take a request, or refuse it."""
        is_taken = self._take()
        request.send_response(200 if is_taken else 429)
        if not is_taken:
            request.send_header("Retry-After", str(RETRY_AFTER_S))
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")

    def _take(self) -> bool:
        with self._lock:
            now = time.monotonic()
            left = self._left + (now - self._at) * self._rate
            self._left, self._at = min(left, self._size), now
            is_taken = self._left >= 1
            self._left -= is_taken
            (self.taken if is_taken else self.refused).append(now)
            return is_taken

    def stop(self) -> None:
        """Stop it."""
        self._http.shutdown()
        self._http.server_close()
