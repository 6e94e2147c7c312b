# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what is promised of links?

``queue.py`` beside this file says what an entry is.
"""

MUTATIONS = [
    (
        "a side of a one to one relation has one link",
        "models/link/side.py",
        "CASE WHEN is_sole THEN 0 ELSE link_id END",
        "CASE WHEN is_sole THEN link_id ELSE 0 END",
        "TestLostRace.test_loser_of_a_reservation_runs_again",
    ),
    (
        "a left reservation is taken by one",
        "magic/links/store/write.py",
        "UPDATE connector_link AS link\n   SET sync_date = link.sync_date\n"
        "  FROM reserved\n WHERE link.id = reserved.id\n"
        "RETURNING reserved.ref, link.id\n",
        "SELECT ref, id FROM reserved\n",
        "TestLostRace.test_loser_of_a_left_reservation_runs_again",
    ),
    (
        "one reference that is there does not keep many from being reserved",
        "magic/links/store/write.py",
        "        with suppress(UniqueViolation), cr.savepoint(flush=False):\n",
        "        with cr.savepoint(flush=False):\n",
        "TestReserve.test_many_are_reserved_beside_one_that_is_there",
    ),
    (
        "who reserves many of which another transaction made one runs again",
        "magic/links/store/write.py",
        "    cr.execute(statement, values)\n    return cr.fetchall()\n",
        "    return []\n",
        "TestLostRace.test_loser_of_one_of_many_reservations_runs_again",
    ),
    (
        "links may take the references of each other",
        "magic/links/store/write.py",
        "      FROM gone\n     ORDER BY system, ref\n",
        "      FROM gone\n",
        "TestMove.test_links_may_take_the_references_of_each_other",
    ),
    (
        "a refused move leaves the link as it is",
        "magic/links/book.py",
        "                savepoint.rollback()\n",
        "",
        "TestMove.test_refused_move_leaves_the_link_as_it_is",
    ),
    (
        "a link to a deleted record is gone",
        "magic/links/book.py",
        "        dead = find_dead(self._env, links)\n",
        "        dead = set()\n",
        "TestFind.test_link_to_a_record_that_sql_deleted_is_gone",
    ),
    (
        "a number and its text are one reference",
        "magic/links/book.py",
        "types.setdefault(text, type_name)",
        "types.setdefault(f'{text}{type_name}', type_name)",
        "TestFind.test_number_and_its_text_are_one_reference",
    ),
    (
        "identical links are impossible in a many to many relation",
        "magic/links/book.py",
        "        if self.kind == ONE2ONE:\n            return link_ids\n",
        "        if self.kind:\n            return link_ids\n",
        "TestKind.test_identical_links_are_refused_in_a_many_to_many_relation",
    ),
    (
        "a reservation that is discarded is no link",
        "magic/links/store/write.py",
        "WHERE link_id = link.id) < 2\n",
        "WHERE link_id = link.id) < 9\n",
        "TestReserve.test_discard_leaves_links_alone",
    ),
    (
        "links go with their records",
        "models/linked_base.py",
        "link_store.delete_of_records(self.env.cr, self._name, self._ids)\n",
        "pass\n",
        "TestDelete.test_links_go_with_their_records",
    ),
    (
        "who may not write a record does not link it",
        "magic/links/make.py",
        '    record.check_access("write")\n',
        "",
        "TestRights.test_who_may_only_read_the_record_may_only_read_links",
    ),
    (
        "the first link of a model is noticed",
        "magic/links/change.py",
        "        env.registry.clear_cache()\n",
        "        pass\n",
        "TestDelete.test_first_link_of_a_model_is_noticed",
    ),
    (
        "a missing reference has no link",
        "magic/links/find.py",
        "    if not given or not all(map(_is_given, given.values())):\n",
        "    if False:\n",
        "TestEmpty.test_missing_reference_has_no_link",
    ),
    (
        "a merge that gives a record two links loses none",
        "magic/links/store/record.py",
        "is_sole = moved.stays_sole\n",
        "is_sole = moved.is_sole\n",
        "TestMerge.test_merge_that_gives_two_links_makes_a_checkpoint",
    ),
    (
        "a link is removed by those who may write its record",
        "models/link/link.py",
        "check_write(self.env, [row for row in rows if row.link_id not in dead])\n",
        "pass\n",
        "TestHand.test_link_to_a_closed_record_is_not_removed",
    ),
    (
        "links of what SQL deleted leave the list in a day",
        "magic/links/store/record.py",
        "              AND NOT EXISTS (SELECT FROM %s WHERE",
        "              AND EXISTS (SELECT FROM %s WHERE",
        "TestDelete.test_link_of_what_sql_deleted_leaves_the_list_in_a_day",
    ),
    (
        "a kind that changes under a first link runs again",
        "magic/links/relation.py",
        "    except STILL_REFERENCED as error:\n",
        "    except () as error:\n",
        "TestLostRace.test_kind_that_changes_under_a_first_link_runs_again",
    ),
]
