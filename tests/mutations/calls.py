# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that run another call than the one that was delayed."""

MUTATIONS = [
    (
        "a job has the language, the zone and the companies of who delayed it",
        "caller_values",
        '"context": json.dumps(context),',
        '"context": json.dumps({}),',
        "TestCaller.test_language_zone_and_companies_are_kept_and_nothing_else",
    ),
    (
        "a job is in no company of others",
        "find_company",
        "if type(asked) is int and _may_enter(env, asked):",
        "if type(asked) is int:",
        "TestContext.test_company_that_is_none_of_the_callers_is_ignored_with_a_word",
    ),
    (
        "a job runs as its user",
        "ClaimedJob.open_env",
        "api.Environment(cr, self.user_id, self.run_context())",
        "api.Environment(cr, 1, self.run_context())",
        "TestCaller.test_job_has_the_rights_of_its_user_only",
    ),
    (
        "a job of an archived user does not run",
        "ClaimedJob.perform",
        "if not self.is_user_active:",
        "if False:",
        "TestCaller.test_job_of_an_archived_user_fails_with_the_reason",
    ),
    (
        "what the public user delays runs as the user of its backend",
        "may_run_jobs",
        "return user.active and not (user.share and user._is_public())",
        "return True",
        "TestPublicUser.test_job_of_the_public_user_runs_as_the_user_of_its_backend",
    ),
    (
        "what is delayed by nobody and for no user is refused",
        "_find_caller",
        "elif xml_id := options.public_user_of(task.func):",
        'elif xml_id := "base.user_root":',
        "TestPublicUser.test_job_is_refused_at_once_where_it_has_no_backend",
    ),
    (
        "a call that cannot be made is refused where it is delayed",
        "_check_call",
        "if fault:",
        "if False:",
        "TestArguments.test_missing_argument_is_refused_by_name",
    ),
    (
        "an argument comes back as what it was",
        "_tagged_list",
        "return lambda value, depth: {tag: _write_list(value, depth)}",
        "return _write_list",
        "TestRoundTrip.test_anything_comes_back",
    ),
    (
        "a job of a newer version waits for it",
        "decode",
        "raise NewerPayloadError(",
        "raise NotReadableJobError(",
        "TestUnrunnable.test_job_of_a_newer_version_waits_for_it_with_the_reason",
    ),
    (
        "only functions declared with @job run",
        "find_job_function",
        "if function not in JOB_REGISTRY:",
        "if False:",
        "TestUnrunnable.test_function_that_is_no_job_any_more",
    ),
    (
        "what a job does is never changed",
        "QueueJob.write",
        "if vals.keys() - CHANGEABLE:",
        "if False:",
        "TestChange.test_what_a_job_does_is_never_changed",
    ),
    (
        "a job that has started is left alone",
        "NOT_STARTED",
        "(WAITING, PENDING)",
        "(WAITING, PENDING, 'enqueued')",
        "TestChange.test_job_that_has_started_is_left_alone",
    ),
]
