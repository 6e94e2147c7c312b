# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that change, delete or lock their own row."""

from functools import partial

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.retry import MAX_CONFLICTS
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, RUNNER_LOG, QueueRaceCase

WAYS = {
    "deleted": "DELETE FROM connector_queue_job WHERE uuid = %s",
    "given away": "UPDATE connector_queue_job SET worker_id = 7 WHERE uuid = %s",
    "counted": "UPDATE connector_queue_job SET attempt = 7 WHERE uuid = %s",
    "ended": """
        UPDATE connector_queue_job SET state = 'done', worker_id = NULL WHERE uuid = %s
    """,
}


@job
def write_own_row(session, _model_name, way, is_committed=False):
    """Leave a trace, and write the own row."""
    session.env[TRACE].create({"name": way})
    session.cr.execute(WAYS[way], [session.context["job_uuid"]])
    if is_committed:
        session.commit()


@job
def unlink_own_row(session, _model_name):
    """Leave a trace, and delete the own row as a person would."""
    session.env[TRACE].create({"name": "unlink"})
    uuid = session.context["job_uuid"]
    session.env[JOB].search([("uuid", "=", uuid)]).unlink()


@job
def delete_own_row_elsewhere(session, _model_name):
    """Delete the own row in another transaction, which commits."""
    uuid = session.context["job_uuid"]
    with session.env.registry.cursor() as cr:
        cr.execute(WAYS["deleted"], [uuid])


@job
def meet_itself(session, _model_name, trace_id):
    """Write a record here that another cursor of the job has written."""
    trace = session.env[TRACE].browse(trace_id)
    called.append(trace.name)
    with session.env.registry.cursor() as cr:
        trace.with_env(session.env(cr=cr)).name = "written elsewhere"
    trace.name = "written here"


called = []  # what the far side heard


class TestOwnRow(QueueRaceCase):
    def run_job(self, function, *args, tries=1):
        """Run a job as a worker does; return its uuid."""
        session = self.open_session()
        uuid = function.delay(session, TRACE, *args)
        session.commit()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        runner = Runner(
            self.open_bookkeeping(), 1, partial(own_transaction, connection)
        )
        for _try in range(tries):
            self.query("UPDATE connector_queue_job SET hold = NULL")
            with mute_logger(RUNNER_LOG, "odoo.sql_db"):
                runner.run_job(*runner.claim())
        return uuid

    def assertFailed(self, uuid, reason):
        """The job has failed for a reason, and nothing of its work is left."""
        state, worker_id, attempt, result = self.row(
            uuid, "state, worker_id, attempt, result"
        )
        self.assertEqual((state, worker_id, attempt), ("failed", None, 1))
        self.assertIn(reason, result)
        attempts = "SELECT attempt, state, message FROM connector_queue_attempt"
        self.assertEqual(self.query(attempts), [(1, "failed", result)])
        self.assertEqual(self.query("SELECT name FROM connector_test_trace"), [])

    def test_job_that_writes_its_own_row_fails_and_its_work_is_undone(self):
        """It stayed enqueued as long as its worker lived: no row could be ended."""
        for way in WAYS:
            with self.subTest(way):
                uuid = self.run_job(write_own_row, way)
                self.assertFailed(uuid, "its own row was deleted or changed by it")
                self._delete()

    def test_job_that_writes_its_own_row_and_commits_fails_as_well(self):
        for way in WAYS:
            with self.subTest(way):
                uuid = self.run_job(write_own_row, way, True)
                self.assertFailed(uuid, "its own row was deleted or changed by it")
                self._delete()

    def test_job_may_not_unlink_itself(self):
        self.assertFailed(self.run_job(unlink_own_row), "a worker has taken it")

    def test_job_that_always_meets_itself_fails_after_some_tens_of_tries(self):
        """It was started a hundred times in a minute, and called the far side."""
        called.clear()
        session = self.open_session()
        trace = session.env[TRACE].create({"name": "a"})
        session.commit()

        uuid = self.run_job(meet_itself, trace.id, tries=MAX_CONFLICTS)

        state, attempt, result = self.row(uuid, "state, attempt, result")
        self.assertEqual((state, attempt), ("failed", MAX_CONFLICTS))
        self.assertIn("could not serialize access", result)
        self.assertEqual(len(called), MAX_CONFLICTS)

    def test_child_of_a_job_that_deletes_itself_is_told(self):
        session = self.open_session()
        child = leave_trace.delayable(session, TRACE)
        parent = write_own_row.delayable(session, TRACE, "deleted").on_done(child)
        uuid = parent.delay()
        session.commit()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        runner = Runner(
            self.open_bookkeeping(), 1, partial(own_transaction, connection)
        )

        with mute_logger(RUNNER_LOG):
            runner.run_job(*runner.claim())

        states = "SELECT state FROM connector_queue_job ORDER BY id"
        self.assertEqual(self.query(states), [("failed",), ("waiting",)])
        self.assertEqual(self.row(uuid), ("failed",))

    def test_job_whose_row_is_gone_for_good_is_over(self):
        self.run_job(delete_own_row_elsewhere)

        self.assertEqual(self.query("SELECT id FROM connector_queue_job"), [])
        self.assertEqual(self.query("SELECT id FROM connector_queue_attempt"), [])
