# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change ends a job wrongly?"""

MUTATIONS = [
    (
        "a job that deletes its own row fails",
        "queue/runner.py",
        "        if store.is_held(self._books, self.worker_id, job.id, job.attempt):\n",
        "        if False:\n",
        "TestOwnRow.test_job_that_writes_its_own_row_fails_and_its_work_is_undone",
    ),
]
