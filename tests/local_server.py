# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Local servers on a free port: of another program, and in a thread of the test."""

import socket
import subprocess
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

HOST = "127.0.0.1"
START_WAIT_S = 20


class LocalServer:
    """A server of our own; whoever makes one stops it."""

    process: subprocess.Popen

    def __init__(self):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]

    def wait(self) -> None:
        """Return when it accepts connections."""
        deadline = time.monotonic() + START_WAIT_S
        while True:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)  # there is nothing to be told by while it starts

    def stop(self) -> None:
        """Stop it."""
        self.process.kill()
        self.process.wait()


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
        members = {f"do_{verb}": lambda request: self.handle(request) for verb in verbs}
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
