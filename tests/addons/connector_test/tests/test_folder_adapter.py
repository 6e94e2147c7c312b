# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the folder adapter: which files are read, page by page, and when."""

import os
from unittest import mock

from odoo.exceptions import AccessError

from odoo.addons.connector.api import (
    ChangedSince,
    FullPass,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    RetryableJobError,
)

from .folder_case import FolderCase


class TestFolderPages(FolderCase):
    def test_files_are_read_in_the_order_of_their_names(self):
        self.write_text("b.csv", "id,name\n3,Cy\n")
        self.write_jsonl("c.jsonl", [{"id": 4}, {"id": 5}, {"id": 6}])
        self.write_text("a.csv", "id,name\n1,Ada\n2,Bob\n")
        self.write_text("notes.txt", "no records")

        records = self.read_all(self.adapter())

        self.assertEqual(self.ids(records), ["1", "2", "3", 4, 5, 6])

    def test_page_begins_where_the_one_before_ended(self):
        """The state of a page is a number of bytes: nothing before is read again."""
        self.write_text("a.csv", 'id,name\n1,"A\r\nda"\n2,Bób\n\n3,Cy\n')
        adapter = self.adapter()

        page, state = adapter.read_page()
        following, end = adapter.read_page(state)

        self.assertEqual(page[0], {"id": "1", "name": "A\r\nda"})
        self.assertEqual(self.ids(page), ["1", "2"])
        self.assertEqual((state["at"], state["line"]), (25, 5))
        self.assertEqual((following, end), ([{"id": "3", "name": "Cy"}], None))

    def test_only_the_page_is_read(self):
        """A page of a large file reads its own bytes, and one buffer more."""
        self.write_jsonl("a.jsonl", [{"id": n, "text": "x" * 500} for n in range(2000)])
        adapter = self.adapter()
        sizes = []
        real_open = os.fdopen

        def counting_open(*args):
            file = real_open(*args)
            readline = file.readline
            counted = mock.Mock(wraps=file)
            counted.readline = lambda *size: (
                sizes.append(line := readline(*size)) or line
            )
            counted.__enter__ = lambda _self: counted
            counted.__exit__ = lambda *_error: file.close()
            return counted

        with mock.patch("os.fdopen", counting_open):
            adapter.read_page({"after": ""})

        self.assertEqual(len(sizes), 2)

    def test_file_that_changed_is_read_again_from_its_beginning(self):
        self.write_text("a.csv", "id\n1\n2\n3\n")
        adapter = self.adapter()
        _page, state = adapter.read_page()
        self.write_text("a.csv", "id\n7\n8\n9\n", age_s=100)

        self.assertEqual(self.ids(self.read_all(adapter, state)), ["7", "8", "9"])

    def test_file_that_is_gone_is_passed(self):
        self.write_text("a.csv", "id\n1\n2\n3\n")
        self.write_text("b.csv", "id\n4\n")
        adapter = self.adapter()
        _page, state = adapter.read_page()
        (self.place / "a.csv").unlink()

        self.assertEqual(self.ids(self.read_all(adapter, state)), ["4"])

    def test_changes_since_a_time_are_read(self):
        self.write_text("a.csv", "id,at\n1,2026-01-01\n2,2026-03-01\n3,\n")
        adapter = self.adapter(_changed_since=ChangedSince("at"))
        since = adapter._changed_since.stamp_of({"at": "2026-02-01"})

        records = self.read_all(adapter, adapter.begin(since))

        self.assertEqual(self.ids(records), ["2", "3"])

    def test_pattern_chooses_the_files(self):
        self.write_text("Customers-1.TXT", "id\n1\n")
        self.write_text("orders-1.txt", "id\n2\n")
        chosen = self.adapter(_files="customers-*.txt", _format="csv")

        self.assertEqual(self.ids(self.read_all(chosen)), ["1"])

    def test_format_that_no_name_says_is_refused(self):
        self.write_text("a.txt", "id\n1\n")

        with self.assertRaises(InvalidUsageError) as caught:
            self.adapter(_files="*.txt").read_page()

        message = str(caught.exception)
        self.assertIn("'a.txt'", message)
        self.assertIn("'jsonl'", message)
        self.assertIn("_format", message)


