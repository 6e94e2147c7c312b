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
        "a class that deletes there never settles the deletions of an import",
        "ExportDeleter",
        "class ExportDeleter(Synchronizer):",
        "class ExportDeleter(Synchronizer.__subclasses__()[2]):",  # Deleter
        "TestExportDeleter.test_registered_one_never_settles_the_deletions_of_an_import",
    ),
]
