# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that make a second record over there, or lose one."""

MUTATIONS = [
    (
        "the answer is kept before the record is bound",
        "Creation.run",
        "if lease and lease.state == KNOWN:",
        "if lease and lease.state == UNKNOWN:",
        "TestRequest.test_binding_and_end_of_the_request_are_one_transaction",
    ),
    (
        "a request that was refused is followed by one with another key",
        "request_body.key_of",
        'place["binding_id"], ended_count',
        'place["binding_id"], 0',
        "TestUnknownOutcome.test_record_that_is_not_there_is_sent_by_a_new_request",
    ),
    (
        "an attempt that comes back from the dead is fenced",
        "Lease._move",
        "if not cr.rowcount:",
        "if False:",
        "TestLease.test_attempt_that_comes_back_from_the_dead_is_fenced",
    ),
    (
        "a search is believed once it surely finds what was created",
        "Creation._look_for",
        "if left_s > 0:",
        "if False:",
        "TestRequestWithSearch.test_lost_answer_is_looked_for_once_a_search_surely_finds_it",
    ),
    (
        "a request that was sent before says nothing by being told to come later",
        "Creation._settle",
        "never_arrived(error) and not is_again",
        "never_arrived(error)",
        "TestRequestWithKey.test_busy_answer_to_the_second_sending_leaves_the_first_one_open",
    ),
    (
        "an error that was only handled before says nothing of the next sending",
        "causes_of",
        "current = current.__cause__",
        "current = current.__cause__ or current.__context__",
        "TestRequest.test_error_that_was_handled_before_says_nothing_of_the_second_sending",
    ),
    (
        "an export with an older view brings no old values back",
        "RecordExporter._lock",
        "refuse_stale(self.binding)",
        "pass",
        "TestSameExport.test_export_with_an_older_view_never_brings_back_old_values",
    ),
    (
        "an update of a record that goes both ways undoes nothing that others change",
        "Update.sends_changes",
        "return exporter.goes_both_ways and OwnChanges(exporter).is_known",
        "return False",
        "TestBothWaysUpdate.test_only_what_changed_here_is_sent",
    ),
    (
        "a record that changed there is imported before ours is sent",
        "Update._has_changed_there",
        "return known != self.version if known and self.version else True",
        "return False",
        "TestBothWaysUpdate.test_change_there_is_imported_before_ours_is_sent",
    ),
    (
        "a change there is no refusal of the record here",
        "is_outdated",
        "{OUTDATED, CONFLICT} if is_conditional else {OUTDATED}",
        "set()",
        "TestConditionalUpdate.test_change_there_is_merged_and_ours_is_sent_again",
    ),
]
