# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the end of a job that is written while the next job runs."""

import time
from functools import partial
from unittest import mock

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue.engine.completer import JobCompleter
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.engine.watcher import WorkerWatcher
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.settings import Settings

from ..models.job import TRACE, leave_trace
from .queue_case import RUNNER_LOG, QueueRaceCase
from .worker_case import DEADLINE_S, WatcherCase

COMPLETER_LOG = "odoo.addons.connector.queue.engine.completer"

# Sessions in which the end of a job waits for the lock on its row.
WAITING_ENDS = """
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock'
   AND query LIKE '%%connector_queue_finish%%'
"""


def meet():
    """Stand for what happens elsewhere while a job runs; tests patch it."""


@job
def say_nothing(session, _model_name):
    """Have no word for the database."""
    meet()


@job
def read(session, _model_name):
    """Ask the database something."""
    session.env[TRACE].search_count([])


@job
def do_something_after_the_commit(session, _model_name):
    """Have no word for the database, and something to do after the commit."""
    session.cr.postcommit.add(meet)


class CompleterCase(QueueRaceCase):
    """A runner runs jobs of a worker that has a completer."""

    def setUp(self):
        super().setUp()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        self.completer = JobCompleter(get_db_name())
        self.addCleanup(self.completer.close)
        transaction = partial(own_transaction, connection)
        self.runner = Runner(
            self.open_bookkeeping(), 1, transaction, completer=self.completer
        )

    def claim(self, *functions, **options):
        """Delay a job of each function, commit, claim them all, return them."""
        session = self.open_session()
        for function in functions:
            function.delay(session, TRACE, **options)
        session.commit()
        return self.claim_all(len(functions))

    def claim_all(self, count):
        """Claim so many jobs and return them, the first first."""
        jobs = []
        while len(jobs) < count:
            jobs += self.runner.claim()
        return jobs

    def hold(self, claimed):
        """Hold the row of a job until the session is rolled back; return it."""
        session = self.open_session()
        # who waits for it in vain goes on then, and the test fails
        session.cr.execute(
            f"SET LOCAL idle_in_transaction_session_timeout = {DEADLINE_S * 1000}"
        )
        session.cr.execute(
            "SELECT FROM connector_queue_job WHERE id = %s FOR UPDATE", [claimed.id]
        )
        return session

    def ends_that_wait(self) -> list[int]:
        """Return the sessions in which an end waits for its row, once there are any."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if pids := [pid for (pid,) in self.query(WAITING_ENDS)]:
                return pids
        return self.fail("no end waits")

    def meanwhile(self, function):
        """Call a function in each job that says nothing."""
        self.enterContext(mock.patch(f"{__name__}.meet", function))


class TestCompleter(CompleterCase):
    def test_next_job_runs_while_the_end_of_the_last_is_written(self):
        """And that end is with PostgreSQL by then, whatever the next job does."""
        first, second = self.claim(say_nothing, say_nothing)
        self.runner.run_job(first)  # its end may be written already: hold the next
        holder, seen = self.hold(second), []
        self.runner.run_job(second)
        (third,) = self.claim(say_nothing)

        def look():
            seen.append((self.row(second.uuid), len(self.ends_that_wait())))
            holder.rollback()

        self.meanwhile(look)
        self.runner.run_job(third)
        self.completer.wait()

        self.assertEqual(seen, [(("enqueued",), 1)])
        for one in (first, second, third):
            self.assertEqual(self.row(one.uuid, "state, attempt"), ("done", 1))
        attempts = "SELECT count(*), min(state) FROM connector_queue_attempt"
        self.assertEqual(self.query(attempts), [(3, "done")])

    def test_ends_are_written_one_after_the_other(self):
        """Who dies has one first job without an end, and that one is charged."""
        first, second = self.claim(say_nothing, say_nothing)
        self.runner.run_job(first)
        calls = mock.Mock(wraps=self.completer)
        for name in ("wait", "_execute"):
            self.patch(self.completer, name, getattr(calls, name))

        self.runner.run_job(second)

        self.assertEqual(calls.method_calls, [mock.call.wait(), mock.call._execute()])
        self.assertEqual(self.row(first.uuid), ("done",))

    def test_end_is_sent_again_when_its_session_was_ended(self):
        (claimed,) = self.claim(say_nothing)
        holder = self.hold(claimed)
        self.runner.run_job(claimed)
        (pid,) = self.ends_that_wait()

        self.query("SELECT pg_terminate_backend(%s, 5000)", pid)
        holder.rollback()
        self.completer.wait()

        self.assertEqual(self.row(claimed.uuid, "state, attempt"), ("done", 1))

    def test_end_is_sent_again_when_its_session_was_ended_before(self):
        """A session that PostgreSQL ended between two jobs costs neither of them."""
        first, second = self.claim(say_nothing, say_nothing)
        self.runner.run_job(first)
        self.completer.wait()
        pid = self.completer._connection.info.backend_pid
        self.query("SELECT pg_terminate_backend(%s, 5000)", pid)

        self.runner.run_job(second)
        self.completer.wait()

        self.assertEqual(self.row(second.uuid, "state, attempt"), ("done", 1))

    def test_job_that_was_taken_away_is_not_ended(self):
        (claimed,) = self.claim(say_nothing)
        take = "UPDATE connector_queue_job SET worker_id = 2 WHERE id = %s"
        self.meanwhile(partial(self.query, take, claimed.id))

        with self.assertLogs(COMPLETER_LOG, "WARNING") as logs:
            self.runner.run_job(claimed)
            self.completer.wait()

        self.assertIn("another worker has it", logs.output[0])
        self.assertEqual(self.row(claimed.uuid, "state, worker_id"), ("enqueued", 2))
        self.assertEqual(self.query("SELECT FROM connector_queue_attempt"), [])

    @mute_logger(RUNNER_LOG)
    def test_failure_is_no_success(self):
        (claimed,) = self.claim(say_nothing)
        self.meanwhile(lambda: 1 / 0)

        self.runner.run_job(claimed)
        self.completer.wait()

        self.assertEqual(self.row(claimed.uuid), ("failed",))

    def test_end_for_which_somebody_waits_is_waited_for(self):
        """What the job did, and whoever it holds up, comes with it as ever."""
        session = self.open_session()
        channel = session.env["connector.queue.channel"]
        limited = channel.browse(channel._id_of("root.limited"))
        limited.capacity = 1
        limited.env.cr.commit()
        self.addCleanup(
            self.query, "DELETE FROM connector_queue_channel WHERE id = %s", limited.id
        )
        cases = {
            "writes": partial(self.claim, leave_trace),
            "reads": partial(self.claim, read),
            "after the commit": partial(self.claim, do_something_after_the_commit),
            "limited": partial(self.claim, say_nothing, channel="root.limited"),
            "key": partial(self.claim, say_nothing, concurrency_key="one"),
            "edges": self.claim_parent,
        }
        for what, claim in cases.items():
            with self.subTest(what):
                (claimed,) = claim()
                with mock.patch.object(self.completer, "send") as send:
                    self.runner.run_job(claimed)
                send.assert_not_called()
                self.assertEqual(self.row(claimed.uuid), ("done",))

    def claim_parent(self):
        """Delay two jobs, one after the other, and claim the first."""
        session = self.open_session()
        child = leave_trace.delayable(session, TRACE)
        say_nothing.delayable(session, TRACE).on_done(child).delay()
        session.commit()
        return self.claim_all(1)


class TestCompleterOfAWorker(WatcherCase):
    def test_worker_that_finds_nothing_more_waits_for_the_end(self):
        self.start_watcher()
        self.delay(say_nothing)  # the first of a user may read the user's language
        self.wait_for(lambda: self.states() == ["done"], "not done")

        with mock.patch.object(JobCompleter, "wait", autospec=True) as wait:
            self.delay(say_nothing)
            self.wait_for(lambda: self.states() == ["done"] * 2, "not done")
            self.wait_for(lambda: wait.call_count >= 2, "nobody asked for the answer")

    def test_worker_that_leaves_waits_for_the_end(self):
        worker = Worker(get_db_name(), WorkerWatcher("test", Settings()))

        with mock.patch.object(worker, "_completer") as completer:
            worker._leave()

        self.assertEqual(completer.method_calls, [mock.call.wait(), mock.call.close()])
