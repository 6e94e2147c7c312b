# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""CardDAV server for the tests of the examples."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.tests import TransactionCase

from .local_server import HOST, LocalServer

LOGIN, PASSWORD = "alice", "wonderland"

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


class Radicale(LocalServer):
    """A CardDAV server of our own on a free port."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="radicale-"))
        config = CONFIG.format(host=HOST, port=self.port, folder=self.folder)
        (self.folder / "config").write_text(config)
        (self.folder / "users").write_text(f"{LOGIN}:{PASSWORD}\n")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "radicale", "--config", self.folder / "config"],
            cwd=self.folder,
        )

    def stop(self) -> None:
        """Stop it and remove what it stored."""
        super().stop()
        shutil.rmtree(self.folder)


class RadicaleCase(TransactionCase):
    """A test with a CardDAV server that runs."""

    server_class = Radicale

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.server_class()
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait()

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo compares the timeout with a number
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)
