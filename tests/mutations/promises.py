# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what any caller relies on: promptness, context, options?"""

MUTATIONS = [
    (
        "a commit wakes the workers",
        "queue/wake.py",
        '    after_commit(cr, "connector.queue.wake", partial(wake, cr.dbname))\n',
        "    pass\n",
        "TestWatcher.test_commit_wakes_the_worker",
    ),
    (
        "without a notification polling takes over",
        "queue/worker_thread.py",
        "        return max(AGAIN_S, min([poll_s, *waits]))\n",
        "        return max(AGAIN_S, min([1000, *waits]))\n",
        "TestWatcher.test_lost_notification_costs_a_poll_at_the_most",
    ),
    (
        "a job has the language, the zone and the companies of who delayed it",
        "models/queue_job_delay.py",
        '            "context": json.dumps(kept),\n',
        '            "context": json.dumps({}),\n',
        "TestCaller.test_language_zone_and_companies_are_kept_and_nothing_else",
    ),
    (
        "a job runs in the company that was current",
        "models/queue_job_delay.py",
        '            "company_id": company_id,\n',
        '            "company_id": None,\n',
        "TestCaller.test_job_runs_in_the_company_that_was_current",
    ),
    (
        "an argument comes back as what it was",
        "queue/codec.py",
        '    return {"$tuple": _write_list(value, depth)}\n',
        "    return _write_list(value, depth)\n",
        "TestRoundTrip.test_anything_comes_back",
    ),
    (
        "the options of a job are kept",
        "models/queue_job_delay.py",
        '            "max_retries": options.max_retries,\n',
        '            "max_retries": 5,\n',
        "TestDelay.test_options_are_kept",
    ),
    (
        "the channel of a call goes before that of its function",
        "models/queue_job_delay.py",
        "        if options.channel:\n",
        "        if False:\n",
        "TestDelay.test_options_are_kept",
    ),
    (
        "a job fails when its retries are used up",
        "queue/outcome.py",
        "    if is_counted and job.max_retries and retry >= job.max_retries:\n",
        "    if False:\n",
        "TestRetry.test_job_fails_when_its_retries_are_used_up",
    ),
    (
        "the pattern of a function says when its job is tried again",
        "queue/retry.py",
        "    delay = retry_pattern[max(reached)] if reached else RETRY_INTERVAL\n",
        "    delay = RETRY_INTERVAL\n",
        "TestRetry.test_pattern_gives_the_delay_of_the_count_that_was_reached",
    ),
    (
        "a window of backoff never exceeds its cap",
        "queue/retry.py",
        "        window_s = min(self.cap_s, self.base_s * 2**doublings)\n",
        "        window_s = self.base_s * 2**doublings\n",
        "TestBackoff.test_window_never_exceeds_the_cap",
    ),
    (
        "an error of the network is tried again",
        "queue/retry.py",
        "        return is_declared or is_network_error(error)\n",
        "        return is_declared\n",
        "TestRetry.test_network_errors_are_tried_again_soon",
    ),
    (
        "nothing to do is done",
        "queue/outcome.py",
        "    if isinstance(error, NothingToDoJob):\n",
        "    if False:\n",
        "TestFailure.test_nothing_to_do_ends_the_job_as_done_with_its_message",
    ),
    (
        "an error under safe_eval keeps its meaning",
        "queue/retry.py",
        "    while _is_wrapped(error):\n",
        "    while False:\n",
        "TestRealError.test_error_under_safe_eval_is_found",
    ),
    (
        "the start of a job is known to it",
        "queue/runner.py",
        "        job.attempt += 1\n",
        "        job.attempt = 1\n",
        "TestCurrentJob.test_job_knows_the_number_of_its_start",
    ),
    (
        "a job that waits is kept, however old it is",
        "queue/store/retention.py",
        "     WHERE state = %(state)s AND key_news IS NOT TRUE\n",
        "     WHERE key_news IS NOT TRUE\n",
        "TestRetention.test_failed_job_stays_longer",
    ),
    (
        "no job keeps what an earlier one left in the session",
        "queue/job_connection.py",
        "                store.clean_session(cr)\n",
        "                pass\n",
        "TestQueueSession.test_job_finds_the_session_as_if_it_were_new",
    ),
    (
        "no start of a job is written",
        "queue/runner.py",
        "        job.date_started = job.now()\n",
        "        job.date_started = job.now()\n"
        '        self._books.execute("UPDATE connector_queue_job SET date_started = now()"'
        "\n            f' WHERE id = {job.id}')\n",
        "TestStartCost.test_start_of_a_job_writes_nothing",
    ),
    (
        "a claim reads no more however many jobs there are",
        "queue/store/claim.py",
        "            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL\n"
        "            ORDER BY priority, id\n"
        "            LIMIT p_limit\n",
        "            WHERE channel_id = channel.id AND state = 'pending'"
        " AND hold IS NULL\n"
        "            ORDER BY priority + 0, id\n"
        "            LIMIT p_limit\n",
        "TestClaimCost.test_claim_reads_no_more_however_many_jobs_there_are",
    ),
    (
        "a session is cleaned though the job rolled back",
        "queue/job_session.py",
        '        """Roll back, and note whether there was anything."""\n'
        "        self._is_clean = self.is_untouched\n",
        "",
        "TestQueueSession.test_session_is_cleaned_however_it_was_used",
    ),
    (
        "a session is cleaned though nothing was a transaction",
        "queue/job_session.py",
        "    @autocommit.setter\n"
        "    def autocommit(self, value: bool) -> None:\n"
        "        self._is_clean = False\n",
        "    @autocommit.setter\n"
        "    def autocommit(self, value: bool) -> None:\n",
        "TestQueueSession.test_session_is_cleaned_however_it_was_used",
    ),
    (
        "a job that says nothing costs one round trip",
        "queue/runner.py",
        "    if isinstance(session, JobSession) and session.is_untouched:\n",
        "    if False:\n",
        "TestFence.test_success_of_a_job_that_says_nothing_is_its_transaction",
    ),
]
