# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Private PostgreSQL cluster in the cache: start, stop and repair.

PostgreSQL refuses to run as root, so root runs it as user ``postgres``. That user
may not be able to walk to the cache folder. Nobody changes the rights of folders
on the way: the data folder is opened here, the server inherits the descriptor,
and ``/proc/self/fd/N`` leads it there without a walk.

A cluster keeps running after the command, so the next one is quick. To stop the
usual ones, one of each version of PostgreSQL:
``kill -INT $(head -qn1 CACHE/cluster-main-*/data/postmaster.pid)``.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ground import cache, debian, postgres
from ground.process import is_alive, run
from ground.say import StepFailed

ROLE = "odoo"  # Odoo refuses to work as "postgres"
SYSTEM_USER = "postgres"
MAX_CONNECTIONS = 200
LONGEST_SOCKET_BYTES = 107  # what the kernel accepts as a socket's path
PORT = "5432"  # names the socket, no server of ours listens on the network
STOP_WAIT_S = 60


@dataclass(frozen=True)
class Cluster:
    """A private cluster. Durability settings stay PostgreSQL's own."""

    home: Path
    programs: Path
    port: str = PORT

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.home / "data"

    @property
    def socket_folder(self) -> Path:
        """Return where clients connect to; short, whatever the cache is called."""
        socket_file = self.data / self.socket_name
        if len(os.fsencode(socket_file)) <= LONGEST_SOCKET_BYTES:
            return self.data
        key = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path("/tmp") / f"odoo-connector-{os.geteuid()}-{key}"

    @property
    def socket_name(self) -> str:
        """Return how PostgreSQL calls the socket in that folder."""
        return f".s.PGSQL.{self.port}"

    def server(self, user: str = ROLE) -> postgres.Server:
        """Return the way to this cluster for a role."""
        way = (str(self.socket_folder), self.port, user)
        return postgres.Server(self.programs, *way, postgres.nameless_environment())

    def pid(self) -> int | None:
        """Return the number of our running server process, None without one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        return pid if _works_in(pid, self.data) else None

    def is_running(self) -> bool:
        """Tell whether the server answers."""
        if not self.pid():
            return False
        ready = subprocess.run(
            [self.programs / "pg_isready", "-q"],
            check=False,
            env={**self.server().connection_environment(), "PGDATABASE": "postgres"},
        )
        return ready.returncode == 0

    def start(self) -> None:
        """Start the server, and clear away what a dead one has left."""
        self._end_orphans()
        # Another process may have the number that a dead server has left behind.
        socket_file = self.socket_folder / self.socket_name
        for left in (self.data / "postmaster.pid", f"{socket_file}.lock", socket_file):
            Path(left).unlink(missing_ok=True)
        with self._data_descriptor() as (data, options):
            options_for_server = (
                f"-c listen_addresses='' -c max_connections={MAX_CONNECTIONS}"
                f" -c port={self.port}"
                f" -c unix_socket_directories={self._socket_for_server(data)}"
            )
            run(
                [self.programs / "pg_ctl", "-D", data, "-w", "-l", f"{data}/log"]
                + ["-o", options_for_server, "start"],
                "start PostgreSQL",
                stays=True,
                remedy=f"Read {self.data / 'log'}, then run the command again.",
                env=postgres.nameless_environment(),
                **options,
            )

    def stop(self, how: str = "fast") -> None:
        """Stop the server: ``fast`` as an admin does, ``immediate`` as a crash."""
        if pid := self.pid():
            signals = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}
            os.kill(pid, signals[how])
            _wait_for_end([pid])

    def restart(self, how: str = "fast") -> None:
        """Stop the server and start it again."""
        self.stop(how)
        self.start()

    def create(self) -> None:
        """Make the cluster with its role; half a one is thrown away."""
        replace(self, home=cache.partial_of(self.home))._end_orphans()
        with cache.build_folder(self.home) as partial:
            building = replace(self, home=partial)
            building.data.mkdir(mode=0o700)
            if os.geteuid() == 0:
                user = pwd.getpwnam(SYSTEM_USER)
                os.chown(building.data, user.pw_uid, user.pw_gid)
            with building._data_descriptor() as (data, options):
                run(
                    [self.programs / "initdb", "-D", data, "-U", "postgres"]
                    + ["-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8"],
                    "make a private PostgreSQL cluster",
                    **options,
                )
            building.start()
            try:
                building.server("postgres").query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            finally:
                building.stop()
                if building.socket_folder != building.data:
                    shutil.rmtree(building.socket_folder)

    def _socket_for_server(self, data: str) -> str:
        """Return the socket folder as the server sees it, made when needed."""
        folder = self.socket_folder
        if folder == self.data:
            return data
        owner = SYSTEM_USER if os.geteuid() == 0 else os.geteuid()
        owner_id = pwd.getpwnam(owner).pw_uid if isinstance(owner, str) else owner
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, owner_id, -1)
        if folder.is_symlink() or folder.stat().st_uid != owner_id:
            why = f"{folder} belongs to somebody else."
            raise StepFailed("make a folder for the socket", why, "Remove that folder.")
        return str(folder)

    @contextlib.contextmanager
    def _data_descriptor(self) -> Iterator[tuple[str, dict]]:
        """Give a path to the data folder that needs no walk, and Popen options."""
        descriptor = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY)
        options = {"pass_fds": (descriptor,)}
        if os.geteuid() == 0:
            user = pwd.getpwnam(SYSTEM_USER)
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        try:
            yield f"/proc/self/fd/{descriptor}", options
        finally:
            os.close(descriptor)

    def _end_orphans(self) -> None:
        """End what still works in the data folder of a killed server."""
        numbers = (int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit())
        orphans = [pid for pid in numbers if _works_in(pid, self.data)]
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
        _wait_for_end(orphans)


def find_cluster(name: str = "main") -> Cluster:
    """Return a private cluster that runs; make and start it when needed.

    Tests that stop or crash a server use a cluster of another name.
    """
    programs = postgres.find_programs("initdb")
    if os.geteuid() == 0:
        _need_system_user()
    version = programs.parent.name  # data folders fit one major version only
    cluster = Cluster(cache.folder() / f"cluster-{name}-{version}", programs)
    if not cluster.is_running():
        with cache.only_one(f"start PostgreSQL {name}"):
            if not (cluster.data / "PG_VERSION").exists():
                cluster.create()
            if not cluster.is_running():
                cluster.start()
    return cluster


def find_server() -> postgres.Server:
    """Return the server to use: the user's, or our own cluster's."""
    if postgres.is_given(os.environ):
        return postgres.find_given_server()
    return find_cluster().server()


def _need_system_user() -> None:
    """Make sure that there is a user whom root can run PostgreSQL as."""
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        debian.install_packages(["postgresql-common"], f"user {SYSTEM_USER}")


def _works_in(pid: int, folder: Path) -> bool:
    """Tell whether a living process has ``folder`` as its working directory."""
    try:
        return is_alive(pid) and os.path.samefile(f"/proc/{pid}/cwd", folder)
    except OSError:
        return False


def _wait_for_end(pids: list[int]) -> None:
    """Wait until the processes are gone; kill what does not go."""
    deadline = time.monotonic() + STOP_WAIT_S
    while any(is_alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            for pid in filter(is_alive, pids):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
