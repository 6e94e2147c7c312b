# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change ends a job wrongly?"""

MUTATIONS = [
    (
        "a job that deletes its own row fails",
        "queue/engine/runner.py",
        "        if store.is_held(self._books, self.worker_id, job.id, job.attempt):\n",
        "        if False:\n",
        "TestOwnRow.test_job_that_writes_its_own_row_fails_and_its_work_is_undone",
    ),
    (
        "a job whose session PostgreSQL ended is tried again",
        "queue/engine/ended_session.py",
        "        if not session.is_ended or isinstance(",
        "        if True or isinstance(",
        "TestEndedSession.test_job_whose_session_is_ended_is_tried_again",
    ),
    (
        "a job that closes its own connection fails at once",
        "queue/engine/job_connection.py",
        "        return self.closed == BROKEN\n",
        "        return self.closed > 0\n",
        "TestEndedSession.test_job_that_closes_what_it_works_with_fails_at_once",
    ),
    (
        "a job that always meets another transaction fails in the end",
        "queue/engine/conflict.py",
        "    if conflict_count >= MOST:\n",
        "    if False:\n",
        "TestOwnRow.test_job_that_always_meets_itself_fails_after_some_tens_of_tries",
    ),
    (
        "conflicts are counted anew after anything else",
        "queue/store/attempt.py",
        "        WHERE job_id = %(job_id)s AND state <> '{CONFLICTED}'\n",
        "        WHERE job_id = 0 AND state <> '{CONFLICTED}'\n",
        "TestRetry.test_conflicts_are_counted_anew_after_anything_else",
    ),
    (
        "no retry waits longer than can be told",
        "queue/engine/retry.py",
        "    return bounded_s(delay_s)\n",
        "    return delay_s\n",
        "TestLastEta.test_eta_of_a_retry_is_bounded",
    ),
    (
        "an upgrade repairs what cannot be told",
        "models/queue_job/queue_job.py",
        "        store.bound_etas(self.env.cr)\n",
        "",
        "TestLastEta.test_row_with_a_later_eta_is_repaired_by_the_upgrade",
    ),
    (
        "a job may take gone records for done",
        "queue/delay/registry.py",
        "    if method.on_missing == DONE:\n",
        "    if False:\n",
        "TestUnrunnable."
        "test_job_that_takes_gone_records_for_done_ends_when_none_is_left",
    ),
    (
        "a job may look itself which records are gone",
        "queue/delay/registry.py",
        "    if method.on_missing == RUN:\n",
        "    if False:\n",
        "TestUnrunnable.test_job_that_looks_itself_runs_for_gone_records",
    ),
    (
        "an error that a change of addons explains is tried again",
        "queue/engine/outcome.py",
        "    if not is_retryable and is_misfit(error) and has_changed(job):\n",
        "    if False:\n",
        "TestAddonChange."
        "test_error_that_a_change_explains_is_tried_again_and_not_counted",
    ),
    (
        "a worker renews a registry that is too old",
        "queue/engine/worker.py",
        "        if self.watch.is_suspect:\n",
        "        if False:\n",
        "TestWorkerRenewal.test_worker_renews_its_registry_before_the_next_job",
    ),
    (
        "no registry is loaded while addons change",
        "queue/engine/registry_watch.py",
        "        if addons.is_changing:\n",
        "        if False:\n",
        "TestAddonChange.test_registry_is_not_loaded_while_addons_change",
    ),
]
