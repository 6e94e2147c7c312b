# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Xandikos, a CardDAV server that keeps each byte of a card."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .local_server import HOST, LocalServer


class Xandikos(LocalServer):
    """A CardDAV server of our own on a free port; it asks for no password."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="xandikos-"))
        options = {
            "--directory": self.folder / "storage",
            "--state-dir": self.folder / "state",
            "--current-user-principal": "/alice/",
            "--listen-address": HOST,
            "--port": self.port,
        }
        words = [str(word) for option in options.items() for word in option]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xandikos", "serve", "--autocreate", *words],
            cwd=self.folder,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """Stop it and remove what it stored."""
        super().stop()
        shutil.rmtree(self.folder)
