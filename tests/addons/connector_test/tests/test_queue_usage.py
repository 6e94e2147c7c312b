# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the ways in which classic connectors used jobs."""

from odoo.addons.connector.queue.job import job

from ..models.job import TRACE
from .queue_case import QueueCase


def import_batch(session, model_name, external_ids, **kwargs):
    """Hand whatever options it got down to the delay of each record."""
    return [
        import_record.delay(session, model_name, external_id, **kwargs)
        for external_id in external_ids
    ]


@job
def import_record(session, _model_name, external_id, force=False):
    """Import one record; say why it was skipped."""
    return None if force else f"{external_id} is not paid yet"


class TestClassicJobs(QueueCase):
    def test_options_of_a_job_travel_through_plain_functions(self):
        options = {"priority": 3, "max_retries": 0, "force": True}

        (uuid,) = import_batch(self.session, TRACE, ["SO1"], **options)

        job = self.job(uuid)
        self.assertEqual((job.priority, job.max_retries), (3, 0))
        self.run_jobs()
        self.assertFalse(job.result)  # force went on to the function

    def test_what_the_function_returns_is_the_result_of_the_job(self):
        (uuid,) = import_batch(self.session, TRACE, ["SO1"])

        self.run_jobs()

        self.assertEqual(self.job(uuid).result, "SO1 is not paid yet")
