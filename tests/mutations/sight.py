# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what the screens of the queue promise?

``queue.py`` beside this file says what an entry is.
"""

MUTATIONS = [
    (
        "a collision with workers leaves the other jobs of a selection their turn",
        "models/queue_job/parts.py",
        "            yield from _act_or_leave(cr, job_ids[:middle], act)\n",
        "",
        "TestCollision"
        ".test_job_that_changed_meanwhile_is_left_and_the_others_are_moved",
    ),
    (
        "users act on their own jobs only, also when all are selected",
        "models/queue_job/bulk.py",
        '            domain &= Domain("user_id", "=", self.env.uid)\n',
        "            pass\n",
        "TestSelection.test_user_acts_on_own_jobs_only",
    ),
    (
        "a chain that is requeued in parts runs in its order",
        "models/queue_job/bulk.py",
        "            store.reopen_edges(self.env.cr, jobs.ids, list(sources))\n",
        "            pass\n",
        "TestSelection.test_failed_chain_runs_again_in_its_order",
    ),
    (
        "the word of a worker that has the job no more does not count",
        "models/queue_job/display.py",
        "            if taken.browse(worker.job_id.id).worker_id.id == worker.id\n",
        "",
        "TestShownState.test_word_of_a_worker_that_has_the_job_no_more_does_not_count",
    ),
    (
        "a secret is hidden by the name of its parameter, too",
        "models/queue_job/display.py",
        'name = names[place] if place < len(names) else f"*{place}"',
        'name = f"*{place}"',
        "TestArguments.test_arguments_have_their_names_and_keep_their_secrets",
    ),
    (
        "the graph of a job shows nobody the jobs of others",
        "models/queue_job/network.py",
        "        jobs = self.search(",
        "        jobs = self.sudo().search(",
        "TestGraph.test_jobs_of_others_are_no_part_of_it",
    ),
    (
        "a long job is told before the next heartbeat",
        "queue/engine/pool.py",
        "lambda worker: worker.tell()",
        "lambda worker: None",
        "TestThreads.test_long_job_is_told_before_the_next_heartbeat",
    ),
]
