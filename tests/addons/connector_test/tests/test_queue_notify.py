# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the call of the cron when no worker is notified of a new job."""

from odoo import sql_db
from odoo.tests.common import get_db_name

from odoo.addons.connector.queue import notify, store
from odoo.addons.connector.queue.engine.registration import WorkerRegistration

from ..models.job import TRACE, leave_trace
from .queue_case import QueueRaceCase

CRON = "connector.queue_cron_run"
TRIGGERS = """
SELECT count(*)
  FROM ir_cron_trigger AS trigger
  JOIN ir_model_data AS name
    ON name.res_id = trigger.cron_id AND name.name = 'queue_cron_run'
"""


class TestCronCall(QueueRaceCase):
    def setUp(self):
        super().setUp()
        self.patch(notify, "_seen_at", {})
        self.query("DELETE FROM ir_cron_trigger")

    def delay(self) -> int:
        """Delay a job and commit; return how many triggers of the cron there are."""
        session = self.open_session()
        leave_trace.delay(session, TRACE)
        session.commit()
        return self.query(TRIGGERS)[0][0]

    def open_worker(self, process_type: str) -> WorkerRegistration:
        """Let a worker be alive."""
        worker = WorkerRegistration(get_db_name(), process_type)
        self.addCleanup(worker.control.close)
        return worker

    def test_cron_is_called_where_no_worker_is_alive(self):
        with sql_db.db_connect("postgres").cursor() as ear:
            ear.execute("LISTEN cron_trigger")
            ear.commit()

            count = self.delay()

            ear.execute("SELECT 1")
            heard = {one.payload for one in ear._cnx.notifies}
        self.assertEqual(count, 1)
        self.assertIn(get_db_name(), heard)

    def test_cron_is_not_called_twice(self):
        self.assertEqual([self.delay(), self.delay()], [1, 1])

    def test_cron_is_not_called_where_a_worker_is_alive(self):
        self.open_worker("prefork")

        self.assertEqual(self.delay(), 0)

    def test_cron_that_runs_jobs_is_called_again(self):
        """It may be about to end, and has no notion of what comes then."""
        self.open_worker("cron")

        self.assertEqual(self.delay(), 1)

    def test_cron_is_called_again_while_its_last_call_is_being_answered(self):
        """Odoo's cron deletes its triggers first, and commits that at its end."""
        self.delay()
        with sql_db.db_connect(get_db_name()).cursor() as cron_cr:
            cron_cr.execute("DELETE FROM ir_cron_trigger")

            self.delay()

            cron_cr.commit()
        self.assertEqual(self.query(TRIGGERS)[0][0], 1)

    def test_cron_that_answers_within_the_second_has_no_call_left(self):
        """Odoo deletes those up to the whole second; one left would forbid new ones."""
        self.delay()
        env = self.open_env()

        env["ir.cron"]._clear_schedule({"id": env.ref(CRON).id})

        env.cr.commit()
        self.assertEqual(self.query(TRIGGERS)[0][0], 0)

    def test_worker_that_was_seen_is_not_asked_after_again_at_once(self):
        self.open_worker("prefork")
        self.delay()

        def ask(*_values):
            raise AssertionError("each commit pays for it")

        self.patch(store, "has_lasting_worker", ask)
        self.assertEqual(self.delay(), 0)

    def test_cron_that_is_switched_off_is_not_called(self):
        """In a neutralized copy, for instance."""
        switch = "UPDATE ir_cron SET active = %s WHERE id = %s"
        cron_id = self.open_env().ref(CRON).id
        self.query(switch, False, cron_id)
        self.addCleanup(self.query, switch, True, cron_id)

        self.assertEqual(self.delay(), 0)
