# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the declarations of deletions, and of backends that list them."""

from odoo.addons.connector.api import (
    FullPass,
    ListAdapter,
    Listed,
    PagedAdapter,
    Token,
    TokenAdapter,
)
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector_test.models.flow import CONTACT

from .test_stream import StreamCase


class TestDeletionDeclaration(StreamCase):
    def declare(self, deletions, base=PagedAdapter, **members):
        """Define an adapter with a declaration."""
        members = {"_model_name": CONTACT, "_deletions": deletions, **members}
        return type(base)("Declared", (base,), members)

    def test_declarations_that_work_are_taken(self):
        def listed(self, since=None):
            return []

        for declared, members in (
            (FullPass(), {}),
            (None, {}),
            (Listed("deleted"), {}),
            (Listed(), {"read_deleted": listed}),
        ):
            with self.subTest(declared):
                self.assertEqual(self.declare(declared, **members)._deletions, declared)

    def test_class_in_place_of_a_declaration_is_refused(self):
        with self.assertRaisesRegex(InvalidUsageError, r"Did you mean 'FullPass\(\)'"):
            self.declare(FullPass)

    def test_text_in_place_of_a_declaration_is_refused(self):
        with self.assertRaisesRegex(InvalidUsageError, r"Did you mean 'Listed\(\)'"):
            self.declare("listed")

    def test_list_without_a_method_is_refused(self):
        with self.assertRaisesRegex(InvalidUsageError, "Did you mean 'read_delted'"):
            self.declare(Listed(), read_delted=None)

    def test_token_without_a_method_is_refused(self):
        for base in (PagedAdapter, TokenAdapter):
            with self.subTest(base.__name__):
                with self.assertRaisesRegex(InvalidUsageError, "read_changes"):
                    self.declare(Token(), base)

    def test_adapter_of_a_connector_may_be_derived(self):
        def changes(self, token=None):
            return None

        base = self.declare(Token(), TokenAdapter, read_changes=changes)

        self.assertTrue(issubclass(type(base)("Derived", (base,), {}), TokenAdapter))


class TestMarkedDeletions(StreamCase):
    """A backend whose deleted records come among the others, marked."""

    def adapter_class(self):
        adapter = super().adapter_class()
        return type(adapter)("Marked", (adapter,), {"_deletions": Listed("deleted")})

    def test_record_that_is_marked_is_deleted_here(self):
        self.records = self.changed(3)
        self.run_stream()
        self.records[1] |= {"deleted": "2026-01-02", "changed": self.stamp(9)}
        self.records.append(self.records.pop(1))

        run = self.run_stream()

        self.assertEqual((run.deleted_count, run.created_count), (1, 0))
        self.assertFalse(self.binding("C2").odoo_id.active)

    def test_marked_record_that_never_was_here_is_not_made(self):
        self.records = self.changed(2)
        self.records[1]["deleted"] = True

        run = self.run_stream()

        self.assertEqual(run.created_count, 1)
        self.assertFalse(self.binding("C2"))


class TestListedDeletions(StreamCase):
    """A backend that lists what was deleted since a time."""

    def adapter_class(self):
        adapter = super().adapter_class()
        self.deleted, self.asked = [], []

        def read_deleted(_adapter, since=None):
            self.asked.append(since)
            return self.deleted

        members = {"_deletions": Listed(), "read_deleted": read_deleted}
        return type(adapter)("Lists", (adapter,), members)

    def test_record_that_is_listed_is_deleted_here(self):
        self.records = self.changed(3)
        self.run_stream()
        del self.records[1]
        self.deleted = ["C2", "C99"]

        run = self.run_stream()

        self.assertEqual(run.deleted_count, 1)
        self.assertFalse(self.binding("C2").odoo_id.active)
        self.assertIsNone(self.asked[0])
        self.assertEqual(self.asked[1].isoformat(), self.stamp(3))

    def test_listed_record_that_is_there_is_not_deleted(self):
        self.records = self.changed(3)
        self.run_stream()
        self.deleted = ["C2"]

        run = self.run_stream()

        self.assertEqual(run.deleted_count, 0)
        self.assertTrue(self.binding("C2").odoo_id.active)


class TestNoDeletions(StreamCase):
    def adapter_class(self):
        adapter = super().adapter_class()
        return type(ListAdapter)("Keeps", (adapter,), {"_deletions": None})

    def test_nothing_is_deleted_where_none_is_declared(self):
        self.records = self.changed(20)
        self.run_stream()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_test_contact SET create_date = now() - interval '1 day',"
            " sync_date = now() - interval '1 day'"
        )
        self.env.invalidate_all()
        del self.records[4]

        run = self.run_stream("full")

        self.assertEqual((run.state, run.deleted_count), ("done", 0))
        self.assertTrue(self.binding("C5").odoo_id.active)
