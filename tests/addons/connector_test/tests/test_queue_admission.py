# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the admission of a database: new and neutralized ones run no job."""

import logging
import threading
from contextlib import closing

from odoo.exceptions import UserError
from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import databases
from odoo.addons.connector.queue.engine import watcher as worker
from odoo.addons.connector.queue.engine.connection import connect
from odoo.addons.connector.queue.engine.watcher import WorkerWatcher
from odoo.addons.connector.queue.settings import Settings
from odoo.addons.connector.queue.store import admission

from .queue_case import JOB, QueueCase
from .worker_case import DEADLINE_S, WorkerCase

ADMISSION_LOG = "odoo.addons.connector.queue.engine.admission"
DATABASES_LOG = "odoo.addons.connector.queue.engine.databases"
NEUTRALIZED = "database.is_neutralized"
NEUTRALIZE = "INSERT INTO ir_config_parameter (key, value) VALUES (%s, 'true')"
LIFT = "DELETE FROM ir_config_parameter WHERE key = %s"
KEY = "connector_queue_edge_pkey"
LONG_S = 1000.0  # no test waits for it
MOMENT_S = 0.5  # in which a watcher has looked several times


class AdmissionCase(WorkerCase):
    """A test of a watcher in a database that its workers have not noted."""

    def setUp(self):
        super().setUp()
        self.patch(worker, "TICK_S", 0.05)
        self.patch(databases, "CHANGE_S", 0.05)
        self.patch(databases, "cron_database_list", lambda: [get_db_name()])
        self.addCleanup(self.ask, store.admit)
        self.forget()

    def ask(self, statement, *values):
        """Return the answer of a function of the store, committed."""
        with closing(connect(get_db_name())) as connection:
            return statement(connection.cursor(), *values)

    def forget(self) -> None:
        """Make the database a new one."""
        self.ask(store.withdraw, self.ask(store.find_identity))

    def neutralize(self) -> None:
        """Neutralize the database until the end of the test."""
        self.query(NEUTRALIZE, NEUTRALIZED)
        self.addCleanup(self.query, LIFT, NEUTRALIZED)

    def watch(self, copy_wait_s: float = LONG_S) -> WorkerWatcher:
        """Start a watcher that looks often."""
        settings = Settings(poll_s=1000, copy_wait_s=copy_wait_s)
        watcher = WorkerWatcher("test", settings)
        self.addCleanup(watcher.stop, DEADLINE_S)
        watcher.start()
        return watcher

    def watch_until_it_waits(self, copy_wait_s: float = LONG_S) -> WorkerWatcher:
        """Start a watcher; return it when it has seen that no job may run."""
        watcher = self.watch(copy_wait_s)
        self.wait_for(lambda: watcher._pools, "no pool came")
        self.pause(MOMENT_S)
        return watcher

    def accept(self) -> None:
        """Let jobs begin, as a person does by the button."""
        env = self.open_env()
        env["connector.overview"].begin_jobs()
        env.cr.commit()

    def assertAllDone(self):
        self.wait_for(lambda: set(self.states()) == {"done"}, "a job still waits")


