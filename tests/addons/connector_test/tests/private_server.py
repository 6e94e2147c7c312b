# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Private PostgreSQL server of a test, with a copy of its database."""

import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2

from odoo.tests.common import get_db_name

from .chaos_case import ChaosCase
from .tools import import_tool

# Only the commits that wait for it are on the disk after a crash: the server itself
# writes the others out as late as it can.
LAZY = ("SET wal_writer_delay = '10s'", "SET wal_writer_flush_after = '1GB'")
HASTY = "SET fsync = off"
CAREFUL = "RESET fsync"


class PrivateServer:
    """A server of its own, with a copy of one database.

    Args:
        folder: where it is made.
        db_name: the database, which the server of the tests has.
    """

    def __init__(self, folder: Path, db_name: str):
        self.programs = import_tool("postgres").find_programs("initdb")
        self.cluster = import_tool("cluster").Cluster(
            folder / "postgres", self.programs
        )
        self.db_name = db_name
        self.is_ready = False

    def start(self) -> None:
        """Make the server, start it and copy the database."""
        self.cluster.create()
        self.cluster.start()
        self.configure(*LAZY)
        self.copy(self.db_name, self.db_name)
        self.is_ready = True

    def configure(self, *settings: str) -> None:
        """Change settings of the server, at once."""
        admin = self.cluster.server("postgres")
        for setting in settings:
            admin.query(f"ALTER SYSTEM {setting}")
        admin.query("SELECT pg_reload_conf()")

    def crash(self) -> None:
        """Stop the server as the loss of its power does, and start it again."""
        self.cluster.restart("immediate")

    def stop(self) -> None:
        """Stop the server."""
        self.is_ready = False
        self.cluster.stop("immediate")

    def odoo_arguments(self) -> list[str]:
        """Return the options that lead Odoo here."""
        server = self.cluster.server()
        return [
            f"--db_host={server.host}",
            f"--db_port={server.port}",
            f"--db_user={server.user}",
        ]

    def query(self, statement: str, *values, db_name: str | None = None) -> list[tuple]:
        """Return the rows of a statement, as they are committed now."""
        with closing(self.connect(db_name or self.db_name)) as connection:
            connection.autocommit = True
            cr = connection.cursor()
            cr.execute(statement, values)
            return cr.fetchall() if cr.description else []

    def connect(self, db_name: str):
        """Return a new connection to a database."""
        server = self.cluster.server()
        return psycopg2.connect(
            host=server.host, port=server.port, user=server.user, dbname=db_name
        )

    def copy(self, source: str, target: str) -> None:
        """Copy a database as it is now; this process finds its server."""
        dump = [self.programs / "pg_dump", "--no-owner", "-Fc", "-Z0", source]
        restore = [self.programs / "pg_restore", "--no-owner", "-d", target]
        self.configure(HASTY)
        self.cluster.server().query(f'CREATE DATABASE "{target}"')
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
            subprocess.run(
                restore,
                stdin=source.stdout,
                env=self.cluster.server().connection_environment(),
                check=True,
            )
        if source.returncode:
            raise ValueError(f"pg_dump ended with {source.returncode}, expected 0.")
        self.configure(CAREFUL)


class PrivateServerCase(ChaosCase):
    """A test on a copy of the database, on a PostgreSQL server of its own.

    Jobs are delayed before :meth:`start_postgres`, everything else follows it.
    """

    def setUp(self):
        super().setUp()
        self.environment["CONNECTOR_COPY_WAIT_S"] = "0"  # a copy, and meant to run
        self.postgres = PrivateServer(self.folder, get_db_name())
        self.addCleanup(self.postgres.stop)

    def query(self, statement: str, *values) -> list[tuple]:
        """Ask the copy as soon as there is one."""
        if self.postgres.is_ready:
            return self.postgres.query(statement, *values)
        return super().query(statement, *values)
