# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what jobs that wait for others are promised?"""

MUTATIONS = [
    (
        "edges are marked by the transaction of their parent",
        "queue/runner.py",
        "        if not store.finish(cr, values, job.has_edges):\n",
        "        self._books.execute(\n"
        "            \"SELECT connector_queue_mark(%s, 'done')\", [job.id]\n"
        "        )\n"
        "        if not store.finish(cr, values):\n",
        "TestMark.test_edge_is_marked_by_the_transaction_of_its_parent",
    ),
    (
        "a job waits for all its edges",
        "queue/store/edge.py",
        '     WHERE NOT {_has_edge("open", "always", "done")}\n',
        "     WHERE TRUE\n",
        "TestRelease.test_job_after_a_group_waits_for_all_of_it",
    ),
    (
        "of two parents that end together one releases the child",
        "queue/store/edge.py",
        "     WHERE edge.has_news {{of_these}}\n",
        "     WHERE edge.has_news AND FALSE {{of_these}}\n",
        "TestRelease.test_two_parents_that_end_at_the_same_moment_release_the_child_once",
    ),
    (
        "a child that is locked is not left",
        "queue/store/edge.py",
        "            OR news.child_id NOT IN (SELECT id FROM child))\n",
        "            OR TRUE)\n",
        "TestRelease.test_child_that_somebody_holds_is_released_later",
    ),
    (
        "what waits for a failure runs after a failure only",
        "queue/store/edge.py",
        "edge.condition IN ('always', {state})",
        "edge.condition IN ('always', 'failed', {state})",
        "TestFailure.test_job_for_the_failure_is_cancelled_after_a_success",
    ),
    (
        "what waits for a success waits on after a failure",
        "queue/store/edge.py",
        "       AND NOT ({state} = 'failed' AND edge.condition = 'done')",
        "",
        "TestFailure.test_job_that_is_done_after_a_requeue_lets_the_others_run",
    ),
    (
        "a sweeper releases what a crash left",
        "queue/presence.py",
        "            ready_count = sweep(self._cr)\n",
        "            ready_count = 0\n",
        "TestRelease.test_sweeper_releases_what_a_crash_left",
    ),
    (
        "a poison job tells its edges",
        "queue/store/liveness.py",
        "    SELECT id FROM held WHERE is_poison\n",
        "    SELECT id FROM held WHERE FALSE\n",
        "TestDeath.test_poison_job_releases_the_one_for_its_failure",
    ),
    (
        "a cancelled job tells its edges",
        "queue/store/edge.py",
        '    {mark_edges("released.id", "released.state", "released")}\n',
        "    SELECT 1\n",
        "TestCancelled.test_cancelled_job_cancels_those_behind_it",
    ),
    (
        "a button tells the edges",
        "queue/store/delay.py",
        '    {mark_edges("moved.id", "%(target)s", "moved")}\n',
        "    SELECT 1\n",
        "TestCancelled.test_set_to_done_by_hand_counts_as_done",
    ),
    (
        "nobody waits for a job that was deleted",
        "queue/store/retention.py",
        "       SET state = 'unmet', has_news = TRUE\n",
        "       SET state = 'unmet'\n",
        "TestRetention.test_job_that_waits_for_a_deleted_one_is_cancelled",
    ),
    (
        "a graph is stored as a whole or not at all",
        "models/queue_job_graph.py",
        "        with self.env.cr.savepoint(flush=False):  # all of it, or nothing\n",
        "        if True:\n",
        "TestBuilding.test_graph_is_stored_as_a_whole_or_not_at_all",
    ),
    (
        "several released jobs wake other workers",
        "queue/worker_thread.py",
        "job.concurrency_key or has_more:",
        "job.concurrency_key:",
        "TestWakeOthers",
    ),
]
