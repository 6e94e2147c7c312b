# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
import subprocess
import tempfile
import time
from pathlib import Path
from unittest import TestCase, mock

from ground import cluster, postgres, postgres_version
from ground.say import StepFailed

DEADLINE_S = 60
OTHER_PORT = "54329"
STABLE, NEWEST = "17", "18"  # the suite of the former keeps it

# Autovacuum comes at once and stays for long.
EAGER = "ALTER SYSTEM SET autovacuum_naptime = '1s'"
FILL = """
CREATE TABLE slow (number int) WITH (
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
INSERT INTO slow SELECT generate_series(1, 100000);
DELETE FROM slow;
"""
AUTOVACUUM = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'autovacuum: %slow%'"
FIND = "SELECT 1 FROM pg_database WHERE datname = 'busy'"
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'busy'"


SERVER_VERSION = "SELECT current_setting('server_version_num')::int / 10000"


class PrivateCase(TestCase):
    """A test with a PostgreSQL server of its own."""

    def setUp(self):
        cluster.find_server()  # the user PostgreSQL runs as is there then

    def start(self, **options) -> cluster.Cluster:
        """Start a server until the end of the test; return it."""
        folder = tempfile.TemporaryDirectory(prefix="connector_private_")
        self.addCleanup(folder.cleanup)
        own = cluster.Cluster(
            Path(folder.name) / "postgres", postgres.find_programs("initdb"), **options
        )
        own.create()
        own.start()
        self.addCleanup(own.stop, "immediate")
        return own

    def set_environment(self, **variables: str) -> None:
        """Let the environment name a server by these variables only."""
        self.enterContext(mock.patch.dict(os.environ, variables))
        for name in {*postgres.NAMING_VARIABLES} - variables.keys():
            os.environ.pop(name, None)

    def choose(self, version: str) -> None:
        """Choose a version until the end of the test."""
        variables = {postgres_version.VARIABLE: version}
        self.enterContext(mock.patch.dict(os.environ, variables))


class TestDrop(PrivateCase):
    def setUp(self):
        super().setUp()
        own = self.start()
        self.admin, self.server = own.server("postgres"), own.server()
        self.server.query("CREATE DATABASE busy")

    def wait_for(self, statement: str, expected: str) -> None:
        """Wait until a statement answers as expected."""
        deadline = time.monotonic() + DEADLINE_S
        while self.admin.query(statement) != [[expected]]:
            self.assertLess(time.monotonic(), deadline, statement)
            time.sleep(0.05)

    def test_a_database_in_which_autovacuum_works_is_dropped(self):
        self.admin.query(EAGER)
        self.admin.query("SELECT pg_reload_conf()")
        self.server.query(FILL, "busy")
        self.wait_for(AUTOVACUUM, "1")
        self.server.drop("busy")
        self.assertFalse(self.server.query(FIND))

    def test_a_database_that_somebody_is_connected_to_is_dropped(self):
        client = subprocess.Popen(
            [self.server.programs / "psql", "-X", "-d", "busy"],
            env=self.server.connection_environment(),
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(client.communicate)
        self.wait_for(SESSIONS, "1")
        self.server.drop("busy")
        self.assertFalse(self.server.query(FIND))


class TestPrivateServer(PrivateCase):
    def test_a_private_server_is_reached_whatever_server_the_environment_names(self):
        """A port in the environment was that of every private server as well."""
        for variables in (
            {"PGPORT": OTHER_PORT},
            {"PGHOST": "127.0.0.1", "PGPORT": OTHER_PORT, "PGUSER": "somebody"},
            {"PGHOSTADDR": "127.0.0.1", "PGPORT": OTHER_PORT},
            {"PGSERVICE": "none_of_that_name"},
        ):
            with self.subTest(variables):
                self.set_environment(**variables)

                answer = self.start().server().query("SELECT current_user")

                self.assertEqual(answer, [[cluster.ROLE]])


class TestGivenServer(PrivateCase):
    def setUp(self):
        super().setUp()
        own = self.start(port=OTHER_PORT)
        self.folder = str(own.socket_folder)
        self.version = own.programs.parent.name

    def test_a_server_on_another_port_is_used(self):
        self.set_environment(PGHOST=self.folder, PGPORT=OTHER_PORT, PGUSER=cluster.ROLE)

        server = cluster.find_server()

        self.assertEqual((server.host, server.port), (self.folder, OTHER_PORT))

    def test_a_server_that_is_named_in_another_way_has_host_port_and_role(self):
        """Poolers need them, and a service file or libpq's own default knows them."""
        file = Path(self.folder) / "services"
        file.write_text(
            f"[ours]\nhost={self.folder}\nport={OTHER_PORT}\nuser={cluster.ROLE}\n"
        )
        self.set_environment(PGSERVICE="ours", PGSERVICEFILE=str(file))

        server = cluster.find_server()

        self.assertEqual(
            (server.host, server.port, server.user),
            (self.folder, OTHER_PORT, cluster.ROLE),
        )

    def test_a_server_of_another_version_than_the_chosen_one_is_refused(self):
        self.set_environment(PGHOST=self.folder, PGPORT=OTHER_PORT, PGUSER=cluster.ROLE)
        other = next(one for one in (STABLE, NEWEST) if one != self.version)
        self.choose(other)

        with self.assertRaises(StepFailed) as caught:
            cluster.find_server()

        self.assertIn(
            f"it is PostgreSQL {self.version}, expected {other}.", str(caught.exception)
        )


class TestVersion(PrivateCase):
    def test_a_chosen_version_is_the_one_that_runs(self):
        self.choose(STABLE)

        own = self.start()

        self.assertEqual(own.server().query(SERVER_VERSION), [[STABLE]])
        dump = subprocess.check_output(
            [own.programs / "pg_dump", "--schema-only", "postgres"],
            env=own.server().connection_environment(),
            text=True,
        )
        self.assertIn(f"Dumped by pg_dump version {STABLE}.", dump)

    def test_a_version_that_nobody_has_is_refused(self):
        with self.assertRaises(StepFailed) as caught:
            postgres_version.find_programs_of("1", "initdb")

        self.assertIn("15, 17, 18", str(caught.exception))

    def test_a_cache_that_is_closed_to_others_is_refused_to_root(self):
        """PostgreSQL runs as another user there, who could not start a program."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(mock.patch.dict(os.environ, {"XDG_CACHE_HOME": folder}))
        self.enterContext(mock.patch.object(os, "geteuid", return_value=0))

        with self.assertRaises(StepFailed) as caught:
            postgres_version.find_programs_of(NEWEST, "none_of_that_name")

        self.assertIn(f"may not enter {folder}", str(caught.exception))