class TestHalfWrittenFile(FolderCase):
    def test_file_that_is_being_written_waits_with_those_after_it(self):
        """An older file that came later would undo what a newer one says."""
        self.write_text("a.csv", "id\n1\n")
        self.write_text("b.csv", "id\n2\n", age_s=5)
        self.write_text("c.csv", "id\n3\n")
        adapter = self.adapter()

        before = self.read_all(adapter)
        self.grow_old(self.place / "b.csv", 61)

        self.assertEqual(self.ids(before), ["1"])
        self.assertEqual(self.ids(self.read_all(adapter)), ["1", "2", "3"])

    def test_names_of_uploads_are_left_alone(self):
        for name in ("a.csv.part", "b.csv.tmp", ".c.csv", "~$d.xlsx", "e.csv~"):
            self.write_text(name, "id\n1\n")
        (self.place / "folder.csv").mkdir()

        self.assertEqual(self.read_all(self.adapter(_files="*", _format="csv")), [])

    def test_time_to_come_is_that_of_another_clock(self):
        self.write_text("a.csv", "id\n1\n", age_s=-86_400)

        self.assertEqual(self.ids(self.read_all(self.adapter())), ["1"])

    def test_record_is_not_missing_while_a_file_is_being_written(self):
        self.write_text("a.csv", "id\n1\n")
        self.write_text("b.csv", "id\n2\n", age_s=5)

        with self.assertRaises(RetryableJobError) as caught:
            self.adapter().read("2")

        self.assertIn("'b.csv'", str(caught.exception))
        self.assertEqual(caught.exception.seconds, 60)


class TestReadOfOne(FolderCase):
    def test_last_record_with_an_id_counts(self):
        self.write_text("a.csv", "id,name\n1,Old\n")
        self.write_text("b.csv", "id,name\n1,New\n1,Newest\n2,Bob\n")

        self.assertEqual(self.adapter().read(1), {"id": "1", "name": "Newest"})

    def test_many_are_found_in_one_pass(self):
        self.write_text("a.csv", "id,name\n1,Old\n3,Cy\n")
        self.write_text("b.csv", "id,name\n1,New\n")
        adapter = self.adapter()

        self.assertEqual(
            adapter.find_many(["1", "2", "3"]),
            {"1": {"id": "1", "name": "New"}, "3": {"id": "3", "name": "Cy"}},
        )

    def test_line_that_is_unreadable_is_of_each_slice(self):
        self.write_text("a.csv", "id,at\n1,2026-01-01\n2\n")
        adapter = self.adapter(_changed_since=ChangedSince("at"))
        since = adapter._changed_since.stamp_of({"at": "2026-02-01"})

        (record,) = self.read_all(adapter, adapter.begin(since))

        with self.assertRaises(InvalidDataError):
            adapter.id_of(record)

    def test_unknown_id_is_missing(self):
        self.write_text("a.csv", "id\n1\n")

        with self.assertRaises(IDMissingInBackend) as caught:
            self.adapter().read("2")

        self.assertIn("'2'", str(caught.exception))

    def test_id_is_not_missing_where_a_line_cannot_be_read(self):
        """The deletion of a record is never guessed: it may be that line."""
        self.write_jsonl("a.jsonl", [{"id": 1}])
        self.write_text("b.jsonl", '{"id": 2,\n')

        with self.assertRaises(InvalidDataError) as caught:
            self.adapter().read("2")

        self.assertIn("Line 1 of 'b.jsonl'", str(caught.exception))


