# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that let somebody make jobs, or what else the framework writes."""

MUTATIONS = [
    (
        "a job that the store did not make is not run",
        "queue/store/claim.py",
        "       CASE WHEN {IS_WHOLE} THEN payload::text END,\n",
        "       payload::text,\n",
        "TestSeal.test_row_without_a_seal_is_set_aside_with_a_warning",
    ),
    (
        "the seal tells who calls",
        "queue/store/seal.py",
        '    "user_id": "integer",\n',
        "",
        "TestSeal.test_altered_row_is_set_aside",
    ),
    (
        "the parts of a seal cannot be shifted",
        "queue/store/seal.py",
        "ROW({_CALL})::text",
        "concat({_CALL})",
        "TestSeal.test_text_that_moves_to_the_next_column_breaks_the_seal",
    ),
    (
        "other arguments do not seal a forged job",
        "queue/store/identity.py",
        "       seal = CASE WHEN {IS_WHOLE}\n",
        "       seal = CASE WHEN TRUE\n",
        "TestSealAgain.test_other_arguments_make_no_job_of_a_forged_row",
    ),
    (
        "forged jobs are in the way of none",
        "queue/engine/runner.py",
        "            has_more = bool(rows)\n",
        "            has_more = False\n",
        "TestSeal.test_forged_rows_are_in_the_way_of_no_job",
    ),
    (
        "an upgrade loses no job that waits",
        "queue/store/seal.py",
        "               job.id <= (SELECT unsealed_until FROM connector_queue_seal)\n",
        "               FALSE\n",
        "TestUpgrade.test_upgrade_loses_no_job_that_waits",
    ),
    (
        "a row without its number of starts stops no recovery",
        "queue/store/liveness.py",
        "    SELECT id, worker_id, COALESCE(attempt, 0) AS attempt,\n",
        "    SELECT id, worker_id, attempt,\n",
        "TestRecoveryOfForged.test_row_without_attempt_stops_no_recovery",
    ),
    (
        "nobody makes a job as a record",
        "models/queue_job/queue_job.py",
        '    _inherit = ["connector.loose", "connector.stored"]\n',
        '    _inherit = ["connector.loose"]\n',
        "TestForgedJob.test_nobody_makes_a_job_whatever_the_rights",
    ),
    (
        "borrowed rights make no row that its user may not make",
        "models/access_guard.py",
        "        rows.check_access(operation)\n",
        "",
        "TestBorrowedRights.test_who_may_not_make_a_row_makes_none_by_borrowed_rights",
    ),
    (
        "what a create of the framework sets off borrows nothing of it",
        "models/access_guard.py",
        "        with own_code(False):\n            records",
        "        with own_code():\n            records",
        "TestOwnCode.test_consumer_of_an_event_borrows_nothing_of_it",
    ),
    (
        "defaults of a client make no channel paused",
        "models/queue/channel.py",
        "        channels = framework_context(self.sudo())  # names come from code\n",
        "        channels = self.sudo()  # names come from code\n",
        "TestOwnCode.test_defaults_of_a_client_make_no_channel_paused",
    ),
    (
        "nobody links a job to a checkpoint",
        "models/checkpoint/checkpoint.py",
        '            if field.name == "job_id":\n                return False\n',
        "",
        "TestForgedRetry.test_nobody_links_a_job_to_a_checkpoint",
    ),
]