class TestNewDatabase(AdmissionCase):
    def test_no_job_runs_and_nothing_is_changed(self):
        self.delay()

        with self.assertLogs(ADMISSION_LOG, logging.INFO) as logs:
            self.watch_until_it_waits()

        self.assertEqual(self.states(), ["pending"])
        self.assertEqual(self.query("SELECT id FROM connector_queue_worker"), [])
        self.assertEqual(len(logs.output), 1)
        self.assertIn("new here, perhaps a copy. They begin when", logs.output[0])

    def test_jobs_run_when_it_was_at_rest_for_long_enough(self):
        self.delay()

        with self.assertLogs(ADMISSION_LOG, logging.INFO) as logs:
            self.watch(copy_wait_s=MOMENT_S)
            self.assertAllDone()

        self.assertIn("has been at rest for 0.5 s", logs.output[-1])
        self.assertTrue(self.ask(store.find_admission).is_admitted)

    def test_jobs_wait_while_somebody_writes_for_long(self):
        """Such as who neutralizes it, or makes an index on a restored table."""
        self.patch(admission, "LONG_S", 0)
        self.delay()
        with closing(connect(get_db_name())) as writer:
            writer.autocommit = False
            writer.cursor().execute("SELECT txid_current()")
            self.watch_until_it_waits(copy_wait_s=MOMENT_S / 5)
            before = self.states()

        self.assertEqual(before, ["pending"])
        self.assertAllDone()

    def test_jobs_wait_while_tables_come(self):
        self.delay()
        self.addCleanup(self.query, "DROP TABLE IF EXISTS connector_one_more")
        watcher = self.watch_until_it_waits()
        before = self.query("SELECT busy_at FROM connector_queue_admission")

        self.query("CREATE TABLE connector_one_more ()")
        self.pause(MOMENT_S)

        self.assertGreater(
            self.query("SELECT busy_at FROM connector_queue_admission"), before
        )
        self.assertIsNone(watcher.worker_for_db(get_db_name()))

    def test_jobs_run_at_once_when_a_person_says_so(self):
        self.delay()
        self.patch(worker, "TICK_S", LONG_S)  # it hears of it
        self.watch()
        self.wait_for(
            lambda: self.query("SELECT FROM connector_queue_admission"),
            "nobody has looked",
        )

        self.accept()

        self.assertAllDone()

    def test_jobs_run_at_once_where_no_time_is_set(self):
        self.delay()

        self.watch(copy_wait_s=0)

        self.assertAllDone()

    def test_what_a_worker_of_the_original_held_runs_when_it_is_accepted(self):
        self.delay()
        self.query("INSERT INTO connector_queue_worker (id, uuid) VALUES (0, 'x')")
        self.query(
            "UPDATE connector_queue_job"
            " SET state = 'enqueued', worker_id = 0, claim_number = 1"
        )
        self.watch_until_it_waits()
        before = self.states()

        self.accept()

        self.assertAllDone()
        self.assertEqual(before, ["enqueued"])

    def test_cron_runs_no_job_either(self):
        self.delay()

        self.run_cron()
        before = self.states()
        self.accept()
        self.run_cron()

        self.assertEqual(before, ["pending"])
        self.assertEqual(self.states(), ["done"])

    def run_cron(self) -> None:
        """Run the scheduled action as a cron thread does."""
        env = self.open_env()
        thread = threading.Thread(target=env[JOB]._cron_run)
        thread.type = "cron"
        thread.start()
        thread.join()


class TestRestoredDatabase(AdmissionCase):
    def setUp(self):
        super().setUp()
        self.ask(store.admit)
        self.query(f"ALTER TABLE connector_queue_edge DROP CONSTRAINT {KEY}")
        self.addCleanup(self.make_key)

    def make_key(self) -> None:
        """Make the key that is missing."""
        add = f"ADD CONSTRAINT {KEY} PRIMARY KEY (id)"
        self.query(
            f"ALTER TABLE connector_queue_edge DROP CONSTRAINT IF EXISTS {KEY}, {add}"
        )

    def test_nobody_works_while_a_key_is_missing(self):
        with self.assertLogs(DATABASES_LOG, logging.INFO) as logs:
            watcher = self.watch()
            self.pause(MOMENT_S)

        self.assertEqual(watcher._pools, {})
        self.assertEqual(len(logs.output), 1)
        self.assertIn("primary key on connector_queue_edge", logs.output[0])

    def test_database_that_was_seen_to_be_restored_is_new(self):
        """In its place, with what was noted in it."""
        self.delay()
        self.watch()
        self.pause(MOMENT_S)

        self.make_key()
        self.wait_for(
            lambda: not self.ask(store.find_admission).is_admitted, "it is not new"
        )
        self.pause(MOMENT_S)

        self.assertEqual(self.states(), ["pending"])
        self.accept()
        self.assertAllDone()


class TestNeutralizedDatabase(AdmissionCase):
    def test_no_job_runs_whoever_accepts_it(self):
        self.ask(store.admit)
        self.neutralize()
        self.delay()

        with self.assertLogs(ADMISSION_LOG, logging.INFO) as logs:
            self.watch_until_it_waits(copy_wait_s=0)

        self.assertEqual(self.states(), ["pending"])
        self.assertIn("the database is neutralized", logs.output[0])
        with self.assertRaisesRegex(UserError, NEUTRALIZED):
            self.accept()

    def test_workers_leave_one_that_is_neutralized_and_come_again(self):
        watcher = self.watch(copy_wait_s=0)
        self.wait_for(lambda: watcher.worker_for_db(get_db_name()), "no worker came")
        first = watcher.worker_for_db(get_db_name())

        self.neutralize()
        self.wait_for(lambda: not first.is_alive(), "the worker stays")
        self.delay()
        self.pause(MOMENT_S)
        before = self.states()
        self.query(LIFT, NEUTRALIZED)

        self.assertAllDone()
        self.assertEqual(before, ["pending"])


class TestNotedDatabase(QueueCase):
    def test_installation_notes_its_database(self):
        self.assertTrue(store.find_admission(self.env.cr).is_admitted)

    def test_who_must_not_know_the_cluster_notes_the_database_all_the_same(self):
        self.assertRegex(store.find_identity(self.env.cr), r"^\d+/\d+$")
        self.patch(admission, "FIND_DATABASE", "SELECT '7', false")

        self.assertEqual(store.find_identity(self.env.cr), "unknown/7")
