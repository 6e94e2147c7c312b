# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the lines of imported records (promise 9 of the flows)."""

from contextlib import ExitStack
from unittest.mock import patch

from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.flows.line_declaration import check_lines
from odoo.addons.connector_test.models.order import ORDER_LINE

from .order_case import OrderCase


class TestLineOf(OrderCase):
    def test_new_line_belongs_to_the_wrapped_order_and_to_its_backend(self):
        result = self.import_orders(self.order_with("O1", "L1", "L2"))

        self.assertEqual(result.counts, {"created": 1})
        self.assertEqual(self.texts("O1"), ["Line L1", "Line L2"])
        line = self.bound_line("L1")
        self.assertEqual(line.shop_order_id, self.order("O1"))
        self.assertEqual(line.sale_id, self.order("O1").odoo_id)
        self.assertEqual(line.backend_id, self.backend_record)
        self.assertEqual(line.sync_state, "synced")

    def test_line_that_comes_later_belongs_to_the_order_as_well(self):
        self.import_orders(self.order_with("O1", "L1"))

        result = self.import_orders(self.order_with("O1", "L1", "L2"))

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(self.order("O1").odoo_id.total, 2)

    def test_record_that_a_line_is_bound_to_stays_where_it_is(self):
        self.import_orders(self.order_with("O1"), self.order_with("O2", "L1"))
        record = self.bound_line("L1").odoo_id
        self.bound_line("L1").unlink()

        line = self.env[ORDER_LINE].create(
            {
                "shop_order_id": self.order("O1").id,
                "odoo_id": record.id,
                "external_id": "L1",
            }
        )

        self.assertEqual(line.sale_id, self.order("O2").odoo_id)


class TestVanishedLine(OrderCase):
    def test_vanished_line_takes_its_record_along(self):
        self.import_orders(self.order_with("O1", "L1", "L2"))

        result = self.import_orders(self.order_with("O1", "L2"))

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(self.texts("O1"), ["Line L2"])
        self.assertFalse(self.bound_line("L1"))

    def test_order_whose_line_vanished_is_unchanged_from_then_on(self):
        self.import_orders(self.order_with("O1", "L1", "L2"))
        self.import_orders(self.order_with("O1", "L2"))

        result = self.import_orders(self.order_with("O1", "L2"))

        self.assertEqual(result.counts, {"unchanged": 1})

    def test_line_that_is_bound_here_only_goes_although_the_order_is_the_same(self):
        self.import_orders(self.order_with("O1", "L1"))
        self.order("O1").shop_line_ids = [(0, 0, {"external_id": "L9", "name": "X"})]

        self.import_orders(self.order_with("O1", "L1"))

        self.assertEqual(self.texts("O1"), ["Line L1"])


class TestMovedLine(OrderCase):
    def setUp(self):
        super().setUp()
        self.import_orders(self.order_with("O1", "L1", "L2"), self.order_with("O2"))
        self.record = self.bound_line("L1").odoo_id

    def test_line_moves_to_an_order_that_comes_later_in_the_page(self):
        self.import_orders(self.order_with("O1", "L2"), self.order_with("O2", "L1"))

        self.assert_moved()

    def test_line_moves_to_an_order_that_comes_earlier_in_the_page(self):
        self.import_orders(self.order_with("O2", "L1"), self.order_with("O1", "L2"))

        self.assert_moved()

    def test_line_moves_to_an_order_far_behind_in_the_page(self):
        others = [self.order_with(f"O{number}") for number in range(100, 200)]
        new = self.order_with("O2", "L1")

        self.import_orders(self.order_with("O1", "L2"), *others, new)

        self.assert_moved()

    def assert_moved(self):
        self.assertEqual(self.bound_line("L1").odoo_id, self.record)
        self.assertEqual(self.record.sale_id, self.order("O2").odoo_id)
        self.assertEqual(self.texts("O1"), ["Line L2"])


class TestLineOfAnotherPage(OrderCase):
    """A line of another document is taken from it only where that has it no more."""

    def setUp(self):
        super().setUp()
        self.records = [self.order_with("O1", "1", "2")]
        self.import_orders(*self.records)

    def test_id_that_each_document_gives_anew_is_refused(self):
        """The second order took the lines of the first one, which stayed empty."""
        self.records.append(self.order_with("O2", "1"))

        result = self.import_orders(self.records[1])

        self.assertIn("_line_key", result.rejected["O2"])
        self.assertIn("in record 'O1' and in record 'O2'", result.rejected["O2"])
        self.assertEqual(self.texts("O1"), ["Line 1", "Line 2"])

    def test_line_that_moved_is_taken_from_the_document_of_another_page(self):
        record = self.bound_line("1").odoo_id
        self.records[:] = [self.order_with("O1", "2"), self.order_with("O2", "1")]

        for one in reversed(self.records):
            self.import_orders(one)

        self.assertEqual(self.bound_line("1").odoo_id, record)
        self.assertEqual(record.sale_id, self.order("O2").odoo_id)
        self.assertEqual(self.texts("O1"), ["Line 2"])

    def test_line_of_a_document_that_is_gone_there_is_taken(self):
        self.records[:] = [self.order_with("O2", "1")]

        self.import_orders(self.records[0])

        self.assertEqual(self.texts("O2"), ["Line 1"])


