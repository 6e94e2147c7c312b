# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import subprocess
import tempfile
import time
from pathlib import Path
from unittest import TestCase

from ground import cluster, postgres

DEADLINE_S = 60

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


class TestDrop(TestCase):
    def setUp(self):
        cluster.find_server()  # the user PostgreSQL runs as is there then
        folder = tempfile.TemporaryDirectory(prefix="connector_drop_")
        self.addCleanup(folder.cleanup)
        own = cluster.Cluster(
            Path(folder.name) / "postgres", postgres.find_programs("initdb")
        )
        own.create()
        own.start()
        self.addCleanup(own.stop, "immediate")
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
