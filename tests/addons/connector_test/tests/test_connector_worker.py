# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the command that runs jobs without a web server."""

import signal

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from ..models.job import TRACE, leave_trace_slowly
from .chaos_case import ChaosCase

WORKERS = 2
JOBS = 20


@tagged("server")
class TestConnectorWorker(ChaosCase):
    def test_two_processes_share_the_jobs_and_end_with_the_signal(self):
        server = self.start_server(
            "--workers", str(WORKERS), command="connector_worker"
        )
        self.wait_for(lambda: len(self.living()) == WORKERS, "a worker is missing")
        session = self.open_session()
        args = [(f"trace {number}", 0.05) for number in range(JOBS)]
        leave_trace_slowly.delay_many(session, TRACE, args)
        session.commit()

        self.wait_for(self.is_settled, "jobs are left")
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)

        self.assertSound()
        statement = "SELECT count(DISTINCT worker_id) FROM connector_queue_attempt"
        self.assertEqual(self.query(statement), [(WORKERS,)])
        self.assertEqual(self.living(), [])

    def test_number_of_processes_is_checked(self):
        output = self.run_command("connector_worker", "--workers", "0", code=2)

        self.assertIn("--workers is 0, expected 1 or more", output)

    def test_wrong_setting_keeps_the_command_from_starting(self):
        self.environment["CONNECTOR_THREAD"] = "8"

        output = self.run_command("connector_worker", "-d", get_db_name(), code=1)

        self.assertIn(
            "connector_worker: Unknown setting 'thread' in the environment."
            " Did you mean 'threads'?",
            output,
        )

    def test_channels_that_it_serves_are_given_by_an_option_with_two_names(self):
        for option in ("--only-channels", "--channels"):
            with self.subTest(option):
                output = self.run_command(
                    "connector_worker", "-d", get_db_name(), option, "shop:2", code=1
                )

                self.assertIn("Unreadable setting 'only_channels'", output)

    def test_old_name_of_an_option_is_hidden(self):
        output = self.run_command("connector_worker", "--help")

        self.assertIn("--only-channels", output)
        self.assertNotIn("--channels", output.replace("--only-channels", ""))

    def test_wrong_channels_keep_the_command_from_starting(self):
        self.environment["CONNECTOR_CHANNELS"] = "shop:many"

        output = self.run_command("connector_worker", "-d", get_db_name(), code=1)

        self.assertIn("Cannot read channel 'shop:many': capacity is 'many'", output)
