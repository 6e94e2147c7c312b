# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where do tests of the examples get a CardDAV server from?"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from odoo.tests import TransactionCase

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


class RadicaleCase(TransactionCase):
    """A test with a CardDAV server that runs."""

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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
