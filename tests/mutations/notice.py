# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what people are told, or what a copy may do?"""

MUTATIONS = [
    (
        "a failure is told once",
        "queue/store/notice.py",
        "       SET date_notified = now() AT TIME ZONE 'UTC'\n",
        "       SET date_notified = NULL\n",
        "TestNotice.test_managers_are_told_of_a_failed_job",
    ),
    (
        "a job that fails again is told again",
        "queue/store/delay.py",
        "       date_notified = CASE WHEN %(target)s = 'pending' THEN NULL\n",
        "       date_notified = CASE WHEN %(target)s = 'never' THEN NULL\n",
        "TestNotice.test_job_that_fails_again_is_told_again",
    ),
    (
        "a thousand failures cost a handful of notes",
        "models/queue_job_notice.py",
        "store.tell_one_by_one(self.env.cr, function_id, notes_left)",
        "store.tell_one_by_one(self.env.cr, function_id, 9999)",
        "TestNotice.test_thousand_failures_cost_a_handful_of_notes",
    ),
    (
        "the notes of an hour are counted",
        "models/queue_job_notice.py",
        "store.count_notes(self.env.cr, function_id, len(told) + bool(others))",
        "store.count_notes(self.env.cr, function_id, 0)",
        "TestNotice.test_next_failures_of_the_hour_wait_for_its_end",
    ),
    (
        "who may not see a job is not told of it",
        "models/queue_job_notice.py",
        "        if self.company_id:\n",
        "        if False:\n",
        "TestNotice.test_each_company_is_told_of_its_own",
    ),
    (
        "limits from a file hold until people change them",
        "queue/channel_file.py",
        "            self._done.add(db_name)\n",
        "            pass\n",
        "TestChannelFile.test_limits_are_set_once_for_each_database",
    ),
    (
        "jobs on other records are other jobs",
        "queue/task.py",
        "        task.records,\n",
        "",
        "TestIdentityExact.test_calls_on_other_records_are_others",
    ),
    (
        "a stored job is altered only while no worker has it",
        "models/queue_job_storage.py",
        "if job.state == PENDING else [job.state],\n",
        "if job.state == PENDING else [job.state, ENQUEUED],\n",
        "TestStorageRace.test_row_of_a_job_that_a_worker_has_is_left_alone",
    ),
    (
        "a job made by hand is a job",
        "models/queue_job_storage.py",
        '    if not getattr(job.func, "is_job", False):\n',
        "    if False:\n",
        "TestStorage.test_plain_function_is_refused",
    ),
    (
        "what a job does is never changed",
        "models/queue_job_change.py",
        "        if vals.keys() - CHANGEABLE:\n",
        "        if False:\n",
        "TestChange.test_what_a_job_does_is_never_changed",
    ),
    (
        "a job that has started is left alone",
        "queue/state.py",
        "NOT_STARTED = (WAITING, PENDING)  # no",
        "NOT_STARTED = (WAITING, PENDING, 'enqueued')  # no",
        "TestChange.test_job_that_has_started_is_left_alone",
    ),
    (
        "a neutralized copy runs no job",
        "data/neutralize.sql",
        "   SET is_open = FALSE;\n",
        "   SET is_open = is_open;\n",
        "TestNeutralize.test_copy_runs_no_job",
    ),
]
