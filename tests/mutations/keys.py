# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break identity keys or concurrency keys."""

MUTATIONS = [
    (
        "a waiting job stands for a second call with its identity key",
        "JobOptions.identity_key_of",
        'return _key_of(self.identity_key, IdentifiedCall(task), "identity_key")',
        "return None",
        "TestIdentity.test_second_delay_gives_the_job_that_waits",
    ),
    (
        "a job that is kept is not taken before the commit of who keeps it",
        "FIND_IDENTICAL",
        "FOR SHARE",
        "",
        "TestIdentityRace.test_job_that_is_kept_cannot_be_taken_before_the_commit",
    ),
    (
        "a replaced job has the arguments of the new call",
        "identity.REPLACE",
        "SET payload = new.payload::jsonb,",
        "SET payload = job.payload,",
        "TestReplace.test_waiting_job_becomes_the_new_call_and_keeps_its_uuid",
    ),
    (
        "a replaced job runs as who called last",
        "identity.REPLACE",
        "user_id = %(user_id)s,",
        "user_id = job.user_id,",
        "TestReplace.test_it_runs_as_who_called_last",
    ),
    (
        "debounce starts the eta over",
        "identity.REPLACE",
        "eta = %(eta)s,",
        "eta = job.eta,",
        "TestDebounce.test_eta_starts_over",
    ),
    (
        "no two jobs with one concurrency key are active",
        "PROMOTE",
        "AND active.id IS NULL",
        "",
        "TestKey.test_job_waits_for_its_eta_and_then_for_its_key",
    ),
    (
        "no two workers promote for one concurrency key",
        "MAKE_PROMOTE",
        "IF pg_try_advisory_xact_lock({PROMOTE_LOCK}) THEN",
        "IF TRUE THEN",
        "TestKeyRace.test_no_two_workers_promote_for_one_key",
    ),
]
