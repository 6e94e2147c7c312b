# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the activity figures of the queue."""

from datetime import timedelta

from odoo import fields

from ..models.job import TRACE, end, leave_trace
from .queue_case import QueueCase, insert_row

ACTIVITY = "connector.queue.activity"
ATTEMPT = "connector.queue.attempt"
NOON = fields.Datetime.to_datetime("2026-05-04 12:00:00")


class TestActivity(QueueCase):
    def job_that_ran(self, *tries, created=NOON, session=None, **columns):
        """Return a job with tries: (seconds after its creation, length, state)."""
        job = self.job(leave_trace.delay(session or self.session, TRACE))
        for number, (start_s, length_s, state) in enumerate(tries, start=1):
            started = created + timedelta(seconds=start_s)
            insert_row(
                self.env,
                ATTEMPT,
                job_id=job.id,
                attempt=number,
                state=state,
                date_started=started,
                date_done=started + timedelta(seconds=length_s),
            )
        self.env.flush_all()
        columns["date_created"] = created
        names = ", ".join(f"{name} = %({name})s" for name in columns)
        self.env.cr.execute(
            f"UPDATE connector_queue_job SET {names} WHERE id = %(id)s",
            {**columns, "id": job.id},
        )
        return job

    def rows(self, job):
        return self.env[ACTIVITY].search([("job_id", "=", job.id)], order="attempt")

    def test_each_try_counts_with_its_time(self):
        job = self.job_that_ran((3, 2, "retried"), (60, 4, "done"))

        rows = self.rows(job)

        self.assertEqual(rows.mapped("run_s"), [2, 4])
        self.assertEqual(rows.mapped("failed"), [1, 0])

    def test_waiting_ends_with_the_first_start(self):
        """What a job waits between its tries is no lack of workers."""
        self.job_that_ran((3, 2, "retried"), (600, 4, "done"))
        self.job_that_ran((5, 2, "done"))

        ((wait_s, count),) = self.env[ACTIVITY]._read_group(
            [("job_id.model_name", "=", TRACE)], [], ["wait_s:avg", "__count"]
        )

        self.assertEqual((wait_s, count), (4, 3))

    def test_morning_and_afternoon_are_told_apart(self):
        self.job_that_ran((0, 1, "done"))
        self.job_that_ran((12 * 60 * 60, 1, "done"))

        groups = self.env[ACTIVITY].formatted_read_group(
            [("job_id.model_name", "=", TRACE)], ["date_done:hour"], ["__count"]
        )

        labels = [group["date_done:hour"][1] for group in groups]
        self.assertEqual(labels, ["12:00 04 May", "00:00 05 May"])

    def test_waiting_begins_with_the_eta(self):
        job = self.job_that_ran((70, 1, "done"), eta=NOON + timedelta(seconds=60))

        self.assertEqual(self.rows(job).wait_s, 10)

    def test_eta_of_a_later_try_says_nothing_about_the_first(self):
        job = self.job_that_ran((3, 1, "retried"), eta=NOON + timedelta(seconds=60))

        self.assertEqual(self.rows(job).wait_s, 3)

    def test_real_job_is_counted(self):
        job = self.job(end.delay(self.session, TRACE, "x", error="no"))
        self.run_jobs()

        row = self.rows(job)

        self.assertEqual((row.state, row.failed), ("failed", 1))
        self.assertLess(row.wait_s, 60)

    def test_user_sees_the_activity_of_own_jobs_only(self):
        ada = self.new_user("ada", "connector.group_connector_user")
        mine = self.job_that_ran((1, 1, "done"), session=self.session_of(ada))
        self.job_that_ran((1, 1, "done"))

        seen = self.env[ACTIVITY].with_user(ada).search([]).sudo()

        self.assertEqual(seen.job_id, mine)

    def test_a_day_is_found_by_its_index(self):
        # An empty table is as cheap to read whole, by itself or by any index.
        for scan in ("seqscan", "indexscan", "indexonlyscan"):
            self.env.cr.execute(f"SET LOCAL enable_{scan} = off")
        query = self.env[ACTIVITY]._search([("date_done", ">=", "now -1d")])

        self.env.cr.execute(f"EXPLAIN {query.select().code}", query.select().params)

        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("connector_queue_attempt_time_idx", plan)
