# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Last request of a job that failed, with its answer, for the screens of that job."""

from odoo import models

# Newest line of each job that was kept because its attempt failed, by plain SQL: who
# may read a job may see what it asked for. Locks: none. Index: connector_log_job_idx.
FIND = """
SELECT DISTINCT ON (job_id)
       job_id, message, data, answer, duration_ms
  FROM connector_log
 WHERE job_id = ANY (%s) AND kind = 'request' AND is_undone AND answer IS NOT NULL
 ORDER BY job_id, id DESC
"""


def compute_last_request(records: models.BaseModel, job_field: str) -> None:
    """Set the fields ``last_request…`` of what is about a job.

    Args:
        job_field: with the job; ``id`` of jobs themselves.
    """
    jobs = {record: record[job_field] for record in records}
    ids = {record: getattr(job, "id", job) for record, job in jobs.items()}
    records.env["connector.log"].flush_model()
    records.env.cr.execute(FIND, [[id_ for id_ in ids.values() if id_]])
    found = {row[0]: row[1:] for row in records.env.cr.fetchall()}
    for record, id_ in ids.items():
        message, sent, answer, ms = found.get(id_, (None, None, None, None))
        record.last_request = f"{message} ({ms} ms)" if message else False
        record.last_request_sent = sent
        record.last_request_answer = answer
