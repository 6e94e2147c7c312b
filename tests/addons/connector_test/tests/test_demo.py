# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the demo data: every resting state of a job, and jobs that run."""

from odoo.modules.module import Manifest
from odoo.tools import convert_file

from odoo.addons.connector.queue.delay.registry import find_job_function
from odoo.addons.connector.queue.state import ENQUEUED, STARTED, STATES

from .queue_case import QueueCase


class TestDemo(QueueCase):
    def setUp(self):
        super().setUp()
        for file in Manifest.for_addon("connector")["demo"]:
            convert_file(self.env, "connector", file, {}, mode="init", noupdate=True)
        self.env.flush_all()

    def test_each_state_in_which_jobs_rest_is_shown(self):
        rest = {state for state, _label in STATES} - {ENQUEUED, STARTED}

        self.assertEqual(set(self.jobs().mapped("state")), rest)

    def test_nothing_runs_before_somebody_resumes_the_channel(self):
        self.assertEqual(self.run_jobs(), 0)

        self.env.ref("connector.queue_channel_demo").is_paused = False

        self.assertEqual(self.run_jobs(), 3)
        waiting = self.job("00000000-0000-4000-8000-000000000009")
        self.assertEqual((waiting.state, waiting.result), ("done", "3 mails"))

    def test_job_that_was_stored_under_the_old_path_is_found(self):
        function = find_job_function("odoo.addons.connector.queue.trial.try_queue")

        self.assertEqual(function.__module__, "odoo.addons.connector.queue.demo_job")

    def test_failed_jobs_fail_again_with_the_same_words(self):
        self.env.ref("connector.queue_channel_demo").is_paused = False
        failed = self.jobs().filtered(lambda job: job.state == "failed")
        told = failed.mapped("result")

        failed.requeue()
        self.run_jobs()

        self.assertEqual(failed.mapped("state"), ["failed"] * 2)
        self.assertEqual(failed.mapped("result"), told)
