# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of servers with wrong settings: they run no job, and screens show why."""

from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.server import (
    cron_fallback as fallback,
)
from odoo.addons.connector.queue.server import (
    misconfigured,
)
from odoo.addons.connector.queue.server.misconfigured import MisconfiguredWatcher
from odoo.addons.connector.queue.settings import Settings

from .worker_case import DEADLINE_S, WatcherCase

REASON = "Unknown setting 'thread' in [connector]. Did you mean 'threads'?"
REFUSALS = "SELECT process_type, threads, refusal FROM connector_queue_worker"


class TestMisconfigured(WatcherCase):
    def start_misconfigured(self) -> MisconfiguredWatcher:
        """Start a watcher of wrong settings and wait until it says so."""
        watcher = MisconfiguredWatcher("test", REASON)
        self.addCleanup(watcher.join, DEADLINE_S)
        self.addCleanup(watcher.stop, DEADLINE_S)
        watcher.start()
        self.wait_for(lambda: self.query(REFUSALS), "nobody says so")
        return watcher

    def test_server_with_wrong_settings_says_why_it_runs_no_job(self):
        self.start_misconfigured()

        self.assertEqual(self.query(REFUSALS), [("test", 0, REASON)])

    def test_server_with_wrong_settings_runs_no_job(self):
        watcher = self.start_misconfigured()
        self.delay()

        pool = watcher._pools[get_db_name()]
        pool.handle_notifications()
        pool.check()

        self.assertEqual((self.states(), pool.workers), (["pending"], []))

    def test_row_of_a_server_with_wrong_settings_is_no_live_worker(self):
        """Else no cron would run the jobs."""
        self.start_misconfigured()

        self.assertEqual(store.find_live_workers(self.open_bookkeeping()), [])

    def test_row_goes_with_the_server(self):
        watcher = self.start_misconfigured()

        watcher.stop()

        self.assertEqual(self.query(REFUSALS), [])

    def test_row_that_was_taken_away_comes_again(self):
        watcher = self.start_misconfigured()
        self.query("DELETE FROM connector_queue_worker")

        watcher._pools[get_db_name()].beat()

        self.wait_for(lambda: self.query(REFUSALS), "nobody says so any more")

    def test_cron_of_a_server_with_wrong_settings_runs_no_job(self):
        self.patch(fallback, "find_settings", lambda: (Settings(), REASON))
        self.patch(fallback, "_is_cron", lambda: True)
        self.delay()

        is_left = fallback.run_without_worker(get_db_name())

        self.assertEqual((is_left, self.states()), (False, ["pending"]))

    def test_settings_in_force_are_shown(self):
        watcher = self.start_watcher(only_channels=("root",), threads=2)
        self.wait_for(
            lambda: len(self.query(REFUSALS)) == 2, "a thread of two is missing"
        )
        self.assertEqual(set(self.query(REFUSALS)), {("test", 2, None)})
        watcher.stop()

        with self.assertLogs("odoo.addons.connector.queue.channels.served", "WARNING"):
            self.start_watcher(only_channels=("root.nowhere",), heartbeat_s=0.1)

        statement = "SELECT only_channels, unknown_channels FROM connector_queue_worker"
        self.wait_for(
            lambda: self.query(statement) == [("root.nowhere", "root.nowhere")],
            "the unknown channel is not shown",
        )


class TestMakeWatcher(WatcherCase):
    def test_wrong_settings_make_a_watcher_that_refuses(self):
        watcher = misconfigured.make_watcher("test", Settings(), REASON)

        self.assertEqual(type(watcher), MisconfiguredWatcher)
