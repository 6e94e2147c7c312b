# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of our queue beside another queue in the same database."""

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, tagged

from odoo.addons.connector.queue.graph import chain
from odoo.addons.connector.queue.testing import run_jobs
from odoo.addons.connector_test.tests.chaos_case import ChaosCase
from odoo.addons.connector_test.tests.tools import import_tool

from ..models import MARK

OURS = "connector.queue.job"
THEIRS = "queue.job"
BOTH = "--load=base,web,queue_job"  # as their manual says
THREADED = (BOTH, "--workers=0", "--max-cron-threads=1")
PREFORK = (BOTH, "--workers=2", "--max-cron-threads=1")
STATES = "SELECT state FROM connector_queue_job UNION ALL SELECT state FROM queue_job"
NAMES = "SELECT name FROM connector_beside_mark ORDER BY name"


@tagged("post_install", "-at_install")
class TestCalls(TransactionCase):
    """Each name that both have means ours for a method with ``@job``."""

    def setUp(self):
        super().setUp()
        self.marks = self.env[MARK]

    def test_method_with_job_is_delayed_by_ours(self):
        both = [self.marks.delayable(priority=1).leave(name) for name in "ab"]

        chain(*both).delay()

        jobs = self.env[OURS].search([], order="id")
        self.assertEqual(jobs.mapped("state"), ["pending", "waiting"])
        self.assertEqual(jobs.mapped("priority"), [1, 1])
        self.assertEqual(run_jobs(self.env), 2)
        self.assertEqual(self.marks.search([], order="id").mapped("name"), ["a", "b"])

    def test_other_method_is_delayed_by_theirs(self):
        self.marks.delayable(priority=3).leave_theirs("a").delay()
        self.marks.delayable().set(priority=4).leave_theirs("b").delay()

        jobs = self.env[THEIRS].search([("model_name", "=", MARK)], order="id")
        self.assertEqual(jobs.mapped("method_name"), ["leave_theirs"] * 2)
        self.assertEqual(jobs.mapped("priority"), [3, 4])
        self.assertFalse(self.env[OURS].search([]))

    def test_delayable_is_out_of_reach(self):
        with self.assertRaises(AccessError):
            call_kw(self.marks, "delayable", [[]], {})


@tagged("post_install", "-at_install")
class TestServer(ChaosCase):
    """One server runs the jobs of both; they delay jobs of each other."""

    def run_both(self, *mode: str) -> None:
        free_port = import_tool("odoo_server").free_port
        ports = f"--http-port={free_port()}", f"--gevent-port={free_port()}"
        server = self.start_server(*mode, *ports)
        marks = self.open_env()[MARK]
        marks.delayed().leave_and_delay_theirs("ours")
        marks.with_delay().leave_theirs_and_delay("theirs")
        marks.env.cr.commit()

        seconds = self.measure(self.are_done, "jobs are left")
        self.facts = [f"4 jobs of two queues in {seconds:.1f} s"]
        self.kill_server(server)

    def are_done(self) -> bool:
        """Tell whether the two jobs and those they delayed are done."""
        return self.query(STATES) == [("done",)] * 4

    def test_threaded_server_runs_the_jobs_of_both(self):
        self.run_both(*THREADED)

        self.assert_all_ran()

    def test_prefork_server_runs_the_jobs_of_both(self):
        self.run_both(*PREFORK)

        self.assert_all_ran()

    def assert_all_ran(self):
        """Each of the four left its mark."""
        names = [name for (name,) in self.query(NAMES)]
        self.assertEqual(names, ["ours", "ours of theirs", "theirs", "theirs of ours"])

    def _delete(self):
        super()._delete()
        for table in ("queue_job", "connector_beside_mark"):
            self.query(f"DELETE FROM {table}")