class TestDoneFolder(FolderCase):
    def read_and_commit(self, adapter):
        records = self.read_all(adapter)
        self.env.cr.postcommit.run()
        return records

    def names(self, folder="."):
        return sorted(one.name for one in (self.place / folder).iterdir())

    def test_file_is_moved_once_its_records_are_committed(self):
        self.write_text("a.csv", "id\n1\n2\n3\n")
        adapter = self.adapter(_done_folder="done")

        self.read_all(adapter)
        self.assertEqual(self.names(), ["a.csv", "done"])
        self.env.cr.postcommit.run()

        self.assertEqual(self.names(), ["done"])
        self.assertEqual(self.names("done"), ["a.csv"])

    def test_page_that_is_rolled_back_moves_nothing(self):
        self.write_text("a.csv", "id\n1\n")
        adapter = self.adapter(_done_folder="done")
        adapter.read_page()

        self.env.cr.postcommit.clear()  # as a rollback does

        self.assertEqual(self.ids(self.read_and_commit(adapter)), ["1"])

    def test_file_that_is_done_is_not_read_again(self):
        self.write_text("a.csv", "id\n1\n")
        adapter = self.adapter(_done_folder="done")
        self.read_and_commit(adapter)

        self.assertEqual(self.read_and_commit(adapter), [])

    def test_same_name_twice_keeps_both_files(self):
        adapter = self.adapter(_done_folder="done")
        for number in (1, 2, 3):
            self.write_text("a.csv", f"id\n{number}\n")
            self.read_and_commit(adapter)

        self.assertEqual(self.names("done"), ["a (2).csv", "a (3).csv", "a.csv"])

    def test_file_that_was_replaced_meanwhile_stays(self):
        self.write_text("a.csv", "id\n1\n")
        adapter = self.adapter(_done_folder="done")
        self.read_all(adapter)
        self.write_text("a.csv", "id\n2\n")

        self.env.cr.postcommit.run()

        self.assertEqual(self.names("done"), [])
        self.assertEqual(self.ids(self.read_and_commit(adapter)), ["2"])

    def test_record_of_a_file_that_is_done_is_there(self):
        self.write_text("a.csv", "id\n1\n")
        adapter = self.adapter(_done_folder="done")
        self.read_and_commit(adapter)

        self.assertEqual(adapter.read("1"), {"id": "1"})

    def test_full_pass_over_what_is_new_deletes_nothing(self):
        self.assertIsNone(self.adapter(_done_folder="done")._deletions)
        self.assertEqual(self.adapter()._deletions, FullPass())

    def test_folder_elsewhere_is_refused(self):
        for name in ("../done", "/tmp", "a/b", ".."):  # noqa: S108 it is refused
            with self.subTest(name=name), self.assertRaises(InvalidUsageError):
                self.adapter(_done_folder=name).read_page()


class TestFolderOfBackend(FolderCase):
    def open(self, folder):
        self.folder_backend.folder = folder
        return self.adapter().folder()

    def test_folder_lies_below_the_root_of_the_server(self):
        (self.root / "shop" / "in").mkdir()

        self.assertEqual(self.open("shop/in"), self.place.resolve() / "in")
        self.assertEqual(self.open(str(self.place)), self.place.resolve())

    def test_folder_outside_of_the_root_is_refused(self):
        (self.place / "way out").symlink_to("/etc")
        for folder in (
            "..",
            "/etc",
            "shop/../..",
            "shop/way out",
            str(self.root) + "x",
        ):
            with self.subTest(folder=folder):
                with self.assertRaises(InvalidUsageError) as caught:
                    self.open(folder)
                self.assertIn("file_root", str(caught.exception))

    def test_server_without_a_root_reads_no_folder(self):
        for root in ("", "relative", str(self.root / "nowhere")):
            self.patch_environment(CONNECTOR_FILE_ROOT=root)
            with self.subTest(root=root):
                with self.assertRaises(InvalidUsageError) as caught:
                    self.open("shop")
                self.assertIn("[connector]", str(caught.exception))

    def test_folder_that_is_not_there_is_named(self):
        for folder, fact in (("gone", "gone'"), (False, "no folder")):
            with self.subTest(folder=folder):
                with self.assertRaises(InvalidUsageError) as caught:
                    self.open(folder)
                self.assertIn(fact, str(caught.exception))

    def test_link_in_the_folder_is_not_followed(self):
        outside = self.root.parent / f"{self.root.name}-outside.csv"
        outside.write_text("id\nsecret\n")
        self.addCleanup(outside.unlink)
        self.grow_old(outside, 3600)
        (self.place / "a.csv").symlink_to(outside)

        self.assertEqual(self.read_all(self.adapter()), [])

    def test_only_administrators_choose_the_folder(self):
        manager = self.env["res.users"].create(
            {
                "name": "Manager",
                "login": "manager_of_files",
                "group_ids": [
                    (4, self.env.ref("connector.group_connector_manager").id),
                    (4, self.env.ref("base.group_user").id),
                ],
            }
        )
        backend = self.folder_backend.with_user(manager)

        backend.name = "Renamed"
        with self.assertRaises(AccessError):
            backend.folder = "other"
        with self.assertRaises(AccessError):
            backend.sudo().folder = "other"
        with self.assertRaises(AccessError):
            backend.create({"name": "New", "folder": "other"})
        self.assertFalse(backend.copy().folder)

    def test_administrator_chooses_the_folder(self):
        admin = self.env.ref("base.user_admin")

        self.folder_backend.with_user(admin).folder = "other"

        self.assertEqual(self.folder_backend.folder, "other")

    def test_connection_says_how_many_files_there_are(self):
        self.write_text("a.csv", "id\n1\n")

        self.folder_backend.action_check_connection()

        self.assertEqual(self.folder_backend.connection_state, "ok")
        self.assertIn("1", self.folder_backend.connection_message)
