# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Small changes that break what links and the sync helpers promise."""

MUTATIONS = [
    (
        "a side of a one to one relation has one link",
        "ConnectorLinkSide._side_uniq",
        "CASE WHEN is_sole THEN 0 ELSE link_id END",
        "CASE WHEN is_sole THEN link_id ELSE 0 END",
        "TestLostRace.test_loser_of_a_reservation_runs_again",
    ),
    (
        "a left reservation is taken by one",
        "LOCK_RESERVED",
        "UPDATE connector_link AS link\n"
        "   SET sync_date = link.sync_date\n"
        "  FROM reserved\n"
        " WHERE link.id = reserved.id\n"
        "RETURNING reserved.ref, link.id",
        "SELECT ref, id FROM reserved",
        "TestLostRace.test_loser_of_a_left_reservation_runs_again",
    ),
    (
        "who reserves many of which another transaction made one runs again",
        "write._insert",
        "cr.execute(statement, values)\n",
        "return []\n",
        "TestLostRace.test_loser_of_one_of_many_reservations_runs_again",
    ),
    (
        "identical links are impossible in a many to many relation",
        "LinkBook._set_fingerprint",
        "if self.kind == ONE2ONE:",
        "if self.kind:",
        "TestKind.test_identical_links_are_refused_in_a_many_to_many_relation",
    ),
    (
        "a link to a deleted record is gone",
        "LinkBook._living",
        "dead = find_dead(self._env, links)",
        "dead = set()",
        "TestFind.test_link_to_a_record_that_sql_deleted_is_gone",
    ),
    (
        "a merge that gives a record two links loses none",
        "MERGE_RECORDS",
        "is_sole = moved.stays_sole",
        "is_sole = moved.is_sole",
        "TestMerge.test_merge_that_gives_two_links_makes_a_checkpoint",
    ),
    (
        "who may not write a record does not link it",
        "_check_record",
        'record.check_access("write")',
        "",
        "TestRights.test_who_may_only_read_the_record_may_only_read_links",
    ),
    (
        "a failed item writes nothing",
        "ItemSavepoints._take_back",
        "if not self._is_protected:",
        "if True:",
        "TestItemSavepoints.test_what_was_written_to_the_database_is_taken_back",
    ),
    (
        "links are reserved before the first callback",
        "Chunk._perform",
        "self._links.reserve(unknown)",
        "pass",
        "TestSyncRace.test_items_go_there_once",
    ),
    (
        "what was created outside is linked before the error is out",
        "Outside._undone_on_error",
        "one.link()",
        "pass",
        "TestOutside.test_400th_item_fails_and_399_are_linked_before_the_error_is_out",
    ),
    (
        "the next attempt does only what is left",
        "CurrentJob.commit_rest",
        "store.replace_payload(env.cr, self.id, payload)",
        "",
        "TestRun.test_only_the_item_that_has_to_wait_and_those_after_it_are_tried_again",
    ),
    (
        "a failed item of a job that goes on waits in a job",
        "keep_failures",
        "uuid = way and _delay_failures(env, way, failures, current)",
        "return",
        "TestCollect.test_failed_items_are_a_job_that_can_be_requeued",
    ),
    (
        "what a sync wrote is not pushed back",
        "Push._consumer.consume",
        "if not is_quiet and not is_echo_of(self.relation):",
        "if not is_quiet:",
        "TestPush.test_what_the_sync_itself_wrote_is_not_pushed_back",
    ),
]
