# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Server tests of copied databases: no job runs there before its time.

Real servers without ``-d``, real restores and ``odoo-bin db``.
"""

import subprocess
from contextlib import closing

import psycopg2

from odoo.tests import tagged

from .server_case import ADDON, ServerCase

JOBS = 300
SLICES = 50  # of the rows and of the keys of a dump, with a pause after each
ROWS_S = 5.0  # that either take to come
LOOKS_S = 25.0  # in which a watcher without -d has looked at a new database
LOAD_S = 0.05  # that a job of the load takes
PROMISED_S = 1.0  # until the first job runs once a person says so
LIMIT_S = 5.0  # on a loaded machine, with a registry to load
THREADED = ("--workers=0", "--max-cron-threads=1")

INSERT_JOBS = """
INSERT INTO connector_queue_job (
    uuid, payload, func_name, model_name, payload_version, user_id, channel_id, state,
    context, priority, attempt, retry, max_retries, deaths, commits, date_created
)
SELECT gen_random_uuid(), jsonb_build_array(jsonb_build_array('x', %s), '[]'::jsonb),
       'odoo.addons.connector_test.models.job.leave_trace_slowly',
       'connector.test.trace', 1,
       1, channel.id, 'pending', '{}', 10, 0, 0, 5, 0, 0, now() AT TIME ZONE 'UTC'
  FROM connector_queue_channel AS channel, generate_series(1, %s)
 WHERE complete_name = 'root';
UPDATE connector_queue_job AS job
   SET seal = connector_queue_seal(job)
 WHERE seal IS NULL
"""
COUNT_TOUCHED = """
SELECT count(*) FROM connector_queue_job WHERE state <> 'pending' OR attempt > 0
"""
COUNT_DONE = "SELECT count(*) FROM connector_queue_job WHERE state = 'done'"
COUNT_FAILED = "SELECT count(*) FROM connector_queue_job WHERE state = 'failed'"
IS_THERE = "SELECT 1 FROM pg_database WHERE datname = %s"
# The second after which the files of a database were made; nobody is connected to an
# original meanwhile.
MADE_AT = """
SELECT (pg_stat_file('base/' || oid || '/PG_VERSION')).modification
       AT TIME ZONE 'UTC' + INTERVAL '1 second'
  FROM pg_database
 WHERE datname = '{}'
