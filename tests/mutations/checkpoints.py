# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks a promise of checkpoints, and which test sees it?"""

MUTATIONS = [
    (
        "a repeat of another transaction does not touch the checkpoint",
        "models/checkpoint/add.py",
        "if self.id in self._added_here():",
        "if True:",
        "TestCount.test_repeat_does_not_touch_the_row",
    ),
    (
        "a repeat that came after a review opens the checkpoint again",
        "models/checkpoint/add.py",
        '        self.state = "need_review"\n',
        "",
        "TestCount.test_repeat_that_the_reviewer_could_not_see_opens_it_again",
    ),
    (
        "a reviewed checkpoint takes no repeat",
        "models/checkpoint/add.py",
        '[("merge_key", "=", merge_key), ("state", "=", "need_review")]',
        '[("merge_key", "=", merge_key)]',
        "TestMerge.test_reviewed_checkpoint_takes_no_repeat",
    ),
    (
        "a crowd of checkpoints is told together",
        "models/checkpoint/notifications.py",
        "for checkpoint in self[:room]:",
        "for checkpoint in self:",
        "TestNotice.test_few_are_told_one_by_one_and_the_others_together",
    ),
    (
        "only a job that failed is tried again",
        "models/queue_job/resolved.py",
        "[FAILED], PENDING",
        "[FAILED, 'done'], PENDING",
        "TestRetry.test_job_that_did_not_fail_is_left_alone",
    ),
    (
        "a job keeps no secret",
        "queue/delay/codec.py",
        "    SecretText: _refuse,\n",
        "",
        "TestRefused.test_secret_that_no_transaction_knows_is_refused",
    ),
    (
        "a job keeps no secret that was formatted",
        "queue/delay/codec.py",
        "if secrets and secrets.is_in(text):",
        "if False:",
        "TestSecretInArguments.test_job_refuses_it_in_every_form",
    ),
    (
        "a traceback tells no secret",
        "queue/engine/runner.py",
        "secrets.stored(traceback_text(error) + where, TEXT_SIZE)",
        "traceback_text(error) + where",
        "TestSecretInWhatIsStored.test_traceback_tells_none_of_its_causes",
    ),
    (
        "an export shows no secret",
        "secret.py",
        '        return ""\n',
        "        return super().convert_to_export(value, record)\n",
        "TestSecret.test_export_is_empty",
    ),
    (
        "only managers read a secret",
        "secret.py",
        '    groups = "connector.group_connector_manager"\n',
        "",
        "TestSecretIsSafe.test_only_managers_read_a_secret",
    ),
    (
        "a public method that nobody listed is found",
        "models/queue_job/retention.py",
        "    @api.private\n",
        "",
        "TestMatrix.test_each_public_method_has_a_line",
    ),
    (
        "a form is told of backends only that its user may read",
        "models/checkpoint/checkpoint.py",
        "            if backend and backend.exists() and is_told:\n",
        "            if backend and backend.exists():\n",
        "TestCheckpointRights.test_form_does_not_give_the_name_of_a_backend_of_another_"
        "company",
    ),
    (
        "who writes a checkpoint may read its backend",
        "models/checkpoint/checkpoint.py",
        "            self._check_backend()\n",
        "            pass\n",
        "TestCheckpointRights.test_manager_cannot_move_a_checkpoint_to_a_backend_of_"
        "another_company",
    ),
]
