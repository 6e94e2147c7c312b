# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests behind a transaction pooler: no job is lost."""

from odoo.tests import tagged

from odoo.addons.connector.queue.engine.registration import SILENCE_S

from .chaos_case import PREFORK, ChaosCase
from .pooler_case import options_through, start_pooler
from .test_queue_pooler import AGE

PROMISED_S = 90.0  # for connections through a pooler
FREED_LIMIT_S = 20.0  # of these, once the worker has been silent for a minute


@tagged("chaos")
class TestPooler(ChaosCase):
    def setUp(self):
        super().setUp()
        self.through = options_through(start_pooler(self))

    def start_host(self, **variables: str):
        """Start a host whose connections go through the pooler."""
        return self.start_server(*self.through, command="connector_worker", **variables)

    def test_jobs_run_and_a_silent_worker_is_given_up(self):
        """The minute of silence is not waited for: the last sign is moved back."""
        dying, other = self.start_host(), self.start_host()
        self.delay_bound()
        ((worker_id, _pid),) = self.workers_of(dying)
        self.wait_for(lambda: self.held_by(worker_id), "it has no jobs")

        self.kill_server(dying)
        held = self.held_by(worker_id)
        alive = [one for one, _pid in self.living()]
        self.query(f"{AGE} WHERE id = %s", SILENCE_S, worker_id)
        seconds = self.measure(
            lambda: not self.held_by(worker_id), "jobs are not taken over"
        )

        self.assertIn(worker_id, alive)
        self.facts.append(
            f"{held} jobs taken over in {SILENCE_S} + {seconds:.1f} s"
            f" (promise: {PROMISED_S} s)"
        )
        self.assertLess(seconds, FREED_LIMIT_S)
        self.wait_for_the_end()
        self.assertTrue(self.workers_of(other))

    def test_killed_job_process_is_replaced_and_no_effect_comes_twice(self):
        self.start_server(*PREFORK, *self.through)
        self.delay_bound()
        deaths = 0

        for _kill in range(2):
            self.pause_at_random(1)
            ((worker_id, pid),) = self.wait_for(self.living, "no worker came")
            deaths += self.kill_worker(worker_id, pid) is not None
            self.query(f"{AGE} WHERE id = %s", SILENCE_S, worker_id)

        self.wait_for_the_end()
        self.assertEqual(self.count_deaths(), deaths)
