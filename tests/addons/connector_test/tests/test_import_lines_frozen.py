# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of lines that vanished from a document which may not change any more."""

from odoo.addons.connector.api import ImportDeleter
from odoo.addons.connector_test.models.order import ORDER, ORDER_LINE

from .order_case import OrderCase


class TestFrozen(OrderCase):
    def setUp(self):
        super().setUp()
        self.import_orders(self.order_with("O1", "L1", "L2"))
        self.order("O1").odoo_id.action_confirm()

    def checkpoints(self):
        return self.env["connector.checkpoint"].search([])

    def test_vanished_line_of_a_confirmed_order_stays_with_a_checkpoint(self):
        result = self.import_orders(self.order_with("O1", "L2"))

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(self.texts("O1"), ["Line L1", "Line L2"])
        self.assertTrue(self.bound_line("L1").missing_since)
        self.assertEqual(self.bound_line("L1").sync_state, "gone")
        checkpoint = self.checkpoints()
        self.assertEqual(checkpoint.record, self.order("O1"))
        self.assertIn("Line L1", checkpoint.name)

    def test_checkpoint_comes_once_however_often_the_order_changes(self):
        self.import_orders(self.order_with("O1", "L2"))
        self.checkpoints().reviewed()
        self.import_orders(self.order_with("O1", "L2"))
        self.import_orders(self.order_with("O1", "L2", note="changed"))

        self.assertEqual(len(self.checkpoints()), 1)
        self.assertEqual(self.checkpoints().seen_count, 1)

    def test_order_with_a_frozen_line_is_unchanged(self):
        self.import_orders(self.order_with("O1", "L2"))

        result = self.import_orders(self.order_with("O1", "L2"))

        self.assertEqual(result.counts, {"unchanged": 1})

    def test_hook_decides_in_place_of_the_checkpoint(self):
        def cancel(lines, document):
            lines.quantity = 0
            document.note = f"{len(lines)} cancelled"

        self.patch(self.registry[ORDER_LINE], "_on_frozen", cancel)

        self.import_orders(self.order_with("O1", "L2"))

        self.assertEqual(self.bound_line("L1").quantity, 0)
        self.assertEqual(self.order("O1").note, "1 cancelled")
        self.assertFalse(self.checkpoints())

    def test_line_that_came_back_is_not_missing_any_more(self):
        self.import_orders(self.order_with("O1", "L2"))

        self.import_orders(self.order_with("O1", "L1", "L2"))

        self.assertFalse(self.bound_line("L1").missing_since)
        self.assertEqual(self.bound_line("L1").sync_state, "synced")

    def test_line_goes_once_the_order_is_open_again(self):
        self.import_orders(self.order_with("O1", "L2"))
        self.order("O1").odoo_id.state = "draft"

        self.import_orders(self.order_with("O1", "L2"))

        self.assertEqual(self.texts("O1"), ["Line L2"])

    def test_document_itself_says_when_it_is_frozen(self):
        self.patch(self.registry[ORDER_LINE], "_frozen", ())
        self.patch(self.registry[ORDER], "_frozen", [("state", "=", "sale")])

        self.import_orders(self.order_with("O1", "L2"))

        self.assertEqual(self.texts("O1"), ["Line L1", "Line L2"])

    def test_frozen_document_that_was_deleted_there_is_kept_with_one_checkpoint(self):
        self.patch(self.registry[ORDER], "_frozen", [("state", "=", "sale")])

        for _time in range(2):
            self.delete("O1")

        self.assertEqual(self.order("O1").sync_state, "gone")
        self.assertEqual(len(self.checkpoints()), 1)
        self.assertEqual(self.checkpoints().seen_count, 1)

    def test_document_that_cannot_be_archived_is_kept_with_a_checkpoint(self):
        self.patch(self.registry[ORDER_LINE], "_frozen", ())

        for _time in range(2):
            self.delete("O1", policy="archive")

        self.assertTrue(self.order("O1").odoo_id)
        self.assertIn("it cannot be archived", self.checkpoints().message)
        self.assertEqual(self.checkpoints().seen_count, 1)

    def test_document_that_is_not_frozen_is_deleted_with_its_lines(self):
        record = self.order("O1").odoo_id

        self.delete("O1")

        self.assertFalse(self.order("O1"))
        self.assertFalse(record.exists())

    def delete(self, external_id, policy="unlink"):
        """Settle that an order was deleted there."""
        scope = self.backend_record.get_environment(ORDER, self.session)
        deleter = scope.get_connector_unit(ImportDeleter)
        deleter.policy = policy
        deleter.run(external_id)

    def test_line_that_may_not_go_rejects_its_order_where_nothing_is_frozen(self):
        self.patch(self.registry[ORDER_LINE], "_frozen", ())

        result = self.import_orders(self.order_with("O1", "L2"))

        self.assertIn("keeps its lines", result.rejected["O1"])
