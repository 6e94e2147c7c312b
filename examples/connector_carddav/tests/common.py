# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real CardDAV server, and an address book on it."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import requests

from odoo.tests import TransactionCase

from odoo.addons.connector.components.binder import Binder

HOST = "127.0.0.1"
LOGIN, PASSWORD = "alice", "wonderland"
START_WAIT_S = 20

CONFIG = """\
[server]
hosts = {host}:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/storage
[logging]
level = error
"""

MAKE_ADDRESS_BOOK = """\
<create xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><c:addressbook/></resourcetype>
</prop></set></create>"""


class Radicale:
    """A CardDAV server of our own on a free port."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="radicale-"))
        self.port = _free_port()
        config = CONFIG.format(host=HOST, port=self.port, folder=self.folder)
        (self.folder / "config").write_text(config)
        (self.folder / "users").write_text(f"{LOGIN}:{PASSWORD}\n")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "radicale", "--config", self.folder / "config"],
            cwd=self.folder,
        )

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
        """Stop it and remove what it stored."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


class AddressBook:
    """An address book, as another client of the server sees it."""

    def __init__(self, server: Radicale, name: str):
        self.url = f"http://{HOST}:{server.port}/{LOGIN}/{name}/"
        self._ask("MKCOL", "", MAKE_ADDRESS_BOOK)

    def put(self, name: str, *lines: str, version: str = "3.0") -> None:
        """Write a card; it gets a UID, and a name where the lines give none."""
        if not any(line.startswith("FN") for line in lines):
            lines = (f"FN:{name}", *lines)
        lines = (f"VERSION:{version}", f"UID:{name}", *lines)
        text = "\r\n".join(("BEGIN:VCARD", *lines, "END:VCARD", ""))
        self._ask("PUT", quote(f"{name}.vcf"), text)

    def delete(self, name: str) -> None:
        """Delete a card."""
        self._ask("DELETE", quote(f"{name}.vcf"), "")

    def _ask(self, method: str, name: str, body: str) -> None:
        requests.request(
            method,
            self.url + name,
            data=body.encode(),
            headers={"Content-Type": "text/vcard"} if method == "PUT" else {},
            auth=(LOGIN, PASSWORD),
            timeout=30,
        ).raise_for_status()


class CarddavCase(TransactionCase):
    """A test with a CardDAV server and two address books, one of each version."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Radicale()
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait()

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo compares the timeout with a number
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    def setUp(self):
        super().setUp()
        name = self._testMethodName
        self.book = AddressBook(self.server, name)
        self.backend = self.make_backend(self.book)

    def make_backend(self, book: AddressBook, env=None, **values):
        """Return a backend for an address book."""
        return (env or self.env)["carddav.backend"].create(
            {
                "name": "Friends",
                "url": book.url,
                "login": LOGIN,
                "password": PASSWORD,
                **values,
            }
        )

    def find(self, name: str, backend=None):
        """Return the binding of a card."""
        scope = (backend or self.backend).get_environment("carddav.res.partner")
        return scope.get_connector_unit(Binder).to_internal(quote(f"{name}.vcf"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
