# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of record files: CSV, JSON lines and XLSX, and what is wrong in them."""

from datetime import date, datetime
from unittest import mock

from odoo.addons.connector.api import InvalidDataError, InvalidUsageError

from .folder_case import FolderCase


class RecordFileCase(FolderCase):
    def read(self, **members):
        return self.read_all(self.adapter(**members))

    def assert_refused(self, *facts, error=InvalidDataError, **members):
        with self.assertRaises(error) as caught:
            self.read(**members)
        for fact in facts:
            self.assertIn(fact, str(caught.exception))

    def reasons(self, **members):
        """Return why the records that no one can read are rejected."""
        adapter, reasons = self.adapter(**members), []
        for record in self.read_all(adapter):
            try:
                adapter.id_of(record)
            except InvalidDataError as error:
                reasons.append(str(error))
        return reasons


class TestCsvFile(RecordFileCase):
    def test_mark_of_the_encoding_is_dropped(self):
        self.write_bytes("a.csv", b"\xef\xbb\xbfid;name\r\n1;\xc3\x89va\r\n")

        self.assertEqual(self.read(_delimiter=";"), [{"id": "1", "name": "Éva"}])

    def test_declared_encoding_is_taken(self):
        self.write_text("a.csv", "id,name\n1,Éva\n", encoding="cp1252")

        self.assertEqual(self.read(_encoding="cp1252"), [{"id": "1", "name": "Éva"}])

    def test_other_encoding_is_refused_with_its_line(self):
        self.write_text("a.csv", "id,name\n1,Ada\n2,Éva\n", encoding="cp1252")

        self.assert_refused("Line 3", "'a.csv'", r"\xc9va", "utf-8-sig", "_encoding")

    def test_encoding_without_ascii_is_refused(self):
        self.write_text("a.csv", "id,name\n1,Ada\n", encoding="utf-16")

        self.assert_refused("Line 1", r"\xff\xfe", "utf-8-sig")
        for name in ("utf-16", "klingon"):
            self.assert_refused(repr(name), _encoding=name, error=InvalidUsageError)

    def test_other_delimiter_is_refused(self):
        self.write_text("a.csv", "id;name\n1;Ada\n")

        self.assert_refused("'id;name'", "declared as ','", "';'", "'a.csv'")

    def test_missing_id_is_refused_with_the_keys(self):
        self.write_text("a.csv", "number,name\n1,Ada\n")

        self.assert_refused("Line 1", "'number', 'name'", "expected 'id'")

    def test_keys_that_are_empty_or_twice_are_refused(self):
        for keys, fact in (("id,a,a", "'a' twice"), ("id,,b", "one that is empty")):
            self.write_text("a.csv", f"{keys}\n1,2,3\n")
            with self.subTest(keys=keys):
                self.assert_refused("Line 1", fact)

    def test_empty_file_is_refused(self):
        self.write_text("a.csv", "")

        self.assert_refused("Line 1 of 'a.csv'", "empty")

    def test_bad_line_is_rejected_alone(self):
        self.write_text("a.csv", 'id,name\n1,Ada\n2\n3,Cy,!\n4,"D"d\n5,Eve\n6,"F\n')

        first, second, third, cut = self.reasons()

        self.assertIn("Line 3 of 'a.csv': it has 1 values, expected 2", first)
        self.assertIn("Line 4 of 'a.csv': it has 3 values, expected 2", second)
        self.assertIn("Line 5 of 'a.csv'", third)
        self.assertIn("Line 7 of 'a.csv'", cut)

    def test_others_of_a_page_are_imported(self):
        self.write_text("a.csv", "id,name\n1,Ada\n2\n3,Cy\n")

        result = self.import_batch()

        self.assertEqual(result.counts, {"created": 2, "rejected": 1})
        (reason,) = result.rejected.values()
        self.assertIn("Line 3 of 'a.csv'", reason)

    def test_quote_that_never_ends_does_not_fill_the_memory(self):
        self.write_text("a.csv", 'id,name\n1,"Ada\n' + "2,Bob\n" * 100)

        path = "odoo.addons.connector.components.record_file.ROW_SIZE"
        with mock.patch(path, 100):
            self.assert_refused("Line 2", "100 bytes")


class TestJsonLinesFile(RecordFileCase):
    def test_empty_lines_are_passed(self):
        self.write_text("a.jsonl", '\n{"id": 1}\n\n{"id": 2}')

        self.assertEqual(self.read(), [{"id": 1}, {"id": 2}])

    def test_bad_line_is_rejected_alone(self):
        self.write_text("a.jsonl", '{"id": 1}\n[2]\n{"id": 3}\n{"id": ')

        no_object, cut = self.reasons()

        self.assertIn("Line 2 of 'a.jsonl': '[2]' is no JSON object", no_object)
        self.assertIn("Line 4 of 'a.jsonl'", cut)


class TestXlsxFile(RecordFileCase):
    def test_values_are_those_of_json(self):
        at = datetime.fromisoformat("2026-01-02T03:00:00")  # sheets know no zone
        row = [7.0, "Ada", 1.5, True, at, date(2026, 1, 2), None]
        self.write_xlsx("a.xlsx", [["id", *"abcdef"], row])

        (record,) = self.read()

        times = ["2026-01-02T03:00:00", "2026-01-02T00:00:00"]
        self.assertEqual([*record.values()], [7, "Ada", 1.5, True, *times, None])
        self.assertIs(type(record["id"]), int)

    def test_carriage_return_is_one(self):
        """Programs write it as the format wants it; openpyxl gives the escape."""
        self.write_xlsx("a.xlsx", [["id", "street"], [1, "1 Main St_x000D_\nYork"]])

        self.assertEqual(self.read(), [{"id": 1, "street": "1 Main St\r\nYork"}])

    def test_page_begins_where_the_one_before_ended(self):
        rows = [["id", "name"], [1, "Ada"], [], [2, "Bob"], [3, "Cy"], [4, "Di"]]
        self.write_xlsx("a.xlsx", rows)
        adapter = self.adapter()

        _page, state = adapter.read_page()

        self.assertEqual(state["at"], 5)
        self.assertEqual(self.ids(self.read_all(adapter, state)), [3, 4])

    def test_named_sheet_is_read(self):
        self.write_xlsx("a.xlsx", [["id"], [1]], title="Customers")

        self.assertEqual(self.read(_sheet="Customers"), [{"id": 1}])
        self.assert_refused("'Orders'", "'Customers'", _sheet="Orders")

    def test_cell_with_an_error_is_rejected(self):
        self.write_xlsx("a.xlsx", [["id", "name"], [1, "#N/A"], [2, "Bob", "more"]])

        error, more = self.reasons()

        self.assertIn("Line 2 of 'a.xlsx': B2 is '#N/A'", error)
        self.assertIn("Line 3 of 'a.xlsx': C3 is 'more'", more)

    def test_file_that_is_none_is_refused(self):
        path = self.write_xlsx("b.xlsx", [["id"], [1]])
        half = path.read_bytes()[: path.stat().st_size // 2]
        path.unlink()
        for content in (b"id,name\n1,Ada\n", half, b""):
            self.write_bytes("a.xlsx", content)
            with self.subTest(content=content[:10]):
                self.assert_refused("'a.xlsx'", ".xlsx")

    def test_texts_that_would_fill_the_memory_are_refused(self):
        self.write_xlsx("a.xlsx", [["id"], [1]])

        path = "odoo.addons.connector.components.record_file.PARTS_SIZE"
        with mock.patch(path, 100):
            self.assert_refused("'a.xlsx'", "100 at most", "CSV")
