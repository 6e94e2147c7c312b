# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of dependencies: a job is released once, and never left behind."""

import threading
from functools import partial

from psycopg2.errors import LockNotAvailable

from odoo.exceptions import UserError
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine import dependencies as release
from odoo.addons.connector.queue.engine import runner as runner_module
from odoo.addons.connector.queue.engine.interrupt import RunningAttempt
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.registration import ControlConnection
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.graph import chain, group

from ..models.job import TRACE, end
from .queue_case import JOB, RUNNER_LOG, QueueRaceCase
from .test_queue_recovery import RecoveryCase

EDGES = "SELECT state, has_news FROM connector_queue_edge ORDER BY id"
ROUNDS = 30
DEADLINE_S = 20


class EdgeRaceCase(QueueRaceCase):
    def new(self, session, name="a", **options):
        """Return a job that is not stored yet."""
        return end.delayable(session, TRACE, name, **options)

    def delay_join(self, **options) -> list[str]:
        """Delay two jobs and one that waits for both; return the uuids."""
        session = self.open_session()
        parents = group(self.new(session, **options), self.new(session, **options))
        uuids = chain(parents, self.new(session, "last")).delay()
        session.commit()
        return uuids

    def delay_chain(self, **options) -> list[str]:
        """Delay a job and one that waits for it; return the uuids."""
        session = self.open_session()
        uuids = chain(self.new(session, **options), self.new(session)).delay()
        session.commit()
        return uuids

    def open_runner(self, worker_id: int) -> Runner:
        """Return a runner with connections of its own."""
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        transaction = partial(own_transaction, connection)
        return Runner(self.open_bookkeeping(), worker_id, transaction)


class TestMark(EdgeRaceCase):
    def test_edge_is_marked_by_the_transaction_of_its_parent(self):
        """Before its commit nobody sees that it is done."""
        self.delay_chain()
        runner = self.open_runner(1)
        (job,) = runner.claim()
        seen = []
        finish = store.finish

        def finish_and_look(*args):
            is_ours = finish(*args)
            seen.append(self.query(EDGES))
            return is_ours

        self.patch(store, "finish", finish_and_look)

        runner.run_job(job)

        self.assertEqual(seen, [[("open", False)]])
        self.assertEqual(self.query(EDGES), [("met", False)])

    @mute_logger(RUNNER_LOG)
    def test_worker_that_lost_the_parent_marks_nothing(self):
        self.delay_chain()
        runner = self.open_runner(1)
        (job,) = runner.claim()
        self.query("UPDATE connector_queue_job SET worker_id = 2 WHERE id = %s", job.id)

        runner.run_job(job)

        self.assertEqual(self.query(EDGES), [("open", False)])

    @mute_logger(RUNNER_LOG)
    def test_worker_that_lost_a_failed_parent_marks_nothing(self):
        self.delay_chain(error="It is broken.")
        runner = self.open_runner(1)
        (job,) = runner.claim()
        self.query("UPDATE connector_queue_edge SET condition = 'failed'")
        self.query("UPDATE connector_queue_job SET worker_id = 2 WHERE id = %s", job.id)

        runner.run_job(job)

        self.assertEqual(self.query(EDGES), [("open", False)])


