# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of rows whose references lead to missing records."""

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase

GONE = 999_999_999  # an id that no record has


class TestLoose(QueueCase):
    """A screen asks for the name of a job, or of a user, that was deleted."""

    def shown(self, record, name: str):
        """Return what a screen gets of a reference."""
        details = {"fields": {"display_name": {}}}
        (values,) = record.web_read({"id": {}, name: details})
        return values[name]

    def lose(self, record, name: str) -> None:
        """Let a reference lead to nothing, as a deletion does."""
        self.env.flush_all()
        statement = f'UPDATE {record._table} SET "{name}" = %s WHERE id = %s'
        self.env.cr.execute(statement, [GONE, record.id])
        self.env.invalidate_all()

    def test_line_of_the_log_outlives_its_job(self):
        values = {"date": "2026-01-01", "kind": "message", "level": "info"}
        values |= {"message": "a line", "user_id": self.env.uid}
        line = self.env["connector.log"].create(values)

        self.lose(line, "job_id")

        self.assertIs(self.shown(line, "job_id"), False)
        self.assertEqual(self.shown(line, "user_id")["id"], self.env.uid)

    def test_job_outlives_its_user(self):
        uuid = leave_trace.delay(self.session, TRACE)
        job = self.env["connector.queue.job"].search([("uuid", "=", uuid)])

        self.lose(job, "user_id")

        self.assertIs(self.shown(job, "user_id"), False)
        self.assertTrue(self.shown(job, "channel_id")["display_name"])

    def test_jobs_are_grouped_by_a_user_who_is_gone(self):
        uuid = leave_trace.delay(self.session, TRACE)
        jobs = self.env["connector.queue.job"]
        job = jobs.search([("uuid", "=", uuid)])
        self.lose(job, "user_id")
        leave_trace.delay(self.session, TRACE)

        groups = jobs.formatted_read_group(
            [("model_name", "=", TRACE)], ["user_id"], ["__count"]
        )

        shown = {group["user_id"] for group in groups}
        user = self.env.user
        self.assertEqual(
            shown, {(user.id, user.display_name), (GONE, f"Deleted, No. {GONE}")}
        )
        domains = {one["user_id"][0]: one["__extra_domain"] for one in groups}
        self.assertEqual(jobs.search(domains[GONE]), job)
