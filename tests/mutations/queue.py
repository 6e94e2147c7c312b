# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks which promise of the queue, and which test sees it?

``bin/mutate`` applies each change to a copy of the repository and shows that the
test fails there. An entry is (promise, file, old text, new text, test); the old text
occurs once in the file.
"""

MUTATIONS = [
    (
        "a job goes with the transaction that delayed it",
        "models/queue_job_delay.py",
        "        return set(store.insert_jobs(self.env.cr, values))\n",
        "        inserted = set(store.insert_jobs(self.env.cr, values))\n"
        "        self.env.cr.commit()\n"
        "        return inserted\n",
        "TestTransaction.test_job_goes_with_its_transaction",
    ),
    (
        "the wake-up is never inside the transaction that delays",
        "queue/wake.py",
        "        cr.postcommit.add(partial(wake, cr))\n",
        "        cr.execute(store.delay.WAKE, {'channel': store.delay.CHANNEL})\n",
        "TestWake.test_transaction_that_delays_does_not_notify_itself",
    ),
    (
        "a wake-up that fails leaves the caller alone",
        "queue/wake.py",
        "    except Exception:",
        "    except ZeroDivisionError:",
        "TestWake.test_wake_up_that_fails_leaves_the_commit_alone",
    ),
    (
        "a job that is kept is not taken before the commit of who keeps it",
        "queue/store/delay.py",
        "   AND state IN ('waiting', 'pending')\n   FOR SHARE\n",
        "   AND state IN ('waiting', 'pending')\n",
        "TestIdentityRace.test_job_that_is_kept_cannot_be_taken_before_the_commit",
    ),
    (
        "a job runs as its user",
        "queue/runner.py",
        "api.Environment(cr, job.user_id, job.run_context())",
        "api.Environment(cr, 1, job.run_context())",
        "TestCaller.test_job_has_the_rights_of_its_user_only",
    ),
    (
        "a job of an archived user does not run",
        "queue/claimed_job.py",
        "        if not self.is_user_active:\n",
        "        if False:\n",
        "TestCaller.test_job_of_an_archived_user_fails_with_the_reason",
    ),
    (
        "a job does not start before its eta",
        "queue/store/claim.py",
        "     WHERE state = 'pending' AND hold = 'eta'\n"
        "       AND eta <= now() AT TIME ZONE 'UTC'\n",
        "     WHERE state = 'pending' AND hold = 'eta'\n",
        "TestDelay.test_job_does_not_start_before_its_eta",
    ),
    (
        "effects of an attempt that failed are undone",
        "queue/testing.py",
        "    with env.cr.savepoint():\n        yield env.cr\n",
        "    yield env.cr\n",
        "TestFailure.test_effects_of_an_attempt_that_raised_are_undone",
    ),
    (
        "concurrency errors do not count as retries",
        "queue/outcome.py",
        "    if isinstance(error, CONCURRENCY_ERRORS):\n",
        "    if isinstance(error, ZeroDivisionError):\n",
        "TestRetry.test_concurrency_errors_do_not_count",
    ),
    (
        "an override that is not decorated keeps the policy of the job",
        "queue/claimed_job.py",
        "            self.func = require_job_method(records, self.method_name)\n",
        "            self.func = getattr(records, self.method_name)\n",
        "TestRetry.test_method_whose_override_is_not_decorated_keeps_its_pattern",
    ),
    (
        "records that are gone are reported",
        "queue/claimed_job.py",
        "            check_exist(records, self.func_name)\n",
        "",
        "TestUnrunnable.test_record_that_does_not_exist_any_more_is_reported",
    ),
    (
        "a job of a newer version waits for it",
        "queue/codec.py",
        "        raise NewerPayloadError(",
        "        raise NotReadableJobError(",
        "TestUnrunnable.test_job_of_a_newer_version_waits_for_it_with_the_reason",
    ),
    (
        "only functions declared with @job run",
        "queue/function.py",
        "    if function not in JOB_REGISTRY:\n",
        "    if False:\n",
        "TestUnrunnable.test_function_that_is_no_job_any_more",
    ),
    (
        "a worker that lost a job leaves nothing",
        "queue/runner.py",
        "        if not store.finish(cr, values):\n",
        "        if store.finish(cr, values) is None:\n",
        "TestFence.test_worker_that_lost_the_job_leaves_nothing",
    ),
    (
        "an attempt is fenced by its number, too",
        "queue/store/attempt.py",
        "       date_done = clock_timestamp() AT TIME ZONE 'UTC'\n"
        " WHERE id = %(job_id)s\n"
        "   AND worker_id IS NOT DISTINCT FROM %(worker_id)s\n"
        "   AND attempt = %(attempt)s - 1\n",
        "       date_done = clock_timestamp() AT TIME ZONE 'UTC'\n"
        " WHERE id = %(job_id)s\n"
        "   AND worker_id IS NOT DISTINCT FROM %(worker_id)s\n",
        "TestFence.test_worker_that_lost_the_job_leaves_nothing",
    ),
    (
        "a commit in the middle of a job that is lost is refused",
        "queue/runner.py",
        "        if not is_ours(cr):\n",
        "        if False:\n",
        "TestCommitInTheMiddle.test_commit_of_a_job_that_was_lost_before_is_refused",
    ),
    (
        "jobs run in the order of their priority",
        "queue/store/claim.py",
        "row_number() OVER (ORDER BY job.priority, job.id) AS place",
        "row_number() OVER (ORDER BY job.id) AS place",
        "TestClaim.test_jobs_are_claimed_in_the_order_of_their_priority",
    ),
    (
        "a death is charged to the job that ran only",
        "queue/store/liveness.py",
        "claim_number = min(claim_number) OVER (PARTITION BY worker_id), FALSE",
        "TRUE, FALSE",
        "TestRecovery.test_death_is_charged_to_the_job_that_ran_only",
    ),
    (
        "a poison job fails in the end",
        "queue/store/liveness.py",
        "           lost.has_run AND job.deaths + 1 >= COALESCE(",
        "           FALSE AND job.deaths + 1 >= COALESCE(",
        "TestRecovery.test_poison_job_fails_with_the_reason_after_its_tries",
    ),
    (
        "a living worker is left alone",
        "queue/store/liveness.py",
        "        OR NOT EXISTS (\n            SELECT FROM pg_locks AS lock\n",
        "        OR EXISTS (\n            SELECT FROM pg_locks AS lock\n",
        "TestRecovery.test_living_worker_is_left_alone",
    ),
    (
        "repeated writes are told with the latest values",
        "models/queue_job_delay.py",
        "{**known, **vals}",
        "{**vals, **known}",
        "TestWrite.test_writes_of_one_record_are_told_once_with_all_values",
    ),
    (
        "nobody delays methods over RPC",
        "models/delayable_base.py",
        "    @api.private\n    def delayed(",
        "    def delayed(",
        "TestRemoteCall.test_private_methods_are_out_of_reach",
    ),
    (
        "users act on their own jobs only",
        "models/queue_job_action.py",
        "        if any(job.user_id != self.env.user for job in self):\n",
        "        if False:\n",
        "TestButton.test_user_who_sees_the_jobs_of_others_may_not_act_on_them",
    ),
    (
        "a channel that people chose is kept",
        "models/queue_function.py",
        "        known = self._places().get(func_name)\n        if known:\n",
        "        known = self._places().get(func_name)\n        if False:\n",
        "TestFunction.test_function_that_people_moved_stays_where_it_is",
    ),
    (
        "the environment goes before the file",
        "queue/settings.py",
        '{**_from_file(config["config"]), **_from_environment()}',
        '{**_from_environment(), **_from_file(config["config"])}',
        "TestSettings.test_environment_goes_before_the_file",
    ),
    (
        "only a cron runs jobs where no worker is alive",
        "queue/fallback.py",
        "    if not _is_cron():\n",
        "    if False:\n",
        "TestFallback.test_action_that_somebody_runs_by_hand_runs_no_jobs",
    ),
    (
        "a dead job process is followed by another at once",
        "queue/hooks.py",
        "        self._wait(self.pause_s)\n",
        "        self._wait(4)\n",
        "TestKill.test_killed_job_process_is_replaced_at_once",
    ),
    (
        "a full channel starts no job",
        "queue/runner.py",
        "        return not any(self._is_full(channel) for channel in channels)\n",
        "        return True\n",
        "TestCapacity.test_full_channel_gives_no_job_to_anybody",
    ),
    (
        "limits hold when workers claim at the same time",
        "queue/store/channel.py",
        " ORDER BY id\n   FOR NO KEY UPDATE\n",
        " ORDER BY id\n",
        "TestCapacityAcrossWorkers",
    ),
    (
        "a pause holds for the channels below",
        "models/queue_channel.py",
        "not channel.is_paused and (not parent or parent.is_open)",
        "not channel.is_paused",
        "TestPause.test_pause_holds_for_the_channels_below",
    ),
    (
        "throttle and rate count each start",
        "queue/runner.py",
        "                        store.note_start(self._books, limiting_ids)\n",
        "",
        "TestThrottleAndRate.test_throttle_lets_no_second_job_start_at_once",
    ),
    (
        "a sequential channel waits for a failed job",
        "queue/store/channel.py",
        "       AND (held.state = 'failed' OR (held.state = 'pending'",
        "       AND (held.state = 'none' OR (held.state = 'pending'",
        "TestSequential.test_failed_job_stops_those_behind_it",
    ),
]
