# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break a promise of streams."""

MUTATIONS = [
    (
        "a sorted stream asks for a new list after each page",
        "ConnectorStreamRun._page",
        "page.restarts = self.kind != FULL",
        "page.restarts = False",
        "TestShiftingList."
        "test_record_that_moves_up_while_a_sorted_list_is_read_is_not_lost",
    ),
    (
        "a page full of one time goes on inside that time",
        "Cursor.restart",
        "if is_ignored or begun <= self.begun:",
        "if is_ignored:",
        "TestShiftingList.test_page_full_of_one_time_goes_on_inside_that_time",
    ),
    (
        "the time itself is asked for again where a backend leaves it out",
        "Cursor.restart",
        "begun = self.newest - granularity",
        "begun = self.newest",
        "TestExclusiveBackend."
        "test_ties_at_the_border_are_found_where_the_time_itself_is_not_included",
    ),
    (
        "a list that is cut deletes nothing",
        "run.ConnectorStreamRun._end",
        "return ImportResult() if page.is_cut else self._find_deleted(page)",
        "return self._find_deleted(page)",
        "TestCutList.test_page_that_is_gone_ends_the_list_and_deletes_nothing",
    ),
    (
        "a list that is cut does not move the cursor",
        "run.ConnectorStreamRun._end",
        "if not page.is_cut:",
        "if True:",
        "TestCutList.test_cut_list_does_not_move_the_cursor",
    ),
    (
        "the first 20 records hold the stream",
        "ConnectorStreamRun.import_page",
        "self._check_beginning(page, result)",
        "pass",
        "TestBadRecords.test_first_20_records_hold_the_stream",
    ),
    (
        "what PostgreSQL refuses of a bad record is not logged",
        "_Held.filter",
        "if is_other or record.levelno < logging.ERROR:",
        "if True:",
        "TestBadRecords.test_what_postgresql_refuses_of_a_bad_record_is_not_in_the_log",
    ),
    (
        "a payload is kept without secrets",
        "ConnectorRejected._keep_all",
        "redact(payloads[one], TEXT_SIZE, secrets)",
        "str(payloads[one])[:TEXT_SIZE]",
        "TestDeadLetter.test_payload_has_no_secrets_and_is_bounded",
    ),
    (
        "a later import closes a rejected record",
        "PageImport.run",
        "item.external_id for item in items if item.is_in",
        "item.external_id for item in ()",
        "TestDeadLetter.test_later_import_closes_it_and_its_checkpoint",
    ),
    (
        "an alias that is gone archives nothing",
        "ConnectorStreamRun._bound",
        'bound &= Domain("is_alias", "=", False)',
        "pass",
        "TestMissingRecords.test_alias_that_is_gone_archives_nothing",
    ),
    (
        "what was synchronized since a pass began is no candidate",
        "ConnectorStreamRun._bound",
        'bound &= Domain("sync_date", "=", False) | before',
        "pass",
        "TestMissingRecords."
        "test_old_record_that_an_export_has_just_bound_is_no_candidate",
    ),
    (
        "too many deletions wait for a person",
        "ConnectorStreamRun._begin_deletions",
        "if count and (not self.read_count or count > limit * max(total, FEW)):",
        "if False:",
        "TestDeletionLimit.test_too_many_wait_for_a_person_while_imports_go_on",
    ),
    (
        "a list alone has to miss a record twice",
        "ConnectorStreamRun._missing",
        "& self._unseen_since(before.id)",
        "& self._unseen_since(self.id)",
        "TestListOnly.test_missing_in_one_of_two_passes_is_not_deleted",
    ),
    (
        "a slice deletes nothing of the others",
        "ConnectorStreamRun._bound",
        'bound &= Domain("seen_stream", "=", stream.id)',
        "pass",
        "TestStreamSlices.test_slice_deletes_nothing_of_the_others",
    ),
    (
        "a backfill leaves the cursor where it is",
        "run.ConnectorStreamRun._end",
        "if self.kind not in NORMAL:",
        "if False:",
        "TestBackfill.test_range_comes_in_and_the_cursor_stays",
    ),
    (
        "known records are due once where the mapping changed",
        "ConnectorStreamRun._due_cursor",
        "if self.kind != CHANGES or has_changed:",
        "if self.kind != CHANGES:",
        "TestStreamMapping.test_known_records_are_due_once_where_the_mapping_changed",
    ),
    (
        "a weak version is never enough alone",
        "PagedAdapter.is_weak_version",
        'return version.startswith("W/") or version in self._weak_versions',
        "return False",
        "TestStreamMapping.test_constant_version_is_never_enough_alone",
    ),
]
