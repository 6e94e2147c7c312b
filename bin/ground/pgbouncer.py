# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""pgbouncer, a transaction pooler, before a PostgreSQL server.

Like PostgreSQL it refuses to run as root, so root runs it as user ``postgres``. It
listens on a port of 127.0.0.1, without passwords: for tests only.
"""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from ground import postgres
from ground.odoo_server import free_port, read_end
from ground.process import clean_environment
from ground.say import StepFailed
from ground.unpacked import Unpacked

PROGRAM = Unpacked(
    "pgbouncer",
    "usr/sbin/pgbouncer",
    folder="pgbouncer",
    others=("libevent-2.1-7", "libc-ares2"),
)
LIBRARIES = ("usr/lib/*-linux-gnu", "lib/*-linux-gnu")
HOST = "127.0.0.1"
SYSTEM_USER = "postgres"
START_WAIT_S = 30
POLL_S = 0.05

CONFIG = """\
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = 200
"""


class PgBouncer:
    """A pooler in front of a server, with one pool for each database.

    Args:
        server: to which it leads.
        folder: for its files.
        mode: after what a connection goes to the next client: ``transaction``, or the
            ``session`` of the one before.
        size: connections to one database.
    """

    def __init__(
        self,
        server: postgres.Server,
        folder: Path,
        mode: str = "transaction",
        size: int = 20,
    ):
        self.port = free_port()
        self.log = folder / "pgbouncer.log"
        with _reachable(server.host) as (host, options):
            config = folder / "pgbouncer.ini"
            config.write_text(
                CONFIG.format(
                    host=host,
                    port=server.port or 5432,
                    user=server.user,
                    own_port=self.port,
                    mode=mode,
                    size=size,
                )
            )
            self._start(config, options)
        self._wait_until_it_listens()

    def stop(self) -> None:
        """Stop it; whoever is connected loses that."""
        self.process.kill()
        self.process.wait()

    def _start(self, config: Path, options: dict) -> None:
        program = PROGRAM.find()
        root = program.parents[2]
        libraries = [str(path) for name in LIBRARIES for path in root.glob(name)]
        more = {} if root == Path("/") else {"LD_LIBRARY_PATH": ":".join(libraries)}
        user = () if os.geteuid() else ("--user", SYSTEM_USER)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [program, *user, config],
                env=clean_environment(**more),
                cwd="/",
                stderr=log,
                stdout=log,
                **options,
            )

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_WAIT_S
        while True:
            try:
                return socket.create_connection((HOST, self.port)).close()
            except ConnectionError as error:
                code = self.process.poll()
                if code is not None or time.monotonic() > deadline:
                    raise StepFailed(
                        "start pgbouncer",
                        f"{error} (exit code {code}), its log ends:\n"
                        f"{read_end(self.log)}",
                        "Run the command again.",
                    ) from error
            time.sleep(POLL_S)


@contextlib.contextmanager
def _reachable(host: str) -> Iterator[tuple[str, dict]]:
    """Give a way to a socket's folder that needs no walk, and Popen options."""
    if not host.startswith("/"):
        yield host, {}
        return
    descriptor = os.open(host, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", {"pass_fds": (descriptor,)}
    finally:
        os.close(descriptor)
