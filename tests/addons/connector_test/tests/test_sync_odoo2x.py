# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of syncs from Odoo to another system, each record once."""

from ..models.job import TRACE
from ..models.sync import REL
from .sync_case import SyncCase, returning


class TestOdoo2X(SyncCase):
    def test_what_is_new_is_created_and_linked(self):
        traces = self.new_traces("a", "b")

        result = self.push(traces)

        self.assertEqual(result.created, 2)
        self.assertEqual(self.shop.things, {"A1": "a", "A2": "b"})
        self.assertEqual(self.links(), {"A1": traces[0].id, "A2": traces[1].id})

    def test_what_is_known_is_updated(self):
        traces = self.new_traces("a")
        self.push(traces)
        traces.name = "b"

        result = self.push(traces)

        self.assertEqual((result.created, result.updated), (0, 1))
        self.assertEqual(self.shop.things, {"A1": "b"})

    def test_record_is_shown_in_the_result(self):
        traces = self.new_traces("a")

        result = self.push(traces)

        self.assertEqual(
            result.as_json()["details"],
            [["created", f"{TRACE},{traces.id}", "A1", ""]],
        )

    def test_number_comes_back_as_number(self):
        traces = self.new_traces("a")
        seen = []
        self.push(traces, create_thing=lambda trace: 7)

        self.push(traces, update_thing=lambda ref, trace: seen.append(ref))

        self.assertEqual(seen, [7])

    def test_update_that_returns_another_ref_moves_the_link(self):
        traces = self.new_traces("a")
        self.push(traces)

        self.push(traces, update_thing=lambda ref, trace: "B1")

        self.assertEqual(self.links(), {"B1": traces.id})

    def test_update_that_returns_the_ref_in_another_type_is_no_move(self):
        traces = self.new_traces("a")
        self.push(traces, create_thing=lambda trace: 7)

        self.push(traces, update_thing=lambda ref, trace: "7")

        self.assertEqual(self.links(), {"7": traces.id})

    def test_create_that_returns_no_ref_fails_its_item(self):
        traces = self.new_traces("a")
        for value in (None, False, "", ["A1"], True, traces):
            with self.subTest(value=value):
                result = self.push(
                    traces, on_error="collect", create_thing=returning(value)
                )
                self.assertEqual((result.failed, self.links()), (1, {}))
                self.assertIn("expected a ref", result.failures[0].reason)

    def test_update_that_returns_no_ref_fails_its_item(self):
        traces = self.new_traces("a")
        self.push(traces)
        for value in (False, "", traces):
            with self.subTest(value=value):
                result = self.push(
                    traces, on_error="collect", update_thing=returning(value)
                )
                self.assertEqual(result.failed, 1)
                self.assertEqual(self.links(), {"A1": traces.id})

    def test_item_that_is_no_record_fails(self):
        traces = self.new_traces("a", "b")

        result = self.push([traces, traces[0], "c", 7], on_error="collect")

        self.assertEqual((result.created, result.failed), (1, 3))
        self.assertIn("expected one record", result.failures[0].reason)

    def test_record_that_is_not_saved_is_skipped(self):
        result = self.push([self.traces.new({"name": "a"}), self.traces])

        self.assertEqual((result.skipped, self.shop.things), (2, {}))

    def test_each_ref_of_a_record_is_updated(self):
        """S8: update was given a list of them, in a many to many relation."""
        trace = self.new_traces("a")
        for ref in ("X1", "X2"):
            trace.set_link(REL, ref, allow_many2many=True)

        result = self.push(trace)

        self.assertEqual(result.updated, 1)
        self.assertEqual(self.shop.things, {"X1": "a", "X2": "a"})

    def test_records_of_two_models_share_a_relation(self):
        trace = self.new_traces("a")
        partner = self.env["res.partner"].create({"name": "p"})

        result = self.push([trace, partner])

        self.assertEqual(result.created, 2)
        self.assertEqual(self.shop.things, {"A1": "a", "A2": "p"})

    def test_what_came_from_there_is_known(self):
        self.pull([{"ref": "T1", "name": "a"}])

        result = self.push(self.traces.search([]))

        self.assertEqual((result.created, result.updated), (0, 1))
        self.assertEqual(self.shop.things, {"T1": "a"})

    def test_failed_item_whose_thing_is_there_is_linked(self):
        """What it wrote in Odoo is refused, the thing in the shop stays."""
        trace = self.new_traces("a")

        def create(record):
            ref = self.shop.create_thing(record)
            record.company_id = 999_999
            return ref

        result = self.push(trace, on_error="collect", create_thing=create)

        self.assertEqual(result.failed, 1)
        self.assertEqual(self.links(), {"A1": trace.id})
        self.assertNotEqual(trace.company_id.id, 999_999)


class TestExternal(SyncCase):
    """Things go from one system to another one; Odoo only links them."""

    def sync(self, items, create=True, update=True, **more):
        """Bring cards of github to trello."""
        src_info = {
            "system": "github",
            "get_ref": lambda card: card["ref"],
            "create": lambda card: f"trello-{card['ref']}",
            "update": lambda ref, card: self.shop.calls.append((ref, card["ref"])),
            **more,
        }
        dst_info = {"system": "trello"}
        return self.magic.sync_external(
            items, "cards", src_info, dst_info, create=create, update=update
        )

    def links(self):
        """Return what is linked on trello."""
        self.env.cr.execute(
            "SELECT ref FROM connector_link_side WHERE system = 'trello' ORDER BY ref"
        )
        return [ref for (ref,) in self.env.cr.fetchall()]

    def test_what_is_new_is_created_and_linked(self):
        """S9: KeyError, with the keys that were documented."""
        result = self.sync([{"ref": 1}, {"ref": 2}])

        self.assertEqual(result.created, 2)
        self.assertEqual(self.links(), ["trello-1", "trello-2"])

    def test_what_is_known_is_updated(self):
        self.sync([{"ref": 1}])

        result = self.sync([{"ref": 1}])

        self.assertEqual((result.updated, self.shop.calls), (1, [("trello-1", 1)]))

    def test_older_shape_works(self):
        """S9: it was the only one that did."""
        old = {
            "create_odoo": lambda card: "old",
            "update_odoo": lambda ref, card: None,
        }
        src = {"system": "github", "get_ref": lambda card: card["ref"], "odoo": old}

        with self.assertWarns(DeprecationWarning) as caught:
            self.magic.sync_external([{"ref": 1}], "cards", src, {"system": "t"}, True)

        self.assertEqual(caught.filename, __file__)
