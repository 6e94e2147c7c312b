# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks where jobs run, and which test sees it?"""

MUTATIONS = [
    (
        "a worker of some channels leaves the others alone",
        "queue/store/claim.py",
        '       AND {is_served("channel", "p_channel_ids")}\n'
        "     ORDER BY job.priority",
        "     ORDER BY job.priority",
        "TestServed.test_jobs_of_these_channels_and_of_those_below_are_claimed",
    ),
    (
        "a worker of some channels leaves the limited ones of others alone",
        "queue/store/channel.py",
        "     WHERE is_open AND is_limited AND {_IS_SERVED}\n",
        "     WHERE is_open AND is_limited\n",
        "TestServed.test_channel_with_limits_is_left_to_those_who_serve_it",
    ),
    (
        "a channel that comes later is served",
        "queue/crew.py",
        "        has_new = self.served.look(self.line.ask, self.db_name)\n",
        "        has_new = False\n",
        "TestServedByWatcher.test_channel_that_comes_later_is_served",
    ),
    (
        "a transaction pooler is detected",
        "queue/connection.py",
        "        return len(ours) > 1 or not ours.isdisjoint(theirs)\n",
        "        return False\n",
        "TestDetection.test_transaction_pooler_is_detected",
    ),
    (
        "behind a pooler a worker that gives signs of life is alive",
        "queue/store/liveness.py",
        "       AND (worker.is_pooled OR EXISTS (\n",
        "       AND (EXISTS (\n",
        "TestPooledPresence.test_worker_is_alive_by_its_signs_of_life",
    ),
    (
        "behind a pooler a silent worker is dead",
        "queue/store/liveness.py",
        "       AND (worker.is_pooled OR EXISTS (\n",
        "       OR (worker.is_pooled OR EXISTS (\n",
        "TestPooledPresence.test_worker_is_dead_when_it_was_silent_for_long",
    ),
    (
        "behind a pooler no lock is taken in the session of others",
        "queue/store/liveness.py",
        "SELECT id, CASE WHEN NOT %(is_pooled)s\n",
        "SELECT id, CASE WHEN TRUE\n",
        "TestPooledPresence.test_worker_holds_no_lock_and_does_not_listen",
    ),
    (
        "behind a pooler jobs are polled for",
        "queue/worker_thread.py",
        "            poll_s = min(poll_s, POOLED_POLL_S)\n",
        "            pass\n",
        "TestPooledWorker.test_jobs_are_found_by_polling",
    ),
    (
        "behind a pooler nobody cleans the sessions of others",
        "queue/job_connection.py",
        "        if self.is_pooled or connection.is_untouched:\n",
        "        if connection.is_untouched:\n",
        "TestDetection.test_job_does_not_clean_the_session_of_another_client",
    ),
    (
        "behind a pooler the books leave no setting behind",
        "queue/connection.py",
        "    if not is_pooled:\n        connection.set_session",
        "    if True:\n        connection.set_session",
        "TestDetection.test_books_leave_nothing_in_the_sessions_of_others",
    ),
    (
        "behind a pooler the transaction of a job that was given up ends",
        "queue/worker_thread.py",
        "            self._job_connection.cut()\n",
        "            pass\n",
        "TestPooledWorker.test_job_that_hangs_is_given_up_and_its_transaction_ended",
    ),
    (
        "the cron is called where no worker is alive",
        "queue/stand_in.py",
        "    elif store.trigger_cron(cr):\n",
        "    elif False:\n",
        "TestStandIn.test_cron_is_called_where_no_worker_is_alive",
    ),
    (
        "the cron is called again while its last call is being answered",
        "queue/store/liveness.py",
        "       FOR KEY SHARE OF trigger SKIP LOCKED\n",
        "",
        "TestStandIn.test_cron_is_called_again_while_its_last_call_is_being_answered",
    ),
    (
        "a call that the cron has answered is gone",
        "queue/store/liveness.py",
        "SELECT id, date_trunc('second', now() AT TIME ZONE 'UTC')\n",
        "SELECT id, now() AT TIME ZONE 'UTC'\n",
        "TestStandIn.test_cron_that_answers_within_the_second_has_no_call_left",
    ),
    (
        "a job that comes while the cron stands in runs at once",
        "queue/fallback.py",
        "        worker.wake()  # notifications are not heard here\n",
        "",
        "TestFallback"
        ".test_job_that_comes_when_the_worker_has_just_found_none_runs_at_once",
    ),
    (
        "an addon that was installed beside a server is loaded there at once",
        "models/queue_job.py",
        """            self.env.ref("connector.queue_cron_run")._trigger()

    @api.model
    def _cron_run""",
        """            pass

    @api.model
    def _cron_run""",
        "TestDatabases.test_databases_come_and_go",
    ),
    (
        "a database that could not be reached is asked again soon",
        "queue/databases.py",
        "                self.put_off(db_name)\n",
        "                pass\n",
        "TestAddonState.test_database_that_could_not_be_reached_is_asked_again_soon",
    ),
    (
        "an addon that is being installed is seen as soon as it is",
        "queue/databases.py",
        "            self._ask_at[db_name] = now + CHANGE_S\n",
        "            pass\n",
        "TestAddonState.test_addon_that_is_being_installed_is_seen_as_soon_as_it_is",
    ),
    (
        "a master that lacks the addon is made to load it",
        "queue/fallback.py",
        "        process.alive = False\n",
        "        pass\n",
        "TestInstalledFromApps"
        ".test_jobs_run_by_cron_until_the_master_has_loaded_the_addon",
    ),
    (
        "idle job processes end at once",
        "queue/hooks.py",
        "        os._exit(0)\n",
        "        pass\n",
        "TestIdleEnd.test_idle_job_processes_end_at_once",
    ),
    (
        "a server with wrong settings says so on the screen of workers",
        "queue/refusing.py",
        "                refusal=self.watcher.refusal,\n",
        "",
        "TestRefusing.test_server_with_wrong_settings_says_why_it_runs_no_job",
    ),
    (
        "the cron of a server with wrong settings runs no job",
        "queue/fallback.py",
        "    if refusal:\n        return False\n",
        "",
        "TestRefusing.test_cron_of_a_server_with_wrong_settings_runs_no_job",
    ),
]