class TestRelease(EdgeRaceCase):
    def end_parents(self):
        """Let both parents be done, and nobody look at the child."""
        self.patch(runner_module, "unblock_children", lambda *_args: 0)
        runner = self.open_runner(1)
        while jobs := runner.claim():
            runner.run_job(*jobs)

    def test_two_parents_that_end_at_the_same_moment_release_the_child_once(self):
        """Each commits, then releases; whoever commits last sees both edges met."""
        runners = [self.open_runner(number) for number in (1, 2)]
        sessions = [self.open_session() for _runner in runners]
        for number in range(ROUNDS):
            with self.subTest(number=number):
                *_parents, child = self.delay_join()
                counts = self.end_together(runners, sessions)
                self.assertEqual(sum(counts), 1)
                self.assertEqual(self.row(child), ("pending",))
                self._delete()

    def end_together(self, runners, sessions) -> list[int]:
        """Let each runner end a job at the same time; return what it released."""
        barrier = threading.Barrier(len(runners), timeout=DEADLINE_S)
        counts = []

        def end_one(runner, job, session):
            session.cr.execute("SELECT 1")  # the snapshot in which the job runs
            job.attempt += 1
            barrier.wait()
            runner._finish(session.cr, RunningAttempt(job), None)
            session.commit()
            counts.append(release.unblock_children(runner._bookkeeping, [job.id]))

        jobs = [runner.claim()[0] for runner in runners]
        threads = [
            threading.Thread(target=end_one, args=one)
            for one in zip(runners, jobs, sessions, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
        return counts

    def test_two_releases_of_one_child_release_it_once(self):
        """The second waits for nobody: what the first has locked is the first's."""
        *_parents, child = self.delay_join()
        self.end_parents()
        first, second = self.open_bookkeeping(), self.open_bookkeeping()
        first.connection.autocommit = False

        one = store.unblock_all(first, 100)
        other = store.unblock_all(second, 100)
        first.connection.commit()

        self.assertEqual((one.ready_count, other.ready_count), (1, 0))
        self.assertEqual(self.row(child), ("pending",))
        self.assertEqual(self.query(EDGES), [("met", False), ("met", False)])

    def test_child_that_somebody_holds_is_released_later(self):
        """A person presses a button at that moment, and the transaction fails."""
        *_parents, child = self.delay_join()
        self.end_parents()
        session, bookkeeping = self.open_session(), self.open_bookkeeping()
        session.env[JOB].search([("uuid", "=", child)]).button_cancel()

        early = release.sweep(bookkeeping)
        session.rollback()
        late = release.sweep(bookkeeping)

        self.assertEqual((early, late), (0, 1))
        self.assertEqual(self.row(child), ("pending",))

    def test_sweeper_releases_what_a_crash_left(self):
        """The worker died between the commit of a parent and the release."""
        *_parents, child = self.delay_join()
        self.end_parents()
        self.assertEqual(self.row(child), ("waiting",))

        control = ControlConnection(get_db_name())
        self.addCleanup(control.close)
        self.assertTrue(control.recover())

        self.assertEqual(self.row(child), ("pending",))


class TestDeath(RecoveryCase):
    def test_poison_job_releases_the_one_for_its_failure(self):
        session = self.open_session()
        poison = end.delayable(session, TRACE, "a", max_retries=1)
        child, then = (end.delayable(session, TRACE, name) for name in "bc")
        poison.on_fail(child).on_done(then).delay()
        session.commit()
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)

        self.recover()

        states = [self.row(job.uuid) for job in (poison, child, then)]
        self.assertEqual(states, [("failed",), ("pending",), ("waiting",)])


class TestButtonRace(EdgeRaceCase):
    def test_button_releases_after_its_commit(self):
        parent, child = self.delay_chain()
        session = self.open_session()
        session.env[JOB].search([("uuid", "=", parent)]).button_done()

        before = self.row(child)
        session.commit()

        self.assertEqual((before, self.row(child)), (("waiting",), ("pending",)))


class TestWakeOthers(EdgeRaceCase):
    """A worker takes one of the released jobs itself; for more, it wakes others."""

    def wakes_after(self, child_count: int, claimed_count: int = 1) -> int:
        """Run one of the claimed jobs in a worker; return how often it wakes."""
        session = self.open_session()
        children = group(*(self.new(session) for _number in range(child_count)))
        chain(self.new(session, priority=1), children).delay()
        for _number in range(claimed_count - 1):
            end.delay(session, TRACE, "other")
        session.commit()
        worker = WorkerOfTests(self.open_runner(1))
        first, *others = [
            job for _number in range(claimed_count) for job in worker.runner.claim()
        ]
        worker.queue.enqueue_many(others)
        wakes = []
        self.patch(store, "wake", wakes.append)
        Worker.run_job(worker, first)
        return len(wakes)

    def test_one_child_wakes_nobody(self):
        self.assertEqual(self.wakes_after(1), 0)

    def test_several_children_wake_the_others(self):
        self.assertEqual(self.wakes_after(2), 1)

    def test_child_behind_other_jobs_wakes_the_others(self):
        self.assertEqual(self.wakes_after(1, claimed_count=2), 1)


class TestRequeueRace(EdgeRaceCase):
    """A job is requeued while its parent runs."""

    def requeue_while_the_parent_runs(self, cancelled: int):
        """Cancel a job of a chain and what is behind it; requeue the last meanwhile."""
        uuids = self.delay_chain()
        session = self.open_session()
        jobs = session.env[JOB].search([("uuid", "in", uuids)], order="id")
        jobs[cancelled].button_cancel()
        session.commit()
        jobs[: cancelled or 1].filtered(lambda job: job.state == "cancelled").requeue()
        session.commit()
        runner = self.open_runner(1)
        (job,) = runner.claim()
        finish = store.finish

        def finish_after_requeue(cr, *args):
            cr.execute("SELECT 1")  # the snapshot in which the job runs
            session.env.invalidate_all()
            jobs[1].requeue()
            session.commit()
            self.seen = self.row(uuids[1])
            return finish(cr, *args)

        self.patch(store, "finish", finish_after_requeue)
        runner.run_job(job)
        return uuids[1]

    def test_child_of_a_job_that_runs_waits_for_its_end(self):
        """Its edge is open all the time: it was cancelled by hand."""
        child = self.requeue_while_the_parent_runs(cancelled=1)

        self.assertEqual((self.seen, self.row(child)), (("waiting",), ("pending",)))

    def test_parent_that_does_not_see_the_edge_releases_the_child(self):
        """It had been cancelled with its child, and runs when the child is requeued."""
        child = self.requeue_while_the_parent_runs(cancelled=0)

        self.assertEqual((self.seen, self.row(child)), (("waiting",), ("pending",)))
        self.assertEqual(self.query(EDGES), [("met", False)])

    def test_parent_cannot_end_unseen_while_its_child_is_requeued(self):
        uuids = self.delay_chain()
        session, other = self.open_session(), self.open_session()
        parent, child = session.env[JOB].search([("uuid", "in", uuids)], order="id")
        child.button_cancel()
        session.commit()

        child.requeue()
        other.cr.execute("SET lock_timeout = '0.1s'")
        with self.assertRaises(LockNotAvailable), mute_logger("odoo.sql_db"):
            other.env[JOB].browse(parent.id).button_done()


class TestDeletionRace(EdgeRaceCase):
    def test_job_that_a_worker_has_is_not_deleted(self):
        parent, _child = self.delay_chain()
        self.open_runner(1).claim()
        session = self.open_session()

        with self.assertRaisesRegex(UserError, "a worker has taken it. Stop it first"):
            session.env[JOB].search([("uuid", "=", parent)]).unlink()


class WorkerOfTests:
    """What :meth:`Worker.run_job` uses of a worker."""

    def __init__(self, runner):
        self.runner = runner
        self.queue = Worker.queue_class()
        self._bookkeeping = runner._bookkeeping

    def _is_closed(self, _channel_id) -> bool:
        return False
