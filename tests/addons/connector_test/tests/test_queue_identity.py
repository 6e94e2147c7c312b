# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of identity keys: a delayed call may return a pending job."""

import psycopg2.errors

from odoo.tools import mute_logger

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.job import identity_exact

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, QueueRaceCase


class TestIdentity(QueueCase):
    def delay(self, name="a", key="same"):
        """Delay a job with a key and return its uuid."""
        return leave_trace.delay(self.session, TRACE, name, identity_key=key)

    def test_second_delay_gives_the_job_that_waits(self):
        uuids = {self.delay("a"), self.delay("b")}

        self.assertEqual(len(uuids), 1)
        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["a"])

    def test_other_key_is_another_job(self):
        self.assertNotEqual(self.delay(key="one"), self.delay(key="other"))

    def test_key_may_be_computed_from_the_call(self):
        first = self.delay("a", identity_exact)

        self.assertEqual(self.delay("a", identity_exact), first)
        self.assertNotEqual(self.delay("b", identity_exact), first)

    def test_key_of_a_job_with_an_eta_is_kept_as_well(self):
        first = leave_trace.delay(self.session, TRACE, eta=60, identity_key="same")

        self.assertEqual(self.delay(), first)

    def test_key_of_a_job_that_was_taken_is_free(self):
        first = self.delay()
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = 'enqueued', worker_id = 1"
        )

        self.assertNotEqual(self.delay(), first)

    def test_key_of_a_finished_job_is_free(self):
        first = self.delay()
        self.run_jobs()

        self.assertNotEqual(self.delay(), first)

    def test_key_twice_in_one_call_is_one_job(self):
        uuids = leave_trace.delay_many(
            self.session, TRACE, [("a",), ("a",), ("b",)], identity_key=identity_exact
        )

        self.assertEqual(uuids[0], uuids[1])
        self.assertEqual(len(self.jobs()), 2)

    def test_retried_job_gives_its_key_up_to_a_younger_one(self):
        """Else the unique index refuses to put the job back."""
        old = self.job(self.delay())
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = 'failed' WHERE id = %s", [old.id]
        )
        young = self.job(self.delay())

        old.invalidate_recordset()
        old.requeue()

        self.assertEqual((old.state, old.identity_key), ("pending", False))
        self.assertEqual((young.state, young.identity_key), ("pending", "same"))


class TestIdentityRace(QueueRaceCase):
    """Both transactions have their snapshot before either delays."""

    def setUp(self):
        super().setUp()
        self.winner, self.loser = self.open_session(), self.open_session()
        for session in (self.winner, self.loser):
            session.cr.execute("SELECT 1")

    def delay(self, session):
        """Delay the job that both want."""
        return leave_trace.delay(session, TRACE, identity_key="same")

    @mute_logger("odoo.sql_db")
    def test_second_transaction_with_a_key_runs_again(self):
        self.delay(self.winner)
        self.winner.commit()

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            self.delay(self.loser)

    @mute_logger("odoo.sql_db")
    def test_second_transaction_gets_the_job_when_it_runs_again(self):
        uuid = self.delay(self.winner)
        self.winner.commit()
        with self.assertRaises(psycopg2.errors.SerializationFailure):
            self.delay(self.loser)

        self.loser.rollback()

        self.assertEqual(self.delay(self.loser), uuid)

    def test_key_of_a_transaction_that_was_rolled_back_is_free(self):
        self.delay(self.winner)
        self.winner.rollback()

        uuid = self.delay(self.loser)
        self.loser.commit()

        self.assertEqual(self.row(uuid), ("pending",))

    def test_job_that_is_kept_cannot_be_taken_before_the_commit(self):
        """Else it could run before the change for which it was kept is committed."""
        uuid = self.delay(self.winner)
        self.winner.commit()
        self.loser.rollback()
        bookkeeping = self.open_bookkeeping()

        self.assertEqual(self.delay(self.loser), uuid)
        early = store.claim_jobs(bookkeeping, 1, 50, 0)
        self.loser.commit()
        late = store.claim_jobs(bookkeeping, 1, 50, 0)

        self.assertEqual(early, [])
        self.assertEqual([row["uuid"] for row in late], [uuid])

    @mute_logger("odoo.sql_db")
    def test_change_after_the_start_of_the_job_gets_a_job_of_its_own(self):
        """The loser sees a waiting job, which a worker takes meanwhile."""
        uuid = self.delay(self.winner)
        self.winner.commit()
        self.loser.rollback()
        self.loser.cr.execute("SELECT 1")
        store.claim_jobs(self.open_bookkeeping(), 1, 50, 0)

        again = self.delay(self.loser)
        self.loser.commit()

        self.assertNotEqual(again, uuid)
        self.assertEqual(self.row(again), ("pending",))
