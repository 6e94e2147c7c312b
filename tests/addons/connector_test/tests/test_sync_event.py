# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the events of a sync."""

from odoo.addons.connector.magic import on_sync_create, on_sync_update

from ..models.job import TRACE
from ..models.sync import REL
from .sync_case import SyncCase, things


class TestSyncEvent(SyncCase):
    def setUp(self):
        super().setUp()
        self.created = self.listen(on_sync_create)
        self.updated = self.listen(on_sync_update)

    def test_each_created_item_is_told(self):
        self.pull(things("a", "b"))

        ids = self.traces.search([]).ids
        self.assertEqual(
            self.created,
            [
                (TRACE, REL, {"external": "T1", "odoo": ids[0]}),
                (TRACE, REL, {"external": "T2", "odoo": ids[1]}),
            ],
        )
        self.assertEqual(self.updated, [])

    def test_each_updated_item_is_told(self):
        traces = self.new_traces("a")
        self.push(traces)

        self.push(traces)

        refs = {"external": "A1", "odoo": traces.id}
        self.assertEqual(self.created, [(TRACE, REL, refs)])
        self.assertEqual(self.updated, [(TRACE, REL, refs)])

    def test_refs_of_two_other_systems_are_told_without_a_model(self):
        src = {
            "system": "github",
            "get_ref": lambda card: card,
            "create": lambda card: f"t{card}",
        }

        self.magic.sync_external(["c"], "cards", src, {"system": "trello"}, create=True)

        self.assertEqual(self.created, [("", "cards", {"github": "c", "trello": "tc"})])

    def test_what_failed_or_was_skipped_is_not_told(self):
        self.shop.errors["b"] = ValueError("no")

        self.pull([*things("a", "b"), {"ref": None}], on_error="collect")

        self.assertEqual([one[2]["external"] for one in self.created], ["T1"])

    def test_links_are_there_when_it_is_told(self):
        seen = []
        self.subscribe(on_sync_create, lambda *_facts: seen.append(len(self.links())))

        self.pull(things("a", "b"))

        self.assertEqual(seen, [2, 2])

    def test_consumer_of_another_model_hears_nothing(self):
        heard = self.listen(on_sync_create, "res.partner")

        self.pull(things("a"))

        self.assertEqual(heard, [])

    def test_consumer_after_the_commit_hears_of_records_that_are_there(self):
        heard = self.listen(on_sync_create, moment="commit")

        with self.enter_registry_test_mode():
            self.pull(things("a", "b"))
            self.traces.search([], limit=1).unlink()
            self.env.cr.postcommit.run()

        self.assertEqual([one[2]["external"] for one in heard], ["T2"])
