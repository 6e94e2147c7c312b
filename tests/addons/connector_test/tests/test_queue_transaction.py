# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of delayed calls at the end of their transaction."""

from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.connection import connect

from ..models.job import TRACE, leave_trace
from .queue_case import QueueRaceCase

COUNT = "SELECT count(*) FROM connector_queue_job"


class TestTransaction(QueueRaceCase):
    def test_job_is_there_when_its_transaction_has_committed(self):
        session = self.open_session()

        leave_trace.delay(session, TRACE)
        before = self.query(COUNT)
        session.commit()

        self.assertEqual((before, self.query(COUNT)), ([(0,)], [(1,)]))

    def test_job_goes_with_its_transaction(self):
        session = self.open_session()

        leave_trace.delay(session, TRACE)
        session.rollback()
        session.commit()

        self.assertEqual(self.query(COUNT), [(0,)])

    def test_job_goes_with_its_savepoint(self):
        session = self.open_session()
        savepoint = session.cr.savepoint()
        leave_trace.delay(session, TRACE)

        savepoint.rollback()
        session.commit()

        self.assertEqual(self.query(COUNT), [(0,)])


class TestWake(QueueRaceCase):
    def setUp(self):
        super().setUp()
        self.ear = connect(get_db_name())
        self.addCleanup(self.ear.close)
        store.listen(self.ear.cursor())

    def heard(self) -> int:
        """Return how many notifications have come since the last call."""
        self.ear.cursor().execute("SELECT 1")  # brings what is on its way
        self.ear.poll()
        count = len(self.ear.notifies)
        self.ear.notifies.clear()
        return count

    def test_one_commit_wakes_once(self):
        session = self.open_session()
        for name in "abc":
            leave_trace.delay(session, TRACE, name)

        before = self.heard()
        session.commit()

        self.assertEqual((before, self.heard()), (0, 1))

    def test_next_transaction_wakes_again(self):
        session = self.open_session()
        leave_trace.delay(session, TRACE)
        session.commit()
        leave_trace.delay(session, TRACE)
        session.commit()

        self.assertEqual(self.heard(), 2)

    def test_transaction_that_is_rolled_back_wakes_nobody(self):
        session = self.open_session()
        leave_trace.delay(session, TRACE)
        session.rollback()
        session.commit()

        self.assertEqual(self.heard(), 0)

    def test_transaction_that_delays_does_not_notify_itself(self):
        """Inside, the notification would keep others from committing with it."""
        session = self.open_session()
        leave_trace.delay(session, TRACE)

        session.cr._cnx.commit()  # without what Odoo does after a commit

        self.assertEqual(self.heard(), 0)

    @mute_logger("odoo.sql_db")
    def test_wake_up_that_fails_leaves_the_commit_alone(self):
        session = self.open_session()
        uuid = leave_trace.delay(session, TRACE)
        self.patch(store.delay, "WAKE", "SELECT no_such_function(%(channel)s)")

        with self.assertLogs("odoo.addons.connector.queue.notify", "WARNING"):
            session.commit()

        self.assertEqual(self.row(uuid), ("pending",))
