# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of jobs whose processes are killed."""

from odoo.tests import tagged

from ..models.job import TRACE, kill_own_process, say_nothing
from .chaos_case import PREFORK, THREADED, TRIES, ChaosCase

KILLS = 3  # at least; one more for every 100 jobs
LIFE_S = 1.5  # a process lives no longer than that before it is killed
REPLACED_S = 2.0  # promised: after its death, until the next process works
TAKEN_OVER_S = 10.0  # promised: until others have freed the jobs of a dead host

# A loaded machine may take longer than promised; a broken mechanism takes longer still:
# a beat of the master is 4 s, and a worker without a sign of life is dead after 60 s.
REPLACED_LIMIT_S = 4.0
TAKEN_OVER_LIMIT_S = 30.0


@tagged("chaos")
class TestKill(ChaosCase):
    def test_killed_job_process_is_replaced_and_no_effect_comes_twice(self):
        """Also when a poison job kills its process each time."""
        self.start_server(*PREFORK)
        poison = self.delay_with_poison()
        charged, waits = [], []

        for _kill in range(max(KILLS, self.job_count // 100)):
            self.pause_at_random(LIFE_S)
            ((worker_id, pid),) = self.wait_for(self.living, "no worker came")
            charged.append(self.kill_worker(worker_id, pid))
            waits.append(self.measure(lambda: self.is_replaced(worker_id), "nobody"))  # noqa: B023 called at once

        self.wait_for_the_end(poison)
        others = [uuid for uuid in charged if uuid not in (None, poison)]
        self.assertEqual(self.count_deaths(), len(others) + TRIES)
        median_s = sorted(waits)[len(waits) // 2]
        self.facts.append(f"{len(others)} deaths besides those of the poison job")
        self.facts.append(f"replaced in {median_s:.2f} s (promise: {REPLACED_S} s)")
        self.assertLess(median_s, REPLACED_LIMIT_S, waits)

    def is_replaced(self, worker_id: int) -> bool:
        """Tell whether another worker has come, and has freed the jobs of this one."""
        has_come = any(other_id > worker_id for other_id, _pid in self.living())
        return has_come and not self.held_by(worker_id)

    def find_busy(self, server) -> int | None:
        """Return a worker of a server that has jobs."""
        workers = self.workers_of(server)
        return next((one for one, _pid in workers if self.held_by(one)), None)

    def test_killed_master_is_outlived_for_a_moment_only(self):
        """Its job process ends its job, gives back the others and goes."""
        master = self.start_server(*PREFORK)
        self.delay()
        self.pause_at_random(1)

        master.kill()
        self.start_server(*PREFORK)
        self.wait_for(lambda: not self.workers_of(master), "the orphan stays")

        self.wait_for_the_end()
        self.assertEqual(self.count_deaths(), 0)

    def test_killed_server_leaves_its_jobs_to_the_next_one(self):
        """Each finds what the one before has left, and leaves what it does itself."""
        for mode in (PREFORK, THREADED):
            server = self.start_server(*mode)
            self.delay(self.job_count // 2)
            self.pause_at_random(1)
            self.kill_server(server)

        self.start_server(*PREFORK)
        self.wait_for_the_end()

    def test_killed_host_leaves_its_jobs_to_the_other_one(self):
        """Nobody starts it again, and a poison job goes round."""
        dying, other = self.start_host(), self.start_host()
        poison = self.delay_with_poison()
        self.pause_at_random(0.5)
        worker_id = self.wait_for(lambda: self.find_busy(dying), "it has no jobs")

        self.kill_server(dying)
        seconds = self.measure(
            lambda: not self.held_by(worker_id), "jobs are not taken over"
        )

        self.facts.append(f"taken over in {seconds:.1f} s (promise: {TAKEN_OVER_S} s)")
        self.assertLess(seconds, TAKEN_OVER_LIMIT_S)
        self.wait_for_the_end(poison)
        self.assertTrue(self.workers_of(other))


@tagged("server")
class TestDeath(ChaosCase):
    def test_death_is_not_charged_to_the_job_whose_end_is_being_written(self):
        """It said nothing, so the poison job has begun before the disk has answered."""
        session = self.open_session()
        say_nothing.delay_many(session, TRACE, [()] * self.job_count)
        poison = kill_own_process.delay(session, TRACE, max_retries=1)
        say_nothing.delay_many(session, TRACE, [()] * self.job_count)
        session.commit()

        self.start_server(*PREFORK)

        self.wait_for(self.is_settled, "jobs are left")
        charged = (
            "SELECT uuid, state, deaths FROM connector_queue_job"
            " WHERE deaths > 0 OR state <> 'done'"
        )
        self.assertEqual(self.query(charged), [(poison, "failed", 1)])
        self.assertEqual(self.count_deaths(), 1)
