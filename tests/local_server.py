# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Local servers on a free port, of another program."""

import socket
import subprocess
import time

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
