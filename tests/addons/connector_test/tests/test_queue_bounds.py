# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the bounds of stored texts of a job, however long an error is."""

from odoo.addons.connector.exception import FailedJobError
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.redaction import MESSAGE_SIZE, TEXT_SIZE

from ..models.job import TRACE, leave_trace
from .checkpoint_case import CheckpointCase
from .queue_case import QueueCase

HINT_SIZE = 50  # characters, of how many are left out
LONG = f"first{'x' * 1_000_000}last"


@job
def complain_at_length(_session, _model_name):
    """Raise an error with a long text."""
    raise FailedJobError(LONG)


@job
def tell_at_length(session, _model_name):
    """Say how far it is, at length."""
    current_job(session.env).progress(1, 2, LONG)


class TestBounds(QueueCase):
    def assertBounded(self, text, size):
        """Fail unless beginning and end of a long text are there."""
        self.assertLess(len(text), size + HINT_SIZE)
        self.assertGreater(len(text), size)
        self.assertRegex(text, "x … [0-9,]+ characters left out … x+last")

    def test_error_is_bounded_in_job_and_attempt(self):
        """An error with the answer of a server in it took 50 MB in each."""
        job = self.job(complain_at_length.delay(self.session, TRACE))

        self.run_jobs()

        for row in (job, job.attempt_ids):
            self.assertBounded(row.exc_info, TEXT_SIZE)
        self.assertBounded(job.result, MESSAGE_SIZE)
        self.assertBounded(job.attempt_ids.message, MESSAGE_SIZE)
        self.assertTrue(job.exc_info.startswith("Traceback"))

    def test_progress_is_bounded(self):
        job = self.job(tell_at_length.delay(self.session, TRACE))

        self.run_jobs()

        self.env.cr.execute(
            "SELECT message FROM connector_queue_progress WHERE job_id = %s", [job.id]
        )
        self.assertBounded(self.env.cr.fetchone()[0], MESSAGE_SIZE)

    def test_stored_job_is_bounded(self):
        storage = OpenERPJobStorage(self.session)
        job = storage.load(leave_trace.delay(self.session, TRACE))
        job.set_failed(exc_info=LONG)
        job.result = LONG

        storage.store(job)

        row = self.job(job.uuid)
        self.assertBounded(row.exc_info, TEXT_SIZE)
        self.assertBounded(row.result, TEXT_SIZE)

    def test_arguments_that_cannot_be_read_are_bounded(self):
        job = self.job(leave_trace.delay(self.session, TRACE, "a"))
        self.env.cr.execute(
            """
            UPDATE connector_queue_job
               SET payload = jsonb_build_array(
                       jsonb_build_array(jsonb_build_object('$float', %s)), '[]'::jsonb
                   )
             WHERE id = %s
            """,
            [LONG, job.id],
        )
        job.invalidate_recordset()

        self.assertLess(len(job.func_string), MESSAGE_SIZE + 200)
        self.assertLess(len(job.arguments), MESSAGE_SIZE + 400)


class TestCheckpointBounds(CheckpointCase):
    def test_checkpoint_is_bounded(self):
        checkpoint = self.add(message=LONG, external_version=LONG)

        self.assertLess(len(checkpoint.message), MESSAGE_SIZE + HINT_SIZE)
        self.assertLess(len(checkpoint.external_version), TEXT_SIZE + HINT_SIZE)
