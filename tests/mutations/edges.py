# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break what jobs that wait for others are promised."""

MUTATIONS = [
    (
        "edges are marked by the transaction of their parent",
        "Runner._finish",
        "is_stored = store.finish(own_cr, values, job.has_edges)",
        "self._bookkeeping.execute("
        "\"SELECT connector_queue_mark(%s, 'done')\", [job.id]); "
        "is_stored = store.finish(own_cr, values)",
        "TestMark.test_edge_is_marked_by_the_transaction_of_its_parent",
    ),
    (
        "a job waits for all its edges",
        "_UNBLOCK",
        "WHERE NOT {IS_BLOCKED}",
        "WHERE TRUE",
        "TestRelease.test_job_after_a_group_waits_for_all_of_it",
    ),
    (
        "of two parents that end together one releases the child",
        "_UNBLOCK",
        "WHERE edge.has_news AND edge.state IN ('met', 'unmet') {{of_these}}",
        "WHERE edge.has_news AND FALSE {{of_these}}",
        "TestRelease.test_two_parents_that_end_at_the_same_moment_release_the_child_once",
    ),
    (
        "a child that is locked is not left",
        "_UNBLOCK",
        "OR dirty.child_id NOT IN (SELECT id FROM child))",
        "OR TRUE)",
        "TestRelease.test_child_that_somebody_holds_is_released_later",
    ),
    (
        "what waits for a failure runs after a failure only",
        "_state_after",
        "edge.condition IN ('always', {state})",
        "edge.condition IN ('always', 'failed', {state})",
        "TestFailure.test_job_for_the_failure_is_cancelled_after_a_success",
    ),
    (
        "what waits for a success waits on after a failure",
        "_stays_open",
        "return f\"({state} = 'failed' AND edge.condition = 'done')\"",
        'return "FALSE"',
        "TestFailure.test_job_that_is_done_after_a_requeue_lets_the_others_run",
    ),
    (
        "a sweeper releases what a crash left",
        "ControlConnection.recover",
        "ready_count = sweep(self._cr)",
        "ready_count = 0",
        "TestRelease.test_sweeper_releases_what_a_crash_left",
    ),
    (
        "a poison job tells its edges",
        "RECOVER_JOBS",
        "SELECT id FROM held WHERE is_poison",
        "SELECT id FROM held WHERE FALSE",
        "TestDeath.test_poison_job_releases_the_one_for_its_failure",
    ),
    (
        "a cancelled job tells its edges",
        "_UNBLOCK",
        '"released.state", "released", _IS_LEFT)}',
        '"released.state", "released", "FALSE")}',
        "TestCascade.test_job_that_runs_always_runs_after_the_last_of_a_cancelled_chain",
    ),
    (
        "nobody waits for a job that was deleted",
        "_WHAT_IS_KNOWN",
        "SET state = 'unmet', has_news = TRUE",
        "SET state = 'unmet'",
        "TestRetention.test_job_that_waits_for_a_deleted_one_is_cancelled",
    ),
    (
        "a graph is stored as a whole or not at all",
        "Graph._insert",
        "with cr.savepoint(flush=False):",
        "if True:",
        "TestBuilding.test_graph_is_stored_as_a_whole_or_not_at_all",
    ),
    (
        "a requeued chain keeps its order",
        "delay.MOVE",
        "%(target)s = 'pending' AND {IS_BLOCKED} THEN 'waiting'",
        "%(target)s = 'pending' AND FALSE THEN 'waiting'",
        "TestRequeue.test_cancelled_chain_runs_in_its_order_again",
    ),
    (
        "no parent ends unseen while its child is requeued",
        "REOPEN_EDGES",
        "FOR SHARE",
        "",
        "TestRequeueRace.test_parent_cannot_end_unseen_while_its_child_is_requeued",
    ),
    (
        "a job that a worker has is not deleted",
        "QueueJob._unlink_except_running",
        "if running:",
        "if False:",
        "TestDeletionRace.test_job_that_a_worker_has_is_not_deleted",
    ),
]
