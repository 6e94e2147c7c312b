# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Server tests of databases and the addon that come and go, without a restart."""

import signal

from odoo.tests import tagged

from .chaos_case import ChaosCase
from .server_case import ADDON, KINDS, ServerCase

SOON_S = 20.0  # until a job runs where workers wait for it, on a loaded machine
IDLE_PROCESSES = 8
END_S = 1.0  # promised: until as many idle job processes have ended
END_LIMIT_S = 3.0  # taking them apart took longer


@tagged("server")
class TestDatabases(ServerCase):
    """A threaded server without -d, and commands beside it."""

    def setUp(self):
        super().setUp()
        self.make_database("shop")
        self.client = self.serve("--workers=0", "--max-cron-threads=1")

    def command_in(self, db_name: str, command: str, *addons: str) -> None:
        """Install, upgrade or uninstall addons beside the server."""
        self.run_command("module", command, "-d", db_name, *addons)

    def test_addon_comes_changes_goes_and_comes_again(self):
        self.install(self.client, "shop")
        self.assertRuns("shop", "installed from Apps")
        self.facts.append("installed from Apps")

        self.command_in("shop", "upgrade", "connector")
        seconds = self.assertRuns("shop", "upgraded beside")
        self.assertLess(seconds, SOON_S)

        self.command_in("shop", "uninstall", "connector")
        self.command_in("shop", "install", ADDON)
        seconds = self.assertRuns("shop", "installed again beside")
        self.assertLess(seconds, SOON_S)

    def test_databases_come_and_go(self):
        self.command_in("shop", "install", ADDON)
        seconds = self.assertRuns("shop", "installed beside")
        self.facts.append(f"installed beside: runs after {seconds:.1f} s")
        self.assertLess(seconds, SOON_S)

        with self.subTest("a copy has jobs and workers of its own"):
            self.look_at_a_copy()
        with self.subTest("a neutralized copy runs nothing"):
            self.look_at_a_neutralized_copy()
        with self.subTest("a dropped database disturbs nobody"):
            self.drop_database("copy")
            self.wait_for(
                lambda: "database copy is gone" in self.log.read_text(), "not noticed"
            )
            self.assertRuns("shop", "the others are not served any more")

    def look_at_a_copy(self) -> None:
        """Copy a database while a worker, which is not there, holds a job."""
        held = self.insert_job("shop", "waiting")
        self.ask(
            "shop",
            "INSERT INTO connector_queue_worker (id, uuid, process_type)"
            " VALUES (0, 'x', 'gone')",
        )
        self.ask(
            "shop",
            "UPDATE connector_queue_job SET state = 'enqueued', worker_id = 0,"
            " claim_number = 1 WHERE id = %s",
            held,
        )

        self.make_database("copy", "shop")

        self.wait_for(
            lambda: self.state_of("copy", held) == "done", "it is not run in the copy"
        )
        self.assertRuns("copy", "the copy is not served")
        self.assertNotIn("gone", self.kinds_in("copy"))
        self.assertRuns("shop", "the original is not served any more")

    def look_at_a_neutralized_copy(self) -> None:
        """Copy a database, neutralize it and let a job wait there."""
        job_id = self.insert_job("shop", "done")
        self.make_database("test", "shop")
        self.run_command("neutralize", "-d", "test")

        self.ask(
            "test",
            "UPDATE connector_queue_job SET state = 'pending' WHERE id = %s",
            job_id,
        )
        self.wait_for(
            lambda: "no job of test runs" in self.log.read_text(), "nobody looks at it"
        )
        self.ask("test", "NOTIFY connector_queue")
        self.pause(2)

        self.assertEqual(self.state_of("test", job_id), "pending")
        self.wait_for(lambda: not self.kinds_in("test"), "a worker stays")


