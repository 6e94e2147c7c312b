# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break a promise about what is known already of a record."""

MUTATIONS = [
    (
        "nothing is guessed where several records match",
        "Candidates.outcome",
        "if len(self.ids) > 1:",
        "if False:",
        "TestUnclearMatch.test_several_records_for_one_key_are_a_question",
    ),
    (
        "a linked record is left as it is",
        "adoption.is_written",
        "return policy != LINK and (policy != FILL or _is_empty(record, name))",
        "return policy != FILL or _is_empty(record, name)",
        "TestMatch.test_link_leaves_the_record_as_it_is",
    ),
    (
        "a field that has a value is not filled",
        "adoption.is_written",
        "return policy != LINK and (policy != FILL or _is_empty(record, name))",
        "return policy != LINK",
        "TestMatch.test_fill_writes_only_what_is_empty",
    ),
    (
        "a record of another company is not matched",
        "Matching.of_company",
        "return Domain(model._check_company_domain(company or model.env.company))",
        "return Domain.TRUE",
        "TestMatch.test_record_of_another_company_is_never_matched",
    ),
    (
        "a binding writes nothing to the record that it wraps",
        "ConnectorBinding._prepare_create_values",
        "del values[name]",
        "pass",
        "TestMatch.test_new_binding_writes_nothing_to_its_record",
    ),
    (
        "what was deleted here stays deleted",
        "Tombstones.reason_of",
        "if stone is None or item.binding:",
        "if True:",
        "TestTombstone.test_record_that_was_deleted_here_is_not_imported_again",
    ),
    (
        "what an import deletes may come back",
        "ConnectorTombstone._of_bindings",
        "and reference_of(binding.backend_id) != importing_backend()",
        "and True",
        "TestOwnDeletion.test_deletion_by_an_import_writes_none",
    ),
    (
        "a page does not undo what was read after it",
        "Reading.superseded",
        "if last and last > self.read_at:",
        "if False:",
        "TestSuperseded.test_page_does_not_undo_what_was_read_after_it",
    ),
    (
        "a deletion that is older than what was imported does nothing",
        "ImportDeleter.run",
        "if not binding or (read_at and self._is_newer(binding, read_at)):",
        "if not binding:",
        "TestOwnDeletion.test_deletion_that_is_older_than_what_was_imported_does_nothing",
    ),
    (
        "a record is not called gone before it was read",
        "is_gone_there",
        "return not page.adapter.read(external_id)",
        "return True",
        "TestStableKey.test_old_one_on_another_page_is_read_before_it_is_called_gone",
    ),
    (
        "two transactions do not make the same record",
        "FindsOrCreates.find_or_create",
        "self._check_committed(records, key, text)",
        "pass",
        "TestFindOrCreateRace.test_loser_does_not_make_what_its_snapshot_does_not_show",
    ),
]
