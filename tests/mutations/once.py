# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that lose a job, or give it more than one effect."""

MUTATIONS = [
    (
        "a job goes with the transaction that delayed it",
        "insert.insert_jobs",
        "return set(",
        "return env.cr.commit() or set(",
        "TestTransaction.test_job_goes_with_its_transaction",
    ),
    (
        "no start of a job is written",
        "Runner.run_job",
        "job.date_started = job.now()",
        "store.release_jobs(self._bookkeeping, self.worker_id, [job.id]); "
        "job.date_started = job.now()",
        "TestStartCost.test_start_of_a_job_writes_nothing",
    ),
    (
        "a job that was seen done is done after a crash",
        "JobConnectionPool.open",
        "connect(**info, ",
        'connect(**info, options="-c synchronous_commit=off", ',
        "TestCrash.test_job_that_was_seen_done_is_done_after_a_crash",
    ),
    (
        "a worker that lost a job leaves nothing",
        "Runner._finish",
        "if not is_stored:",
        "if is_stored is None:",
        "TestFence.test_worker_that_lost_the_job_leaves_nothing",
    ),
    (
        "an attempt is fenced by its number, too",
        "MAKE_FINISH",
        "AND attempt = p_attempt - 1;",
        ";",
        "TestFence.test_worker_that_lost_the_job_leaves_nothing",
    ),
    (
        "a worker that was given up commits nothing when it comes back",
        "MAKE_FINISH",
        "AND worker_id IS NOT DISTINCT FROM p_worker_id",
        "",
        "TestFreeze.test_worker_that_comes_back_commits_nothing",
    ),
    (
        "a commit in the middle of a job that is lost is refused",
        "own_transaction.commit",
        "if not is_ours(cr):",
        "if False:",
        "TestCommitInTheMiddle.test_commit_of_a_job_that_was_lost_before_is_refused",
    ),
    (
        "a death is not charged to the job before",
        "JobCompleter.send",
        "self._execute()",
        "self.close()",
        "TestDeath.test_death_is_not_charged_to_the_job_whose_end_is_being_written",
    ),
    (
        "what waits for the end of a job does not begin before",
        "_is_plain",
        "and not (job.has_edges or job.is_limited or job.concurrency_key)",
        "and not job.has_edges",
        "TestCompleter.test_end_for_which_somebody_waits_is_waited_for",
    ),
    (
        "what is left of a worker that was given up is ended",
        "ControlConnection.recover",
        "store.terminate_backends(self._cr, pids, date_alive)",
        "",
        "TestFreeze.test_sessions_of_a_stopped_worker_are_ended",
    ),
    (
        "a living worker is left alone",
        "IS_ALIVE",
        "OR EXISTS (\n            SELECT FROM pg_locks",
        "OR NOT EXISTS (\n            SELECT FROM pg_locks",
        "TestRecovery.test_living_worker_is_left_alone",
    ),
    (
        "a poison job fails in the end",
        "RECOVER_JOBS",
        "lost.has_run AND job.deaths + 1 >= COALESCE(",
        "FALSE AND job.deaths + 1 >= COALESCE(",
        "TestRecovery.test_poison_job_fails_with_the_reason_after_its_tries",
    ),
]