class TestRepeatedLine(OrderCase):
    def test_line_that_came_twice_is_one(self):
        self.import_orders(self.order_with("O1", "L1", "L1"))

        self.assertEqual(self.texts("O1"), ["Line L1"])

    def test_line_that_came_twice_and_differs_rejects_its_order_alone(self):
        lines = [self.line("L1"), self.line("L1", count=7)]

        result = self.import_orders(
            self.order_with("O1", lines=lines), self.order_with("O2", "L2")
        )

        self.assertEqual(result.counts, {"rejected": 1, "created": 1})
        self.assertIn("'quantity' is 1 and 7", result.rejected["O1"])

    def test_line_of_two_orders_rejects_the_second(self):
        """Numbers of lines that begin anew in each order wandered between these."""
        result = self.import_orders(
            self.order_with("O1", "1"), self.order_with("O2", "1")
        )

        self.assertEqual(result.counts, {"rejected": 1, "created": 1})
        for fact in ("'1'", "'O1'", "'O2'", "_line_key"):
            self.assertIn(fact, result.rejected["O2"])
        self.assertEqual(self.texts("O1"), ["Line 1"])


class TestChangedLine(OrderCase):
    def test_changed_line_under_the_same_version_is_seen(self):
        """V1: the time of an order stays, whatever becomes of it."""
        self.import_orders(self.order_with("O1", "L1", version=7))
        lines = [self.line("L1", count=5)]

        result = self.import_orders(self.order_with("O1", lines=lines, version=7))

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(self.order("O1").odoo_id.total, 5)

    def test_missing_key_of_a_line_leaves_its_field_alone_and_null_clears_it(self):
        self.import_orders(self.order_with("O1", "L1", "L2"))
        lines = [{"id": "L1", "count": 5}, {"id": "L2", "text": None}]

        self.import_orders(self.order_with("O1", lines=lines))

        self.assertEqual(self.texts("O1"), ["Line L1", False])
        self.assertEqual(self.bound_line("L2").quantity, 1)

    def test_only_the_changed_line_is_written_and_only_what_differs(self):
        self.import_orders(self.order_with("O1", "L1", "L2"))
        written = []
        line_class = type(self.env["connector.test.sale.line"])
        write = line_class.write

        def noted(lines, vals):
            written.append((lines.name, vals))
            return write(lines, vals)

        self.patch(line_class, "write", noted)
        lines = [self.line("L1"), self.line("L2", count=5)]

        self.import_orders(self.order_with("O1", lines=lines, note="new"))

        self.assertEqual(written, [("Line L2", {"quantity": 5})])


class KeyCase(OrderCase):
    line_direct = [
        ("text", "name"),
        ("sku", "sku"),
        ("size", "size"),
        ("count", "quantity"),
    ]
    line_key = None

    def setUp(self):
        super().setUp()
        self.patch(self.registry[ORDER_LINE], "_line_key", self.line_key)

    def skus(self, *skus, **values):
        """Return an order with a line for each of these articles."""
        lines = [self.line(None, text=sku, sku=sku) for sku in skus]
        return self.order_with("O1", lines=lines, **values)


class TestKeyOfFields(KeyCase):
    line_key = ("sku", "size")

    def test_line_is_known_by_its_key(self):
        self.import_orders(self.skus("A", "B"))
        record = self.bound_line("O1/B/").odoo_id

        self.import_orders(self.skus("B", "C", note="changed"))

        self.assertEqual(self.texts("O1"), ["B", "C"])
        self.assertTrue(record.exists())

    def test_same_key_in_another_order_is_another_line(self):
        self.import_orders(self.skus("A"), {**self.skus("A"), "id": "O2"})

        self.assertEqual(self.texts("O1"), ["A"])
        self.assertEqual(self.texts("O2"), ["A"])

    def test_lines_in_another_order_are_unchanged(self):
        self.import_orders(self.skus("A", "B"))

        self.assertEqual(
            self.import_orders(self.skus("B", "A")).counts, {"unchanged": 1}
        )

    def test_line_without_a_key_rejects_its_order(self):
        result = self.import_orders(self.skus(""))

        self.assertIn("'sku', 'size'", result.rejected["O1"])


class TestKeyOfExternalId(KeyCase):
    line_key = "external_id"
    line_direct = [("id", "external_id"), ("text", "name")]

    def test_ids_that_begin_with_1_in_each_document_are_told_apart(self):
        self.import_orders(self.order_with("O1", 1), self.order_with("O2", 1))

        self.assertTrue(self.bound_line("O1/1") and self.bound_line("O2/1"))


