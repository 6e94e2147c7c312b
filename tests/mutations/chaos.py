# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change loses or repeats a job when processes are harmed?"""

MUTATIONS = [
    (
        "a worker that was given up commits nothing when it comes back",
        "queue/store/attempt.py",
        "     WHERE id = p_job_id\n"
        "       AND worker_id IS NOT DISTINCT FROM p_worker_id\n",
        "     WHERE id = p_job_id\n",
        "TestFreeze.test_worker_that_comes_back_commits_nothing",
    ),
    (
        "what is left of a worker that was given up is ended",
        "queue/engine/registration.py",
        "                store.terminate_backends(self._cr, pids, date_alive)\n",
        "",
        "TestFreeze.test_sessions_of_a_stopped_worker_are_ended",
    ),
    (
        "each death is charged",
        "queue/store/liveness.py",
        "   SET attempt = held.attempt + held.has_run::int,\n"
        "       deaths = held.deaths + held.has_run::int,\n",
        "   SET attempt = held.attempt + held.has_run::int,\n",
        "TestKill.test_killed_host_leaves_its_jobs_to_the_other_one",
    ),
    (
        "a job that was seen done is done after a crash",
        "queue/engine/job_pool.py",
        "psycopg2.connect(**info, connection_factory=JobSession)\n",
        "psycopg2.connect(\n"
        "            **info,\n"
        '            options="-c synchronous_commit=off",\n'
        "            connection_factory=JobSession,\n"
        "        )\n",
        "TestCrash.test_job_that_was_seen_done_is_done_after_a_crash",
    ),
    (
        "a worker that ends gives back what it has not started",
        "queue/engine/worker.py",
        "        self.runner.release(self.queue.drain())\n",
        "        self.queue.drain()\n",
        "TestEnd.test_terminated_server_gives_its_jobs_back",
    ),
    (
        "a server without web server begins anew after SIGHUP",
        "queue/server/hooks.py",
        "    if multi.socket:\n",
        "    if True:\n",
        "TestEnd.test_reloaded_server_goes_on_with_its_jobs",
    ),
    (
        "the clock of a host does not matter",
        "models/queue_job/delay.py",
        "options.run_after(lambda: store.read_clock(self.env.cr))",
        'options.run_after(__import__("datetime").datetime.utcnow)',
        "TestWrongClock.test_jobs_run_when_they_should_and_death_is_noticed",
    ),
]
