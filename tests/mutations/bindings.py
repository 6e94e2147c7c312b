# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break what bindings, lines and record events promise."""

MUTATIONS = [
    (
        "a look-up of one external id keeps to the rules of the user",
        "is_plain_search",
        'return rules.is_true() and model.has_access("read")',
        "return True",
        "TestRights.test_binding_that_a_rule_hides_is_not_found",
    ),
    (
        "a binding that was there before is no race",
        "Binder._loss",
        "if clash:",
        "if clash is False:",
        "TestClash.test_second_id_of_a_record_names_the_first",
    ),
    (
        "nobody goes on after two bindings clashed",
        "Binder.concurrency_guard",
        "            _abort(cr)\n",
        "",
        "TestClash.test_transaction_cannot_be_used_after_the_clash",
    ),
    (
        "a merge loses no binding",
        "PartnerMerge._update_foreign_keys_generic",
        "make_aliases(meeting)",
        "pass",
        "TestMerge.test_two_that_meet_are_both_kept_and_a_checkpoint_names_them",
    ),
    (
        "an alias is not the external id of its record",
        "Binder._of_records",
        "if has_aliases else []",
        "if False else []",
        "TestMerge.test_alias_leads_to_its_record_and_is_not_its_external_id",
    ),
    (
        "the record of a line that is gone over there goes, too",
        "ImportMapChild._delete_missing",
        "WithRecord(line.id)",
        "line.id",
        "TestDeleteMissing.test_record_of_a_line_that_did_not_come_goes_too",
    ),
    (
        "the record of a line moves with it",
        "ExternalBinding._move_records",
        "if record != line[own][target]:",
        "if False:",
        "TestMove.test_record_of_a_line_moves_with_it",
    ),
    (
        "a computed change is that of who wrote, not of who flushes",
        "WriteEvents._pop_cause",
        "return next(filter(None, causes), None)",
        "return None",
        "TestCause.test_event_is_of_the_user_who_wrote",
    ),
    (
        "what an import changes is not exported when it is computed later",
        "WriteEvents.settle",
        "self._compute_quietly(env)",
        "pass",
        "TestCause.test_change_of_an_import_is_not_exported_whoever_flushes",
    ),
]