@tagged("server")
class TestInstalledFromApps(ServerCase):
    """A prefork server runs when the addon is installed: its master has no idea."""

    PREFORK = ("--workers=1", "--max-cron-threads=1")

    def setUp(self):
        super().setUp()
        self.make_database("shop")

    def run_by_hand(self, client) -> float:
        """Requeue a job as a person does; return how long it takes to run."""
        job_id = self.insert_job("shop", "failed")
        client.call("connector.queue.job", "requeue", [job_id])
        return self.measure(
            lambda: self.state_of("shop", job_id) == "done", "nobody runs the job"
        )

    def worker_kinds(self) -> set[str]:
        """Return the kinds of processes that have run jobs or are there to do so."""
        return {kind for (kind,) in self.ask("shop", KINDS)}

    def test_jobs_run_by_cron_until_the_master_has_loaded_the_addon(self):
        client = self.serve("-d", "shop", *self.PREFORK)
        self.install(client, "shop")

        by_cron_s = self.run_by_hand(client)
        self.wait_for(
            lambda: self.worker_kinds() == {"prefork"}, "no job process comes"
        )
        by_process_s = self.run_by_hand(client)

        self.facts.append(
            f"by cron in {by_cron_s:.2f} s, then in a process in {by_process_s:.2f} s"
        )
        self.assertLess(by_cron_s, SOON_S)
        self.assertIn("so that its master loads the addon", self.log.read_text())

    def test_jobs_run_by_cron_where_the_master_loads_no_database(self):
        client = self.serve(*self.PREFORK)
        self.install(client, "shop")

        waits = [self.run_by_hand(client) for _job in range(3)]

        self.facts.append(f"by cron in {max(waits):.2f} s at the most")
        self.assertLess(max(waits), SOON_S)
        self.assertEqual(self.worker_kinds() - {"cron"}, set())
        self.assertNotIn("so that its master loads", self.log.read_text())


@tagged("server")
class TestIdleEnd(ChaosCase):
    def test_idle_job_processes_end_at_once(self):
        """They leave Odoo to the system, which takes it apart in no time."""
        server = self.start_server(
            "--workers", str(IDLE_PROCESSES), command="connector_worker"
        )
        self.wait_for(
            lambda: len(self.workers_of(server)) == IDLE_PROCESSES, "one is missing"
        )

        server.send_signal(signal.SIGTERM)
        seconds = self.measure(lambda: server.poll() is not None, "they go on")

        self.facts.append(
            f"{IDLE_PROCESSES} processes ended in {seconds:.2f} s (promise: {END_S} s)"
        )
        self.assertEqual(self.living(), [])
        self.assertLess(seconds, END_LIMIT_S)


@tagged("server")
class TestHeldUpDatabase(ServerCase):
    """Somebody has locked a table in one of the databases of a server."""

    def setUp(self):
        super().setUp()
        self.environment["CONNECTOR_HEARTBEAT_S"] = "1"
        self.make_database("held")
        self.run_command("module", "install", "-d", "held", ADDON)
        self.make_database("free", "held")

    def hold(self, table: str):
        """Lock a table of one database; return the connection, which gives it back."""
        holder = self.postgres.connect("held")
        self.addCleanup(holder.close)
        holder.cursor().execute(f"LOCK TABLE {table}")
        return holder

    def serve_both(self) -> None:
        """Start a server in one process."""
        self.serve("-d", "held,free", "--workers=0", "--max-cron-threads=1")

    def last_beat(self):
        """Return when a worker of the other database gave the last sign of life."""
        statement = "SELECT max(date_alive) FROM connector_queue_worker"
        return self.ask("free", statement)[0][0]

    def test_heartbeats_of_the_others_go_on(self):
        """A healthy job elsewhere was declared dead: one thread gave all of them."""
        self.serve_both()
        for db_name in ("held", "free"):
            self.wait_for(lambda: self.kinds_in(db_name), f"{db_name} is not served")  # noqa: B023 called at once

        holder = self.hold("connector_queue_worker")

        for _beat in range(5):
            before = self.last_beat()
            self.wait_for(lambda: self.last_beat() > before, "no sign of life")  # noqa: B023 called at once
        self.assertRuns("free", "it is not served any more")
        holder.rollback()
        self.assertRuns("held", "it is not served again")

    def test_jobs_of_the_others_run_where_a_database_is_held_from_the_start(self):
        holder = self.hold("connector_queue_worker")
        self.serve_both()

        self.assertRuns("free", "it is not served")
        holder.rollback()
        self.assertRuns("held", "it is not served in the end")