"""
COUNT_DONE_SINCE = "SELECT count(*) FROM connector_queue_job WHERE date_done > %s"


class CopyCase(ServerCase):
    """A test of a server without -d, while copies of its database are made."""

    def setUp(self):
        super().setUp()
        del self.environment["CONNECTOR_COPY_WAIT_S"]
        self.make_database("shop")
        self.run_command("module", "install", "-d", "shop", ADDON)

    def insert_jobs(self, db_name: str, count: int, seconds: float = 0) -> None:
        """Insert jobs that take so long, and notify."""
        self.ask(db_name, INSERT_JOBS, seconds, count)
        self.ask(db_name, "NOTIFY connector_queue")

    def count(self, db_name: str, statement: str, *values) -> int:
        """Return what a statement counts in a database."""
        ((count,),) = self.ask(db_name, statement, *values)
        return count

    def count_done_in_copy(self) -> int:
        """Return how many jobs have ended in the copy since it was made."""
        admin = self.postgres.cluster.server("postgres")
        ((made_at,),) = admin.query(MADE_AT.format("copy"))
        return self.count("copy", COUNT_DONE_SINCE, made_at)

    def dump(self, db_name: str) -> bytes:
        """Return a database as the statements that make it anew."""
        command = [self.postgres.programs / "pg_dump", "--no-owner", db_name]
        environment = self.postgres.cluster.server().connection_environment()
        return subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, check=True
        ).stdout

    def restore_slowly(self, dump: bytes, db_name: str) -> None:
        """Restore a dump that comes slice by slice, as from a slow disk.

        The rows are there for a while before the keys.
        """
        self.ask("shop", f'CREATE DATABASE "{db_name}"')
        command = [self.postgres.programs / "psql", "-q", "-d", db_name]
        environment = self.postgres.cluster.server().connection_environment()
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as restore:
            keys_at = dump.rindex(b"\n\n", 0, dump.index(b"PRIMARY KEY"))
            for part in dump[:keys_at], dump[keys_at:]:
                size = len(part) // SLICES + 1
                for start in range(0, len(part), size):
                    restore.stdin.write(part[start : start + size])
                    restore.stdin.flush()
                    self.pause(ROWS_S / SLICES)
                self.pause(LOOKS_S)


@tagged("server")
class TestRestore(CopyCase):
    def test_no_job_runs_in_a_database_that_is_being_restored(self):
        """Its jobs were taken when half of the tables were there, and failed."""
        self.insert_jobs("shop", JOBS)
        dump = self.dump("shop")
        client = self.serve(*THREADED)

        self.restore_slowly(dump, "copy")

        self.assertEqual(self.count("copy", COUNT_TOUCHED), 0)
        self.assertEqual(self.kinds_in("copy"), set())
        self.assertRuns("shop", "the original is not served")
        with self.subTest("a person lets them begin"):
            self.let_begin(client)

    def let_begin(self, client) -> None:
        """Press the button in the copy: its jobs begin at once, and all succeed."""
        client.log_in("copy")
        client.call("connector.overview", "begin_jobs")
        seconds = self.measure(
            lambda: self.count("copy", COUNT_DONE), "they do not begin"
        )

        self.wait_for(lambda: self.count("copy", COUNT_DONE) == JOBS, "some are left")
        self.facts.append(f"begun in {seconds:.2f} s (promise: {PROMISED_S} s)")
        self.assertLess(seconds, LIMIT_S)


@tagged("server")
class TestDuplicate(CopyCase):
    def duplicate(self) -> int:
        """Copy and neutralize the database under load as Odoo does, but slowly.

        Returns the code of the command.

        That ends the sessions of the workers; one that is back too soon is in the way,
        and it is tried again.
        """
        command = self.wait_for(self._begin_to_duplicate, "no copy is made")
        with closing(self.connect("copy")) as connection:
            connection.cursor().execute("LOCK TABLE ir_mail_server")  # it waits for us
            self.pause(LOOKS_S)
        return command.wait(self.deadline_s)

    def _begin_to_duplicate(self) -> subprocess.Popen | None:
        """Return the command that has copied the database, None if it could not."""
        words = self.odoo_command("db", "duplicate", "-n", "shop", "copy")
        with self.log.open("a") as output:
            command = subprocess.Popen(
                words, env=self.environment, cwd="/", stdout=output, stderr=output
            )
        self.addCleanup(command.kill)
        self.wait_for(
            lambda: command.poll() or self.ask("postgres", IS_THERE, "copy"), "it hangs"
        )
        return None if command.poll() else command

    def connect(self, db_name: str):
        """Return a connection to a database."""
        server = self.postgres.cluster.server()
        return psycopg2.connect(
            host=server.host, port=server.port, user=server.user, dbname=db_name
        )

    def test_no_job_runs_in_a_copy_that_is_neutralized(self):
        """They ran, and called other systems, until the copy was neutralized.

        Or it was not, as the workers had changed their rows meanwhile.
        """
        client = self.serve(*THREADED)
        self.insert_jobs("shop", JOBS * 4, LOAD_S)
        self.wait_for(lambda: self.count("shop", COUNT_DONE), "they do not run")

        code = self.duplicate()
        done_before = self.count("shop", COUNT_DONE)
        self.pause(LOOKS_S)

        self.assertEqual(self.count_done_in_copy(), 0)
        self.assertEqual(code, 0)
        self.assertGreater(self.count("shop", COUNT_DONE), done_before)
        with self.subTest("nor does anybody let them begin"):
            client.log_in("copy")
            client.call("connector.overview", "begin_jobs")
            self.pause(LOOKS_S)
            self.assertEqual(self.count_done_in_copy(), 0)
