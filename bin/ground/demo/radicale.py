# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""CardDAV server of the demo, filled with cards."""

import contextlib
import http.client
import shutil
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

from ground.odoo_server import free_port, read_end
from ground.process import clean_environment
from ground.say import StepFailed

HOST = "127.0.0.1"
LOGIN, PASSWORD = "alice", "wonderland"
REACHED = {"CONNECTOR_PRIVATE_NETWORKS": "127.0.0.1"}  # for Odoo: it is closed else
START_WAIT_S = 30
ANSWER_WAIT_S = 600  # a book of thousands of cards is checked card by card
POLL_S = 0.05

CONFIG = """\
[server]
hosts = {host}:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
[storage]
filesystem_folder = {folder}/storage
[logging]
level = warning
"""


class Radicale:
    """A CardDAV server with one user, on a free port."""

    def __init__(self, python: Path, folder: Path):
        self.port = free_port()
        self.log = folder / "log"
        config = CONFIG.format(host=HOST, port=self.port, folder=folder)
        (folder / "config").write_text(config)
        (folder / "users").write_text(f"{LOGIN}:{PASSWORD}\n")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [python, "-m", "radicale", "--config", folder / "config"],
                cwd=folder,
                env=clean_environment(),
                stderr=log,
            )

    def url(self, book: str) -> str:
        """Return the address of an address book."""
        return f"http://{HOST}:{self.port}{_path(book)}"

    def make_book(self, book: str, cards: Iterable[str]) -> None:
        """Make an address book of cards; each is called after its UID."""
        self._ask("PUT", _path(book), "".join(cards))

    def wait_until_it_answers(self) -> None:
        """Return when it serves; raise StepFailed when it died or hangs."""
        deadline = time.monotonic() + START_WAIT_S
        while True:
            try:
                return self._ask("PROPFIND", "/", "")
            except ConnectionError as error:
                code = self.process.poll()
                if code is not None or time.monotonic() > deadline:
                    raise StepFailed(
                        "start the CardDAV server Radicale",
                        f"{error} (exit code {code}), its log ends:\n"
                        f"{read_end(self.log)}",
                        "Run the command again.",
                    ) from error
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Stop it; it keeps nothing that is needed again."""
        self.process.kill()
        self.process.wait()

    def _ask(self, method: str, path: str, body: str) -> None:
        key = b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_WAIT_S)
        with contextlib.closing(connection):
            headers = {"Authorization": f"Basic {key}", "Depth": "0"}
            if method == "PUT":
                headers["Content-Type"] = "text/vcard"
            connection.request(method, path, body.encode(), headers)
            answer = connection.getresponse()
            if answer.status >= http.client.BAD_REQUEST:
                raise StepFailed(
                    f"fill the CardDAV server ({method} {path})",
                    f"it answered {answer.status} {answer.reason}.",
                    f"The card it did not take:\n{body}",
                )


@contextlib.contextmanager
def running(python: Path) -> Iterator[Radicale]:
    """Give a running server, and stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="connector-demo-"))
    try:
        server = Radicale(python, folder)
        try:
            server.wait_until_it_answers()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _path(book: str) -> str:
    return f"/{LOGIN}/{book}/"
