# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that leave people without a note, or tell the wrong ones."""

MUTATIONS = [
    (
        "a failure is told once",
        "_REPORT",
        "SET date_notified = now() AT TIME ZONE 'UTC'",
        "SET date_notified = NULL",
        "TestNotice.test_managers_are_told_of_a_failed_job",
    ),
    (
        "who may not see a job is not told of it",
        "QueueJob._get_subscribe_users_domain",
        "if self.company_id:",
        "if False:",
        "TestNotice.test_each_company_is_told_of_its_own",
    ),
    (
        "only a job that failed is tried again",
        "QueueJob._retry_resolved",
        "[FAILED], PENDING",
        "[FAILED, 'done'], PENDING",
        "TestRetry.test_job_that_did_not_fail_is_left_alone",
    ),
]
