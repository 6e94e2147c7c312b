# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of jobs during upgrades of addons, or with wrong clocks."""

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from ..models.job import TRACE, delay_another, leave_trace, leave_trace_when_tried_again
from .chaos_case import NO_HTTP, ODOO_BIN, PREFORK, ChaosCase
from .private_server import PrivateServerCase
from .tools import import_tool

HOUR = "3600"  # seconds
ETA_S = 2

# libfaketime 0.9.10 refuses the way in which Python 3.11 sleeps.
SLEEP = """\
import threading
import time

time.sleep = lambda seconds: threading.Event().wait(seconds)
"""

# Attempts that lasted less than nothing or longer than any, by what is stored.
WRONG_SPANS = """
SELECT job_id, attempt, date_started, date_done
  FROM connector_queue_attempt
 WHERE date_done - date_started NOT BETWEEN INTERVAL '0' AND INTERVAL '10 minutes'
"""

# How long after they were delayed did jobs with an eta end, in seconds?
WAITS = """
SELECT extract(epoch FROM date_done - date_created)
  FROM connector_queue_job
 WHERE eta IS NOT NULL AND attempt = 1
"""


@tagged("chaos")
class TestUpgrade(PrivateServerCase):
    def test_addon_is_upgraded_while_jobs_run(self):
        """A column that the addon brings back needs a lock on the table of the jobs."""
        self.delay()
        self.postgres.start()
        self.start_server(*PREFORK, *self.postgres.odoo_arguments())
        self.pause_at_random(1)
        self.query("ALTER TABLE connector_queue_job DROP COLUMN tags")

        words = "server", "-d", get_db_name(), *self.postgres.odoo_arguments(), NO_HTTP
        seconds = self.measure(
            lambda: self.run_command(*words, "-u", "connector", "--stop-after-init"),
            "the upgrade says nothing",
        )

        self.facts.append(f"upgraded in {seconds:.1f} s")
        self.wait_for_the_end()


@tagged("chaos")
class TestWrongClock(ChaosCase):
    """Two hosts, one an hour ahead and one an hour behind."""

    def setUp(self):
        super().setUp()
        (self.folder / "odoo-bin").write_text(SLEEP + ODOO_BIN)
        self.library = str(import_tool("faketime").find_library())

    def start_wrong_host(self, sign: str):
        """Start a host whose clock is wrong by an hour."""
        return self.start_host(
            LD_PRELOAD=self.library,
            FAKETIME=sign + HOUR,
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            NO_FAKE_STAT="1",
        )

    def test_jobs_run_when_they_should_and_death_is_noticed(self):
        hosts = [self.start_wrong_host(sign) for sign in "+-"]
        before = [self.workers_of(host) for host in hosts]
        session = self.open_session()
        for _twice in range(2):
            leave_trace.delay(session, TRACE, "eta", eta=ETA_S)
            delay_another.delay(session, TRACE, ETA_S)
            leave_trace_when_tried_again.delay(session, TRACE, ETA_S)
        session.commit()
        self.delay(self.job_count // 2)

        self.wait_for_the_end()
        waits = [float(seconds) for (seconds,) in self.query(WAITS)]
        self.assertEqual(len(waits), 4)
        self.assertGreater(min(waits), ETA_S)
        self.assertEqual(self.query(WRONG_SPANS), [])
        self.assertEqual([self.workers_of(host) for host in hosts], before)

        self.delay(self.job_count // 2)
        self.pause_at_random(0.5)
        dying = self.random.choice(hosts)
        self.kill_server(dying)
        self.wait_for_the_end()