class TestKeyOfPlace(KeyCase):
    line_key = "place"

    def test_lines_are_known_by_their_place(self):
        self.import_orders(self.skus("A", "B"))
        first = self.bound_line("O1/1").odoo_id

        self.import_orders(self.skus("C"))

        self.assertEqual(first.name, "C")
        self.assertEqual(self.texts("O1"), ["C"])


class TestComputedKey(KeyCase):
    def line_key(self, line):
        return line["sku"].lower()

    def test_line_is_known_by_what_a_method_makes_of_it(self):
        self.import_orders(self.skus("A"))

        self.import_orders(self.skus("a"))

        self.assertEqual(self.bound_line("O1/a").sku, "a")


class TestVaryingKey(KeyCase):
    """The key is made of what a line says, so it changes with that."""

    def line_key(self, line):
        return f"{line['sku']}/{line['text']}"

    def setUp(self):
        super().setUp()
        self.patch(self.registry[ORDER_LINE], "_key_varies", True)

    def order_of(self, *pairs):
        """Return an order with a line for each article and text."""
        lines = [self.line(None, text=text, sku=sku) for sku, text in pairs]
        return self.order_with("O1", lines=lines)

    def test_line_with_a_new_key_goes_on_as_the_one_that_vanished(self):
        self.import_orders(self.order_of(("A", "old"), ("B", "old")))
        a, b = self.bound_line("O1/A/old"), self.bound_line("O1/B/old")

        self.import_orders(self.order_of(("B", "new"), ("A", "old")))

        self.assertEqual(self.bound_line("O1/A/old"), a)
        self.assertEqual(self.bound_line("O1/B/new"), b)
        self.assertEqual(self.texts("O1"), ["old", "new"])

    def test_line_takes_the_place_of_none_that_is_still_there(self):
        self.import_orders(self.order_of(("A", "1"), ("A", "2")))
        keeps = self.bound_line("O1/A/2")

        self.import_orders(self.order_of(("A", "2"), ("A", "3"), ("B", "1")))

        self.assertEqual(self.bound_line("O1/A/2"), keeps)
        self.assertEqual(sorted(self.texts("O1")), ["1", "2", "3"])

    def test_line_of_another_kin_is_another_line(self):
        self.import_orders(self.order_of(("A", "1")))
        gone = self.bound_line("O1/A/1").odoo_id

        self.import_orders(self.order_of(("B", "1")))

        self.assertFalse(gone.exists())

    def test_lines_of_a_record_that_was_renamed_stay(self):
        self.import_orders(self.order_of(("A", "1"), ("B", "2")))
        a, b = self.bound_line("O1/A/1"), self.bound_line("O1/B/2")
        self.order("O1").external_id = "folder/O2"

        order = self.order_of(("B", "2"), ("A", "3"))
        self.import_orders({**order, "id": "folder/O2"})

        self.assertEqual(self.bound_line("folder/O2/A/3"), a)
        self.assertEqual(self.bound_line("folder/O2/B/2"), b)


class TestNoKey(KeyCase):
    def test_line_without_id_is_refused_and_not_told_by_its_place(self):
        result = self.import_orders(self.skus("A"))

        for fact in (ORDER_LINE, "external_id", "_line_key"):
            self.assertIn(fact, result.rejected["O1"])


class TestLineDeclaration(OrderCase):
    def assert_refused(self, hint, **declared):
        line_class = self.registry[ORDER_LINE]
        with ExitStack() as stack:
            for name, value in declared.items():
                stack.enter_context(patch.object(line_class, name, value))
            with self.assertRaisesRegex(InvalidUsageError, hint) as caught:
                check_lines(line_class)
        self.assertIn(ORDER_LINE, str(caught.exception))

    def test_unknown_fields_are_refused_with_a_suggestion(self):
        cases = [
            ({"_line_of": ("shop_oder_id", "sale_id")}, "'shop_order_id'"),
            ({"_line_of": ("shop_order_id", "sale")}, "'sale_id'"),
            ({"_line_of": "shop_order_id"}, "expected a pair"),
            ({"_line_of": ("shop_order_id", "product_id")}, "does not fit"),
            ({"_line_of": ("backend_id", "sale_id")}, "does not fit"),
            ({"_line_key": "skus"}, "Did you mean 'sku'"),
            ({"_line_key": "id"}, "Name 'external_id'"),
            ({"_line_key": "sku", "_line_of": None}, "_line_of"),
            ({"_frozen": [("sate", "=", "sale")]}, "Did you mean 'state'"),
            ({"_when_gone": "archived"}, "Did you mean 'archive'"),
        ]
        for declared, hint in cases:
            with self.subTest(**declared):
                self.assert_refused(hint, **declared)

    def test_what_is_right_is_taken(self):
        for key in ("sku", ("sku", "size"), "place", lambda _lines, line: line["id"]):
            self.patch(self.registry[ORDER_LINE], "_line_key", key)
            check_lines(self.registry[ORDER_LINE])
