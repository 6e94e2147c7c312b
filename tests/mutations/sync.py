# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which small change breaks what the sync helpers promise?"""

MUTATIONS = [
    (
        "a failed item writes nothing",
        "magic/sync/savepoints.py",
        "        if not self._is_protected:\n",
        "        if True:\n",
        "TestItemGuard.test_what_was_written_to_the_database_is_taken_back",
    ),
    (
        "an item that rides along with its savepoint is taken back alone",
        "magic/sync/savepoints.py",
        'query, params = f"{self._protection()}{code}", query.params',
        "query, params = code, query.params",
        "TestItemGuard.test_each_item_is_taken_back_for_itself_though_it_costs_nothing",
    ),
    (
        "a statement that was never understood makes its savepoint before",
        "magic/sync/savepoints.py",
        "                if code in self._understood:\n",
        "                if code:\n",
        "TestItemGuard.test_statement_that_is_not_understood_fails_its_own_item",
    ),
    (
        "what the database refuses later fails its own item",
        "magic/sync/savepoints.py",
        "            result = callback(*args)\n            self._flush()\n",
        "            result = callback(*args)\n",
        "TestItemGuard.test_what_the_database_refuses_later_fails_its_own_item",
    ),
    (
        "links are reserved before the first callback",
        "magic/sync/chunk.py",
        "            self._links.reserve(unknown)\n"
        "        with self._guard.watching(), writing(self._route.relation):\n"
        "            done = self._call_all()\n",
        "            pass\n"
        "        with self._guard.watching(), writing(self._route.relation):\n"
        "            done = self._call_all()\n"
        "        if self._route.create:\n"
        "            self._links.reserve(unknown)\n",
        "TestSyncRace.test_items_go_there_once",
    ),
    (
        "a missing reference is skipped",
        "magic/sync/chunk.py",
        "            if is_missing(ref):\n",
        "            if ref is None:\n",
        "TestX2Odoo.test_missing_ref_is_skipped_and_reported",
    ),
    (
        "a sync says when both sides were the same",
        "magic/sync/chunk.py",
        "            self._links.touch(known)\n",
        "",
        "TestX2Odoo.test_sync_date_is_that_of_the_last_sync",
    ),
    (
        "what changes while a sync runs is newer than its date",
        "magic/sync/chunk.py",
        "        refused = self._links.write()\n",
        "        self._links._sync_date = fields.Datetime.now()\n"
        "        refused = self._links.write()\n",
        "TestX2Odoo.test_sync_date_is_before_what_changes_meanwhile",
    ),
    (
        "what was created outside is linked before the error is out",
        "magic/sync/external_effects.py",
        "            for one in (self, *self.inner):\n"
        "                one.link()\n"
        "            raise\n",
        "            raise\n",
        "TestOutside.test_400th_item_fails_and_399_are_linked_before_the_error_is_out",
    ),
    (
        "what was created outside is linked when the transaction is undone later",
        "magic/sync/external_effects.py",
        "        if self._made:\n            cr.postrollback.add(self.link)\n",
        "",
        "TestOutside.test_transaction_that_is_undone_after_the_sync",
    ),
    (
        "a job commits the items that are finished",
        "magic/sync_job.py",
        "    if current := current_job(env):\n",
        "    if (current := current_job(env)) and False:\n",
        "TestRun.test_finished_items_stay_in_odoo_as_well",
    ),
    (
        "the next attempt does only what is left",
        "queue/current.py",
        "        store.replace_payload(env.cr, self.id, payload)\n",
        "",
        "TestRun.test_only_the_item_that_has_to_wait_and_those_after_it_are_tried_again",
    ),
    (
        "what a sync wrote is not pushed back",
        "magic/sync/push.py",
        "            if not is_quiet and self.relation not in _writing.get():\n",
        "            if not is_quiet:\n",
        "TestPush.test_what_the_sync_itself_wrote_is_not_pushed_back",
    ),
]
