# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Choice of the PostgreSQL server: from the PG* variables, or a private cluster."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

from ground import cache, debian
from ground.postgres_version import chosen_version, find_programs_of
from ground.process import clean_environment, tail
from ground.say import StepFailed

NAMING_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")
OLDEST = 13  # the oldest PostgreSQL that Odoo 19 accepts


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server and the role that Odoo uses there."""

    programs: Path  # the folder of psql and its companions
    host: str | None  # a socket folder or a host; None leaves it to libpq
    port: str | None
    user: str | None
    environment: dict[str, str] = field(default_factory=clean_environment)

    def query(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """Run one SQL statement and return its rows, every value as text."""
        answer = subprocess.run(
            [
                *(self.programs / "psql", "-XAtq", "-F", "\t"),
                *("-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql),
            ],
            env=self.connection_environment(),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            pass_fds=cache.held_locks(),
        )
        if answer.returncode:
            raise StepFailed(
                f"run a statement on PostgreSQL ({self.name})",
                tail(answer.stderr),
                "Check that this server runs and that the role may do this.",
            )
        return [line.split("\t") for line in answer.stdout.splitlines()]

    def drop(self, database: str) -> None:
        """Drop a database, also when our role or autovacuum is at work in it.

        ``WITH (FORCE)`` wants to end autovacuum itself, which only a superuser may.
        """
        self.end_sessions(database)
        self.query(f'DROP DATABASE IF EXISTS "{database}"')

    def end_sessions(self, database: str) -> None:
        """End the sessions of our role in a database."""
        self.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{database}' AND usename = current_user"
        )

    def connection_environment(self) -> dict[str, str]:
        """Return the environment with which any PostgreSQL client gets here."""
        given = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        set_values = {name: value for name, value in given.items() if value}
        return {**self.environment, **set_values}

    @property
    def key(self) -> str:
        """Return a short name that tells this server from others."""
        facts = repr((self.host, self.port, self.user))
        return hashlib.sha256(facts.encode()).hexdigest()[:8]

    @property
    def name(self) -> str:
        """Return how messages call this server."""
        return f"{self.user or 'the current user'}@{self.host or 'local'}"


def is_given(environment) -> bool:
    """Tell whether the user's PG* variables name a server."""
    return any(environment.get(name) for name in NAMING_VARIABLES)


def nameless_environment() -> dict[str, str]:
    """Return the user's environment without the PG* variables that name a server."""
    kept = clean_environment()
    return {name: kept[name] for name in kept if name not in NAMING_VARIABLES}


def find_given_server() -> Server:
    """Return the server of the PG* variables; refuse one that cannot serve.

    The server has a host, port and role, also those that libpq knew from elsewhere.
    """
    server = Server(
        find_programs("psql"),
        os.environ.get("PGHOST"),
        os.environ.get("PGPORT"),
        os.environ.get("PGUSER"),
    )
    step = "use the PostgreSQL server of the PG* variables"
    version, role, may_create = server.query(
        "SELECT current_setting('server_version_num')::int / 10000, rolname,"
        " rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    )[0]
    chosen = chosen_version()
    if int(version) < OLDEST or version != (chosen or version):
        why = f"it is PostgreSQL {version}, expected {chosen or f'{OLDEST} or newer'}."
        raise StepFailed(step, why, "Name another server.")
    if role == "postgres":
        why = "Odoo refuses to work as role 'postgres'."
        remedy = "Create a role with CREATEDB and name it in PGUSER."
        raise StepFailed(step, why, remedy)
    if may_create != "t":
        why = f"role {role!r} may not create databases."
        raise StepFailed(step, why, f'Run: ALTER ROLE "{role}" CREATEDB')
    ((host,), (port,)) = server.query(r"\echo :HOST"), server.query(r"\echo :PORT")
    return replace(server, host=host[0], port=port[0], user=role)


def find_programs(program: str) -> Path:
    """Return the folder with a PostgreSQL program; install it if missing.

    It is that of the chosen version, else of the newest that is here.
    """
    if version := chosen_version():
        return find_programs_of(version, program)
    found = _look_for(program)
    if not found:
        package = "postgresql-client" if program == "psql" else "postgresql"
        debian.install_packages([package], f"PostgreSQL's {program}")
        found = _look_for(program)
    if not found:
        raise StepFailed(
            f"find PostgreSQL's {program}",
            f"no version from {OLDEST} on in /usr/lib/postgresql nor on PATH.",
            "Install Debian's package postgresql.",
        )
    return found


def _look_for(program: str) -> Path | None:
    """Return the folder of the newest fitting version of a program."""
    folders = [
        path.parent
        for path in Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
        if path.parts[-3].isdigit() and int(path.parts[-3]) >= OLDEST
    ]
    if folders:
        return max(folders, key=lambda path: int(path.parts[-2]))
    on_path = shutil.which(program)
    return Path(on_path).resolve().parent if on_path else None
