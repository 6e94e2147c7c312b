# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what is promised of jobs that must end?

``queue.py`` beside this file says what an entry is.
"""

MUTATIONS = [
    (
        "a job that kills its workers waits longer each time",
        "queue/store/liveness.py",
        "LEAST(job.deaths - 1, 16)",
        "LEAST(job.deaths, 0)",
        "TestRecovery.test_job_that_killed_two_workers_lets_the_others_go_first",
    ),
    (
        "jobs without a place among the claims are freed",
        "queue/store/liveness.py",
        "OVER (PARTITION BY worker_id), FALSE\n",
        "OVER (PARTITION BY worker_id), NULL\n",
        "TestRecovery.test_jobs_without_a_place_among_the_claims_are_freed",
    ),
    (
        "a snooze is no failed try",
        "queue/current.py",
        "seconds=seconds, ignore_retry=True",
        "seconds=seconds",
        "TestSnooze.test_snooze_is_no_failed_try",
    ),
    (
        "what jsonb refuses is kept as its text",
        "queue/result.py",
        'if is_short and "\\\\u0000" not in text else None',
        "",
        "TestResult.test_what_jsonb_refuses_is_kept_as_its_text",
    ),
    (
        "a result that is falsy is kept as JSON",
        "queue/result.py",
        "    if result is None:\n        return None\n    return _storable",
        "    if not result:\n        return None\n    return _storable",
        "TestResult.test_result_is_kept_as_json",
    ),
    (
        "a message that a column cannot hold does not harm the worker",
        "queue/runner.py",
        "message=storable(outcome.message)",
        "message=outcome.message",
        "TestResult.test_message_that_a_column_cannot_hold_is_written_out",
    ),
]
